"""The column: its inclination, shocks, and the door of its cabinet."""

from __future__ import annotations

from math import cos, pi, radians, sin

from simulator.happenings.column import SHOCK_MS
from simulator.plant import noise
from simulator.plant.faults import Faults

PLUMB = 2.0  # degrees; no column is put up worse than this
SWAY, SWAY_MS = 1.0, 300  # degrees to either side in the strongest wind, a new position this often
WIND_MS = 10 * 60 * 1000
TILT = 45.0  # degrees, at severity 1.0
SHOCK_G, SHOCKS_MS = 8.0, 20_000  # of an impact, at severity 1.0; when it goes on, one after so long
TRAFFIC_G, TRAFFIC_MS = 0.2, 1000  # the most that wind and lorries do
_TO_UNIT_32 = 2.0**-32


class Column:
    """The column of *pole*."""

    __slots__ = (
        "_gusts", "_lean_x", "_lean_y", "_plumb_x", "_plumb_y", "_shocks", "_tilt", "_traffic", "_wind", "_wind_slot",
        "_winds",
    )  # fmt: skip

    def __init__(self, pole: str, seed: int) -> None:
        stream = noise.key(seed, pole, "column")
        beside, where = radians(PLUMB) * noise.uniform(stream, 0), 2.0 * pi * noise.uniform(stream, 1)
        self._plumb_x, self._plumb_y = beside * cos(where), beside * sin(where)
        towards = 2.0 * pi * noise.uniform(stream, 2)
        self._lean_x, self._lean_y = radians(TILT) * cos(towards), radians(TILT) * sin(towards)
        self._gusts = noise.key(seed, pole, "sway")
        self._winds = noise.key(seed, "wind")
        self._traffic = noise.key(seed, pole, "traffic")
        self._wind_slot, self._wind = -1, 0.0
        self._tilt = 0.0
        self._shocks: dict[int, tuple[float, int, int | None]] = {}  # {happening: (g, first, end or None)}, ms

    def settle(self, present: Faults) -> None:
        """Takes over the faults *present*."""
        self._tilt = present.tilt

    def strike(self, happening: int, severity: float, now_ms: int) -> None:
        """A blow at *now_ms*, and more of them until ``leave``, because of *happening*."""
        self._shocks[happening] = (SHOCK_G * severity, now_ms, None)

    def leave(self, happening: int, now_ms: int) -> None:
        """No more blows because of *happening*."""
        strength, first, _end = self._shocks[happening]
        self._shocks[happening] = (strength, first, now_ms)

    def acceleration_g(self, now_ms: int) -> tuple[float, float, float]:
        """Acceleration at rest (g) along x, y and z (up): that of gravity, as the column leans and sways."""
        slot = now_ms // WIND_MS
        if slot != self._wind_slot:
            self._wind_slot = slot
            self._wind = 2.0 * radians(SWAY) * noise.uniform(self._winds, slot) ** 2
        gust = noise.bits(self._gusts, now_ms // SWAY_MS)
        x = self._plumb_x + self._tilt * self._lean_x + self._wind * ((gust & 0xFFFFFFFF) * _TO_UNIT_32 - 0.5)
        y = self._plumb_y + self._tilt * self._lean_y + self._wind * ((gust >> 32) * _TO_UNIT_32 - 0.5)
        angle = (x * x + y * y) ** 0.5
        across = sin(angle) / angle if angle else 1.0
        return x * across, y * across, cos(angle)

    def shock_g(self, from_ms: int, to_ms: int) -> float:
        """Highest deviation from 1 g after *from_ms* and up to *to_ms*."""
        most = TRAFFIC_G * noise.uniform(self._traffic, to_ms // TRAFFIC_MS) ** 3
        for strength, first, end in self._shocks.values():
            if strength > most and _struck(first, end, from_ms, to_ms):
                most = strength
        return most


def _struck(first: int, end: int | None, from_ms: int, to_ms: int) -> bool:
    """Whether one of the blows at *first*, and from there until *end*, shakes the column in the span."""
    last = to_ms if end is None else min(to_ms, end - 1)
    if last < first:
        return False
    blow = last - (last - first) % SHOCKS_MS  # the last blow that has begun by then
    return blow + SHOCK_MS > from_ms
