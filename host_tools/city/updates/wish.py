"""What is to be rolled out: which release, to which poles, how quickly; as a row of the store keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from host_tools.language.refusal import Refusal
from host_tools.site.model import Site
from host_tools.text import quoted
from host_tools.wire.from_pole import MOST_SERIAL
from host_tools.wire.payload import number, parsed

SPREAD_S, MOST_SPREAD_S = 600, 86400  # a pole waits so long at random before it restarts
SOAK_S, MOST_SOAK_S = 3600, 7 * 86400  # between the last answer of a wave and the next wave
MOST_NAMES = 64


@dataclass(frozen=True)
class Wish:
    """The release *serial*, to the poles of any of *groups* or *feeders* (neither: all).

    *spread*: longest random wait of a pole before it restarts, s; *soak*: how long a wave is watched at its end, s.
    """

    serial: int
    groups: tuple[str, ...] = ()
    feeders: tuple[str, ...] = ()
    spread: int = SPREAD_S
    soak: int = SOAK_S

    @property
    def text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    def meant(self, site: Site) -> set[str]:
        """The poles of *site* that it is for.  Raises CommandError where a group or a feeder has none."""
        if not self.groups and not self.feeders:
            return set(site.by_name)
        out: set[str] = set()
        for group in self.groups:
            found = {pole.name for pole in site.poles if group in pole.groups}
            if not found:
                raise Refusal("updates.no_group", group=quoted(group, 40))
            out |= found
        for feeder in self.feeders:
            found = {pole.name for pole in site.poles if pole.feeder == feeder}
            if not found:
                raise Refusal("updates.no_feeder", feeder=quoted(feeder, 40))
            out |= found
        return out


def wish_of(text: str) -> Wish:
    """The wish in *text*, of a row that anything may have written.  Raises CommandError."""
    said = parsed(text.encode()) or {}
    serial = number(said.get("serial"), 1, MOST_SERIAL)
    if serial is None:
        raise Refusal("updates.no_sense")
    spread, soak = said.get("spread", SPREAD_S), said.get("soak", SOAK_S)
    for name, value, most in (("spread", spread, MOST_SPREAD_S), ("soak", soak, MOST_SOAK_S)):
        if number(value, 0, most) is None:
            raise Refusal("updates.seconds", name=name, value=quoted(str(value), 20), most=most)
    return Wish(serial, _names(said.get("groups", ())), _names(said.get("feeders", ())), spread, soak)


def _names(said: object) -> tuple[str, ...]:
    if not isinstance(said, Iterable) or isinstance(said, str):
        raise Refusal("updates.no_sense")
    names = tuple(said)
    if len(names) > MOST_NAMES or not all(isinstance(one, str) for one in names):
        raise Refusal("updates.no_sense")
    return names
