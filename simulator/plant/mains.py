"""Low-voltage mains of an Indian town: a feeder's voltage through the day, and a pole's share of it.

Nominal is 240 V.  The transformer is set high so that the far end of the feeder still has enough in the evening; the
voltage falls with the town's load and with distance from the transformer.  The numbers give 224 to 250 V over a day,
well inside 240 V +20/-40 % which a street-light node must survive.
"""

from __future__ import annotations

from simulator.plant import noise
from simulator.plant.faults import HEALTHY, Faults
from simulator.run_time import RunTime

NOMINAL_V = 240.0
NO_LOAD_V = 249.0  # at the transformer without load
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


MINUTE_MS = 60_000

SAG_PART, SWELL_PART = 0.40, 0.25  # of the voltage, at severity 1.0
WOBBLE_PART, WOBBLE_MS = 0.08, 4 * 60 * 1000
DIP_SLOT_MS, DIP_MS, DIP_LEFT = 3 * 60 * 1000, 500, 0.60  # twenty dips an hour, each to this part of the voltage


class Feeder:
    """One feeder pillar: all its poles see the same load, drift and sags."""

    def __init__(self, name: str, seed: int, time: RunTime) -> None:
        self.name = name
        self._time = time
        self._drift = noise.Smooth(noise.key(seed, name, "drift"), DRIFT_MS)
        self._wobble = noise.Smooth(noise.key(seed, name, "wobble"), WOBBLE_MS)
        self._flicker = noise.key(seed, name, "flicker")
        self._sag = noise.key(seed, name, "sag")
        self._minute = -1
        self._near_v = self._drop_v = 0.0  # at its head in this minute, and from there to its far end
        self._second = -1
        self._flicker_v = 0.0
        self._sag_slot = -1
        self._sag_from = self._sag_to = 0.0  # of this slot, ms; equal where it has none
        self._sag_part = 0.0

    def load(self, now_ms: int) -> float:
        """The load at *now_ms* as a part of the day's highest, 0 to 1."""
        hours = self._time.local_seconds(now_ms) % 86400.0 / 3600.0
        hour = int(hours)
        return _LOAD[hour] + (_LOAD[hour + 1] - _LOAD[hour]) * (hours - hour)

    def volts(self, now_ms: int, distance: float) -> float:
        """Voltage (V) at *now_ms*, *distance* (0 to 1) of the way along the feeder.

        Load and drift are those of the minute: they move by less than 0.1 V in it.
        """
        minute = now_ms // MINUTE_MS
        if minute != self._minute:
            self._minute = minute
            load = self.load(minute * MINUTE_MS)
            self._near_v = NO_LOAD_V - BUS_DROP_V * load + DRIFT_V * self._drift.at(minute * MINUTE_MS)
            self._drop_v = FEEDER_DROP_V * load
        second = now_ms // 1000
        if second != self._second:
            self._second = second
            self._flicker_v = FLICKER_V * noise.normal(self._flicker, second)
        volts = self._near_v - self._drop_v * distance + self._flicker_v
        sag = self.sag(now_ms)
        return volts * (1.0 - sag) if sag else volts

    def sag(self, now_ms: int) -> float:
        """The part of the voltage that a sag takes away at *now_ms*; 0 almost always."""
        slot = now_ms // SAG_SLOT_MS
        if slot != self._sag_slot:
            self._sag_slot = slot
            self._find_sag(slot)
        return self._sag_part if self._sag_from <= now_ms < self._sag_to else 0.0

    def _find_sag(self, slot: int) -> None:
        step = slot * 4
        self._sag_from = self._sag_to = 0.0
        if noise.uniform(self._sag, step) > SAG_CHANCE:
            return
        length = SAG_MS[0] + noise.uniform(self._sag, step + 1) * (SAG_MS[1] - SAG_MS[0])
        self._sag_from = slot * SAG_SLOT_MS + noise.uniform(self._sag, step + 2) * (SAG_SLOT_MS - length)
        self._sag_to = self._sag_from + length
        self._sag_part = SAG_DEPTH[0] + noise.uniform(self._sag, step + 3) * (SAG_DEPTH[1] - SAG_DEPTH[0])

    def wobble(self, now_ms: int) -> float:
        """Position of a badly regulated feeder's voltage within its bounds, -1 to 1."""
        return max(-1.0, min(1.0, 0.5 * self._wobble.at(now_ms)))


class Supply:
    """The mains at one pole: its feeder, seen from where the pole stands along it."""

    __slots__ = ("_dip", "_distance", "_feeder")

    def __init__(self, feeder: Feeder, pole: str, seed: int) -> None:
        self._feeder = feeder
        self._distance = noise.uniform(noise.key(seed, pole, "distance"), 0)
        self._dip = noise.key(seed, feeder.name, "dip")

    def volts(self, now_ms: int, present: Faults = HEALTHY) -> float:
        """Voltage (V) at the pole at *now_ms* under the faults *present*."""
        if present.mains_lost:
            return 0.0
        volts = self._feeder.volts(now_ms, self._distance)
        return volts * self._left(present, now_ms) if present.disturbed else volts

    def _left(self, present: Faults, now_ms: int) -> float:
        """What *present* leaves of the voltage at *now_ms*, as a part of it."""
        part = (1.0 - SAG_PART * present.mains_sag) * (1.0 + SWELL_PART * present.mains_swell)
        if present.mains_wobble > 0.0:
            part *= 1.0 + WOBBLE_PART * present.mains_wobble * self._feeder.wobble(now_ms)
        return part * DIP_LEFT if self._dips(present.dips, now_ms) else part

    def _dips(self, severity: float, now_ms: int) -> bool:
        """Whether one of the dips is on: one in each slot at severity 1.0, in fewer slots below."""
        if severity <= 0.0:
            return False
        slot, rest = divmod(now_ms, DIP_SLOT_MS)
        if noise.uniform(self._dip, 2 * slot) > severity:
            return False
        begin = noise.uniform(self._dip, 2 * slot + 1) * (DIP_SLOT_MS - DIP_MS)
        return begin <= rest < begin + DIP_MS
