"""A chattering condition: many changes that a pole reports in one event (EEMUA 191; docs/events.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.wire.payload import number

MOST = 2**31  # of beginnings
LATEST = 2**36  # Unix s; what a calendar holds


@dataclass(frozen=True)
class Chatter:
    """It began ``count`` times, from the turn at ``first`` to that at ``last`` (Unix s; None: no time was known).

    ``there``: whether it is there now, which a condition that is reported as raised may not be at the moment.
    """

    count: int
    first: int | None
    last: int | None
    there: bool

    def as_json(self) -> dict[str, Any]:
        return {"count": self.count, "from": self.first, "to": self.last, "present": self.there}


def chatter_of(attributes: Mapping[str, Any], begins: bool) -> Chatter | None:
    """The chatter in an event's *attributes*; None for an event of one change.  *begins*: its startEndFlag."""
    count = number(attributes.get("count"), 1, MOST)
    if count is None or not {"from", "to"} <= attributes.keys():
        return None
    present = attributes.get("present")
    there = present if isinstance(present, bool) else begins
    return Chatter(count, number(attributes["from"], 1, LATEST), number(attributes["to"], 1, LATEST), there)


def together(told: Iterable[Chatter]) -> Chatter | None:
    """Joins all that was *told* of one condition, in order; None for none.

    A count goes on from one event to the next, and begins again where the pole was restarted.
    """
    out: Chatter | None = None
    before = 0
    for one in told:
        more = one.count - before if one.count >= before else one.count
        out = replace(one, count=out.count + more, first=out.first or one.first) if out else one
        before = one.count
    return out


def words(one: Chatter, zone: ZoneInfo) -> str:
    """`37 times from 2026-11-24 19:02 to 23:40`."""
    many = f"{one.count} time{'' if one.count == 1 else 's'}"
    if one.first is None or one.last is None:
        return many
    first, last = (datetime.fromtimestamp(at, zone) for at in (one.first, one.last))
    to = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%Y-%m-%d %H:%M}"
    return f"{many} from {first:%Y-%m-%d %H:%M} to {to}"
