"""When a fault could first be seen: by physics, never by a detector.

At each change the pole is evaluated twice, with a fault and without it, both free of noise.  The fault is observable
once voltage, current or power differ by more than a pole could explain otherwise: five standard deviations of its
meter's noise (one false sighting in 1.7 million readings), the meter's smallest step, and the tolerance to which the
quantity is known beforehand.  That is the luminaire type's tolerance for current and power, the declared tolerance of
the supply (IS 12360: 6 %) for voltage.  Temperature follows the same power, later, so it never shows a fault first.

The same comparison says when the *end* of a fault could be seen: at the first moment after it at which the fault would
have been observable were it still there.  A lamp repaired by day can be known to be well only in the evening.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from simulator.plant import meter
from simulator.plant.luminaire import TOLERANCE
from simulator.plant.mains import NOMINAL_V

DEVIATIONS = 5.0
SUPPLY_TOLERANCE_V = 0.06 * NOMINAL_V


class Electrical(NamedTuple):
    """What flows at one moment: voltage (V), current (A), power (W)."""

    volts: float
    amperes: float
    watts: float


def differ(one: Electrical, other: Electrical) -> bool:
    """Whether a meter's readings of *one* and *other* cannot be taken for each other."""
    watts, amperes = max(one.watts, other.watts), max(one.amperes, other.amperes)
    return (
        abs(one.watts - other.watts) > DEVIATIONS * meter.noise_w(watts) + meter.STEP_W + TOLERANCE * watts
        or abs(one.amperes - other.amperes) > DEVIATIONS * meter.noise_a(amperes) + meter.STEP_A + TOLERANCE * amperes
        or abs(one.volts - other.volts) > DEVIATIONS * meter.NOISE_V + meter.STEP_V + SUPPLY_TOLERANCE_V
    )


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
