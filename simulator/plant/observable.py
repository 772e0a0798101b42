"""Decides when a fault could first be seen: by physics, never by a detector.

A pole with a fault and its twin without it are compared, both free of noise, by the quantity that the fault shows in.
It is observable once that quantity differs by more than a healthy pole could explain otherwise:

- power or current: a tenth of the twin's (5 % tolerance of the luminaire's type, and as much again for calibration of
  the meter, warm-up and temperature) and five standard deviations of one reading (one false sighting in 1.7 million);
- voltage: 15.5 % of 240 V (a bad supply wobbles by 8 %, a town's load moves it by 7 % in the evening), and the noise;
- power factor: 0.1;  temperature: above 72 C (a node is rated to 70) where the twin is below;
- leakage: 30 mA (what a person survives);  tilt: 8 degrees;  a blow: 2.5 g;
- mains: at once where the board has stored energy (its table ``supply``), else when it is back;
- photocell: a reading that no sky could give with the sun where it is;  meter: a second frame like the first.

A fault that shows for less than a minute, as a lamp's may while a node starts by day, does not count.

The same comparison says when the *end* of a fault could be seen: at the first moment after it at which the fault would
have been observable were it still there.  For a lamp repaired by day that is in the evening only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.happenings import act
from simulator.happenings.catalogue import KINDS
from simulator.plant.faults import DERIVED
from simulator.plant.mains import NOMINAL_V
from simulator.plant.meter import MeterType
from simulator.plant.senses import Electrical

DEVIATIONS = 5.0
GLIMPSE_MS = 60_000
FITFUL = DERIVED[act.RESTLESS]  # faults that come and go by themselves
POWER_PART = 0.10
SUPPLY_V = 0.155 * NOMINAL_V
FACTOR = 0.1
HOT_C = 72.0
LEAKAGE_A = 0.030
TILT = 8.0  # degrees
SHOCK_G = 2.5

# {fault: what it shows in}.  Of what is no fault, but unusual, there is nothing to see.
SHOWS_IN = {kind.name: kind.fault.shows_in for kind in KINDS.values() if kind.fault and kind.fault.shows_in}
# {what it shows in: the table of the board that has the part which shows it}
PART = {
    act.POWER: "meter", act.VOLTAGE: "meter", act.POWER_FACTOR: "meter", act.FRAMES: "meter", act.HEAT: "rtc",
    act.SKY: "photocell", act.LEAK: "leakage", act.LEAN: "accelerometer", act.BLOW: "accelerometer",
    act.DOOR: "door", act.GEAR: "gear",
}  # fmt: skip
EVERY_PART: Mapping[str, Any] = {part: {} for part in PART.values()}  # a board that has them all


def power_differs(one: Electrical, twin: Electrical, meter: MeterType, noisy: float) -> bool:
    """Whether *one* cannot be taken for its *twin* by power or current; the meter is *noisy* times as its type."""
    _volts, amperes, watts = one
    _volts, twin_amperes, twin_watts = twin
    least_w = DEVIATIONS * noisy * meter.deviation_w(max(watts, twin_watts)) + meter.step_w
    least_a = DEVIATIONS * noisy * meter.deviation_a(max(amperes, twin_amperes)) + meter.step_a
    return (
        abs(watts - twin_watts) > POWER_PART * twin_watts + least_w
        or abs(amperes - twin_amperes) > POWER_PART * twin_amperes + least_a
    )


def voltage_differs(one: Electrical, twin: Electrical, meter: MeterType, noisy: float) -> bool:
    """The same, by voltage."""
    return abs(one.volts - twin.volts) > SUPPLY_V + DEVIATIONS * noisy * meter.noise_v + meter.step_v


def factor_differs(one: Electrical, twin: Electrical) -> bool:
    """The same, by power factor; only a lit lamp has a meaningful one."""
    if one.watts < 1.0 or twin.watts < 1.0:
        return False
    return abs(_factor(one) - _factor(twin)) > FACTOR


def _factor(flow: Electrical) -> float:
    return flow.watts / (flow.volts * flow.amperes)


@dataclass
class Sighting:
    """One fault of one pole, from the moment it was injected; times in milliseconds of the run, None: not yet."""

    fault: str
    severity: float
    injected_ms: int
    observable_ms: int | None = None  # first moment at which the pole can sense the fault
    cleared_ms: int | None = None
    end_observable_ms: int | None = None  # first moment at which the pole can sense that it is gone

    @property
    def open(self) -> bool:
        """Whether there is still something to look out for."""
        if self.cleared_ms is None:
            return self.observable_ms is None
        return self.observable_ms is not None and self.end_observable_ms is None

    def seen(self, now_ms: int) -> None:
        """The pole with the fault and the pole without it differ at *now_ms*."""
        if self.cleared_ms is None:
            self.observable_ms = now_ms
        else:
            self.end_observable_ms = now_ms
