"""Checks the names in `--type`, `--pole` and `--group`: a mistyped one is an error, one without events is not."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.city.record.query import Reader
from host_tools.closest import near
from host_tools.errors import CommandError
from host_tools.wire.event_types import CATALOGUE

_SHOWN = 12


def check_names(reader: Reader, types: Iterable[str], poles: Iterable[str], group: str) -> None:
    """Raises CommandError where the record cannot have an event of this type, pole or group."""
    for one in types:
        if one not in CATALOGUE:
            _check("--type", "event type", one, {*CATALOGUE, *reader.event_types()})
    groups = reader.groups() if poles or group else {}
    for one in poles:
        _check("--pole", "pole", one, set(groups))
    if group:
        _check("--group", "group", group, {name for names in groups.values() for name in names})


def _check(option: str, what: str, name: str, known: set[str]) -> None:
    if name in known:
        return
    if not known:
        raise CommandError(f"{option} is {name!r}, and this record knows no {what} yet")
    close = near(name, known, 2)
    names = sorted(known)
    listed = ", ".join(names) if what == "event type" or len(names) <= _SHOWN else f"{names[0]} to {names[-1]}"
    hint = f"did you mean {' or '.join(close)}? It must be" if close else "it must be"
    raise CommandError(f"{option} is {name!r}, which is no {what} of this record; {hint} one of {listed}")
