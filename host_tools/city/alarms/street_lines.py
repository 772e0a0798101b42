"""The alarms of the street as a whole, from the faults that correlation finds in its silences.

Correlation is a function of everything that was heard: what it says now takes the place of what it said before, also of
the past.  A fault that another one explains since is superseded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from host_tools.city.alarms.row import EVENT_PROOF, SUPERSEDED, Row
from host_tools.city.alarms.rules import Rules
from host_tools.city.alarms.spells import REOPEN_S
from host_tools.city.correlation.fault import Fault

_FOR_EVER = 2**62


@dataclass(frozen=True)
class StreetView:
    """The faults of the street as correlation finds them in the history from ``since`` (Unix s) on."""

    faults: tuple[Fault, ...]
    since: int = 0


def street_rows(view: StreetView, rows: Iterable[Row], rules: Rules, now: int) -> list[Row]:
    """The rows of the street's alarms, where *rows* were there before: those that go on or are new, and superseded."""
    left = sorted(rows, key=lambda row: row.id or _FOR_EVER)
    out: list[Row] = []
    for chain in _chains(view.faults):
        new = _row(chain, rules, now)
        own = next((row for row in left if row.key == new.key and _same(row, new)), None)
        if own is not None:
            left.remove(own)
            new = _goes_on(own, new, view.since)
        out.append(new)
    for row in left:
        if row.ended is not None and (row.last_began < view.since or row.proof == SUPERSEDED):
            continue
        by = next((new for new in out if _explains(new, row)), None)
        end = row.last_began if row.ended is None else row.ended
        out.append(replace(row, ended=end, proof=SUPERSEDED, swallowed_by=by.called if by else ""))
    return out


def _chains(faults: Iterable[Fault]) -> list[list[Fault]]:
    """The faults of one kind and name, together where one comes within a day after another."""
    out: list[list[Fault]] = []
    latest: dict[tuple[str, str], list[Fault]] = {}
    for one in sorted(faults, key=lambda one: (one.begins, one.kind, one.name)):
        chain = latest.get((one.kind, one.name))
        over = max((before.ends or _FOR_EVER for before in chain), default=0) if chain else 0
        if chain and one.begins - over <= REOPEN_S:
            chain.append(one)
        else:
            chain = latest[one.kind, one.name] = [one]
            out.append(chain)
    return out


def _row(chain: list[Fault], rules: Rules, now: int) -> Row:
    last = chain[-1]
    ended = None if any(one.ends is None for one in chain) else max(one.ends or 0 for one in chain)
    poles = tuple(sorted({pole for one in chain for pole in (one.poles if ended is not None else one.silent)}))
    return Row(
        last.kind, last.name, rules.severity(last.kind, chain[0].begins, now), chain[0].begins, False, last.begins,
        ended, "" if ended is None else EVENT_PROOF, sum(one.times for one in chain), now, poles or last.poles,
        last.evidence, None, last.cause, last.carry,
    )  # fmt: skip


def _same(row: Row, new: Row) -> bool:
    ended, over = row.ended or _FOR_EVER, new.ended or _FOR_EVER
    return new.began - ended <= REOPEN_S and row.began - over <= REOPEN_S


def _goes_on(row: Row, new: Row, since: int) -> Row:
    """*new* as what *row* has become.  What is before the history that *new* is of stays as it was."""
    out = replace(new, id=row.id, closed=row.closed, received=row.received)
    if row.began < since:
        out = replace(out, began=min(row.began, new.began), times=max(row.times, new.times))
    return out


def _explains(one: Row, other: Row) -> bool:
    begins, ends = other.began, other.ended or _FOR_EVER
    return bool(set(one.poles) & set(other.poles)) and one.began <= ends and begins <= (one.ended or _FOR_EVER)
