"""Low-voltage mains of an Indian town: a feeder's voltage through the day, and a pole's share of it.

Nominal is 240 V.  The transformer is set high so that the far end of the feeder still has enough in the evening; the
voltage falls with the town's load and with distance from the transformer.  The numbers give 224 to 250 V over a day,
well inside 240 V +20/-40 % which a street-light node must survive.
"""

from __future__ import annotations

from simulator.plant import noise
from simulator.run_time import RunTime

NOMINAL_V = 240.0
NO_LOAD_V = 249.0  # at the transformer when nobody draws anything
BUS_DROP_V = 12.0  # lost in the transformer and the line before it at full load
FEEDER_DROP_V = 10.0  # lost from the transformer to the far end of the feeder at full load
DRIFT_V = 2.0  # standard deviation of slow drift: tap changes, what the neighbouring feeders do
DRIFT_MS = 40 * 60 * 1000
FLICKER_V = 0.4  # standard deviation from one second to the next: motors, welders
SAG_SLOT_MS = 10 * 60 * 1000
SAG_CHANCE = 1 / 36  # of a sag in one slot: four a day
SAG_DEPTH = (0.06, 0.16)  # of the voltage
SAG_MS = (100, 2000)

# The town's load at each full hour, as a part of its highest: offices by day, lamps and kitchens in the evening.
_LOAD = (
    0.42, 0.38, 0.35, 0.34, 0.36, 0.45, 0.58, 0.66, 0.64, 0.58, 0.56, 0.57,
    0.58, 0.56, 0.54, 0.55, 0.60, 0.74, 0.92, 1.00, 0.98, 0.88, 0.70, 0.54, 0.42,
)  # fmt: skip


class Feeder:
    """One feeder pillar: all its poles see the same load, drift and sags."""

    def __init__(self, name: str, seed: int, time: RunTime) -> None:
        self.name = name
        self._time = time
        self._drift = noise.key(seed, name, "drift")
        self._flicker = noise.key(seed, name, "flicker")
        self._sag = noise.key(seed, name, "sag")

    def load(self, now_ms: int) -> float:
        """The load at *now_ms* as a part of the day's highest, 0 to 1."""
        hours = self._time.local_seconds(now_ms) % 86400.0 / 3600.0
        hour = int(hours)
        return _LOAD[hour] + (_LOAD[hour + 1] - _LOAD[hour]) * (hours - hour)

    def volts(self, now_ms: int, distance: float) -> float:
        """Voltage (V) at *now_ms*, *distance* (0 to 1) of the way along the feeder."""
        volts = NO_LOAD_V - (BUS_DROP_V + FEEDER_DROP_V * distance) * self.load(now_ms)
        volts += DRIFT_V * noise.smooth(self._drift, now_ms, DRIFT_MS)
        volts += FLICKER_V * noise.normal(self._flicker, now_ms // 1000)
        return volts * (1.0 - self.sag(now_ms))

    def sag(self, now_ms: int) -> float:
        """The part of the voltage that a sag takes away at *now_ms*; 0 almost always."""
        slot, rest = divmod(now_ms, SAG_SLOT_MS)
        step = slot * 4
        if noise.uniform(self._sag, step) > SAG_CHANCE:
            return 0.0
        length = SAG_MS[0] + noise.uniform(self._sag, step + 1) * (SAG_MS[1] - SAG_MS[0])
        begin = noise.uniform(self._sag, step + 2) * (SAG_SLOT_MS - length)
        if not begin <= rest < begin + length:
            return 0.0
        return SAG_DEPTH[0] + noise.uniform(self._sag, step + 3) * (SAG_DEPTH[1] - SAG_DEPTH[0])


class Supply:
    """The mains at one pole: its feeder, seen from where the pole stands along it."""

    __slots__ = ("_distance", "_feeder")

    def __init__(self, feeder: Feeder, pole: str, seed: int) -> None:
        self._feeder = feeder
        self._distance = noise.uniform(noise.key(seed, pole, "distance"), 0)

    def volts(self, now_ms: int) -> float:
        """Voltage (V) at the pole at *now_ms* while the feeder is closed."""
        return self._feeder.volts(now_ms, self._distance)
