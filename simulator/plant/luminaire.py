"""A luminaire's driver and LEDs: what they draw from the mains and how much light they give.

Power and power factor come from the site's table of the luminaire type, straight lines between its points.  A driver
takes constant power whatever the voltage (its current rises as the voltage falls), until the voltage is so low that it
limits its input current.  Light follows the LED current, which is what 0-10 V sets.
"""

from __future__ import annotations

from bisect import bisect_right
from math import exp, log
from typing import TYPE_CHECKING

from simulator.plant import noise
from simulator.plant.mains import NOMINAL_V
from simulator.plant.meter import METER_WINDOW_MS

if TYPE_CHECKING:
    from host_tools.site.model import Luminaire

TOLERANCE = (
    0.05  # no luminaire of a type draws more or less than this part beside its table: the usual data-sheet bound
)
SPREAD = 0.015  # standard deviation from luminaire to luminaire, cut at the tolerance

DIM_OFF = 0.05  # below 0.5 V of 10 V the driver switches its output off; from there to its minimum it holds the minimum
STANDBY_W = 0.4  # with the output switched off, where the table has no point at level 0
STANDBY_PF = 0.07  # all that is left is the capacitor of the interference filter
NO_LOAD_W_PART, NO_LOAD_PF = 0.02, 0.30  # of the rated power: the driver runs but its LEDs are disconnected
LEAKAGE_A = 0.0008  # through the snubber across the open relay contact (10 nF at 240 V)
LEAKAGE_PF = 0.05

LOSS_PER_VOLT = -0.02 / NOMINAL_V  # power changes by -2 % when the voltage doubles: less current, smaller losses
PF_PER_VOLT = -0.10 / NOMINAL_V  # the filter capacitor weighs more at a higher voltage
LIMIT_V = 150.0  # below it the driver limits its input current, so power falls with the voltage
START_V = 90.0  # below it the driver does not run at all

COLD = 0.035  # a cold LED's forward voltage, and so the power, is this part higher than a warm one's at full output
WARM_UP_S = 600.0  # time constant of the heat sink

INRUSH_A, INRUSH_US = 40.0, 300.0  # half a sine that charges the driver's bulk capacitor when it is switched on
INRUSH_RMS_A = INRUSH_A * (INRUSH_US / 1000.0 / METER_WINDOW_MS / 2.0) ** 0.5  # what a reading across it sees

DROOP = 0.15  # LEDs give this part more light for their current near zero than at full current
LIFE_H, LIFE_LIGHT = 50_000.0, 0.70  # hours after which this part of the light is left (L70); exponential, as in TM-21
_DECAY = log(LIFE_LIGHT) / LIFE_H


def light_left(hours: float) -> float:
    """Part of the new lamp's light that is left after *hours* of burning."""
    return exp(_DECAY * hours)


def light_of(dim: float) -> float:
    """Light of a new lamp, as a part of its rated light, at LED current *dim* (0 to 1) of the rated current."""
    return dim * (1.0 + DROOP * (1.0 - dim))


class LuminaireModel:
    """One luminaire of the type *kind*, on the pole named *pole*."""

    __slots__ = ("_levels", "_spread", "_standby", "_watts_pf", "minimum", "no_load_w")

    def __init__(self, kind: Luminaire, pole: str, seed: int) -> None:
        points = sorted(kind.points)
        self._standby = points[0][1:] if points[0][0] == 0 else (STANDBY_W, STANDBY_PF)
        lit = [point for point in points if point[0] > 0]
        self._levels = [level / 100.0 for level, _watts, _pf in lit]
        self._watts_pf = [(float(watts), float(pf)) for _level, watts, pf in lit]
        self.minimum = self._levels[0]  # the driver holds at least this level while it gives light
        self.no_load_w = max(NO_LOAD_W_PART * kind.rated_w, 2.0 * self._standby[0])
        part = SPREAD * noise.normal(noise.key(seed, pole, "luminaire"), 0)
        self._spread = 1.0 + max(-TOLERANCE, min(TOLERANCE, part))

    def output(self, dim: float) -> float:
        """LED current as a part of the rated one when the dimmer asks for *dim* (0 to 1); 0 when it is switched off."""
        return 0.0 if dim < DIM_OFF else max(dim, self.minimum)

    def draw(self, output: float, volts: float, warmth: float) -> tuple[float, float]:
        """Power (W) and power factor at *output* (of ``output()``), *volts* and *warmth* (of the heat sink, 0 to 1)."""
        if volts < START_V:
            return 0.0, STANDBY_PF
        if output == 0.0:
            return self._standby
        watts, factor = self._table(output)
        watts *= self._spread * (1.0 + COLD * (output - warmth)) * (1.0 + LOSS_PER_VOLT * (volts - NOMINAL_V))
        if volts < LIMIT_V:
            watts *= volts / LIMIT_V
        return watts, min(factor * (1.0 + PF_PER_VOLT * (volts - NOMINAL_V)), 0.995)

    def _table(self, output: float) -> tuple[float, float]:
        levels = self._levels
        if output >= levels[-1]:
            return self._watts_pf[-1]
        after = bisect_right(levels, output)
        if after == 0:
            return self._watts_pf[0]
        part = (output - levels[after - 1]) / (levels[after] - levels[after - 1])
        (low_w, low_pf), (high_w, high_pf) = self._watts_pf[after - 1], self._watts_pf[after]
        return low_w + (high_w - low_w) * part, low_pf + (high_pf - low_pf) * part
