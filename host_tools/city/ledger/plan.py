"""What is asked of a lamp, minute by minute: by its programme and the orders in force, and whether the sun is down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from pole.lighting.arbiter import RAISE
from pole.wire import city_side

ASKED = 10  # percent: from this level on a lamp should burn
MINUTE_S = 60
_RANK = {owner: rank for rank, owner in enumerate(reversed(city_side.OWNERS))}


class Order(NamedTuple):
    """An override that the pole has applied, in force from *begins* to before *ends* (Unix s)."""

    begins: int
    ends: int
    owner: str
    level: int


@dataclass(frozen=True)
class Plan:
    """From *start* (Unix s) on, a byte a minute: ``levels`` in percent, ``sun_down`` 1 or 0.

    ``power_dw``: tenths of a watt that the lamp is expected to take at each level from 0 to 100.
    """

    start: int
    levels: bytes
    sun_down: bytes
    power_dw: tuple[int, ...]

    def should(self, low: int, high: int) -> bytes:
        """1 for each minute from *low* to before *high* in which the lamp should burn, else 0."""
        first, last = self._minutes(low, high)
        pairs = zip(self.levels[first:last], self.sun_down[first:last], strict=True)
        return bytes(level >= ASKED and down for level, down in pairs)

    def sun_minutes(self, low: int, high: int) -> int:
        """Minutes from *low* to before *high* in which the sun is down."""
        first, last = self._minutes(low, high)
        return self.sun_down[first:last].count(1)

    def level(self, at: int) -> int | None:
        """The level asked for at *at*; None where the plan does not reach."""
        minute = (at - self.start) // MINUTE_S
        return self.levels[minute] if 0 <= minute < len(self.levels) else None

    def turn(self, after: int, until: int, on: bool) -> int | None:
        """When after *after*, by *until*, the lamp is first asked to go *on* (or out); None where never."""
        first, last = self._minutes(after, until)
        for minute in range(max(first, 1), min(last + 1, len(self.levels))):
            if (self.levels[minute] >= ASKED) is on and (self.levels[minute - 1] >= ASKED) is not on:
                at = self.start + minute * MINUTE_S
                if after < at <= until:
                    return at
        return None

    def expected_wh(self, low: int, high: int) -> float | None:
        """Energy that the lamp is expected to take from *low* to *high*; None where the plan does not reach so far."""
        first, last = self._minutes(low, high)
        if first < 0 or last > len(self.levels):
            return None
        return sum(self.power_dw[level] * count for level, count in Counter(self.levels[first:last]).items()) / 600

    def under(self, orders: Iterable[Order]) -> Plan:
        """The plan with *orders* over the programme: the highest owner decides, `incident` and `lock` only raise."""
        levels = bytearray(self.levels)
        for one in sorted(orders, key=lambda each: (_RANK.get(each.owner, 0), each.begins)):
            first, last = self._minutes(one.begins, one.ends)
            first, last = max(first, 0), min(last, len(levels))
            if one.owner in RAISE:
                levels[first:last] = bytes(max(level, one.level) for level in levels[first:last])
            elif first < last:
                levels[first:last] = bytes([one.level]) * (last - first)
        return replace(self, levels=bytes(levels))

    def _minutes(self, low: int, high: int) -> tuple[int, int]:
        return (low - self.start) // MINUTE_S, -(-(high - self.start) // MINUTE_S)
