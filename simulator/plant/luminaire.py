"""A luminaire's driver and LEDs: power drawn from the mains, and light.

Power and power factor come from the site's table of the luminaire type, straight lines between its points; each
luminaire deviates a little from it, at each point by its own part.  A driver takes constant power at any voltage (its
current rises as the voltage falls), until the voltage is so low that it limits its input current; or the power follows
the voltage, where the type says so.  Light follows the LED current, which is set by 0-10 V.  A discharge lamp (arc.py)
is not dimmed.
"""

from __future__ import annotations

from bisect import bisect_right
from math import exp, log
from typing import TYPE_CHECKING

from simulator.plant import noise
from simulator.plant.arc import EXPONENT, Arc
from simulator.plant.mains import NOMINAL_V
from simulator.plant.senses import METER_WINDOW_MS, Electrical

if TYPE_CHECKING:
    from host_tools.site.model import Luminaire

TOLERANCE = (
    0.05  # no luminaire of a type draws more or less than this part beside its table: the usual data-sheet bound
)
SPREAD = 0.015  # standard deviation from luminaire to luminaire, cut at the tolerance
LEVEL_SPREAD = 0.01  # of one point of the table beside that of the whole luminaire
PF_SPREAD, PF_LEVEL_SPREAD = 0.01, 0.003  # the same of the power factor, in absolute figures
PF_MOST = 0.995

DIM_OFF = 0.05  # below 0.5 V of 10 V the driver switches its output off; from there to its minimum it holds the minimum
STANDBY_W = 0.4  # with the output switched off, where the table has no point at level 0
STANDBY_PF = 0.07  # all that is left is the capacitor of the interference filter
NO_LOAD_W_PART, NO_LOAD_PF = 0.02, 0.30  # of the rated power: the driver runs but its LEDs are disconnected
BALLAST_PF = 0.04  # of a ballast without its lamp: the capacitor
LEAKAGE_A = 0.0008  # through the snubber across the open relay contact (10 nF at 240 V)
LEAKAGE_PF = 0.05

LOSS_PER_VOLT = -0.02 / NOMINAL_V  # power changes by -2 % when the voltage doubles: less current, smaller losses
PF_PER_VOLT = -0.10 / NOMINAL_V  # the filter capacitor weighs more at a higher voltage
LIMIT_V = 150.0  # below it the driver limits its input current, so power falls with the voltage
START_V = 90.0  # below it the driver does not run at all

COLD = 0.035  # a cold LED's forward voltage, and so the power, is this part higher than a warm one's at full output
WARM_UP_S = 600.0  # time constant of the heat sink
PER_KELVIN, REFERENCE_C = -0.001, 25.0  # of the power, by the air around: the same forward voltage

INRUSH_A, INRUSH_US = 40.0, 300.0  # half a sine that charges the driver's bulk capacitor when it is switched on
INRUSH_RMS_A = INRUSH_A * (INRUSH_US / 1000.0 / METER_WINDOW_MS / 2.0) ** 0.5  # what a reading across it sees

DROOP = 0.15  # LEDs give this part more light for their current near zero than at full current
LIFE_H, LIFE_LIGHT = 50_000.0, 0.70  # hours after which this part of the light is left (L70); exponential, as in TM-21
_DECAY = log(LIFE_LIGHT) / LIFE_H
AGED_LIGHT, AGED_POWER = 0.30, 0.10  # what an old lamp has lost; a third of its lost light are chips failed short


def light_left(hours: float) -> float:
    """Part of the new lamp's light that is left after *hours* of burning."""
    return exp(_DECAY * hours)


def light_of(dim: float) -> float:
    """Light of a new lamp, as a part of its rated light, at LED current *dim* (0 to 1) of the rated current."""
    return dim * (1.0 + DROOP * (1.0 - dim))


def with_inrush(flow: Electrical) -> Electrical:
    """*flow* as a reading shows it in which the driver was switched on."""
    volts, amperes, watts = flow
    return Electrical(volts, (amperes * amperes + INRUSH_RMS_A * INRUSH_RMS_A) ** 0.5, watts)


class HoursMeter:
    """Counts the hours a lamp burns, from *hours* on."""

    __slots__ = ("_burning", "_hours", "_since_ms")

    def __init__(self, hours: float) -> None:
        self._hours = hours
        self._burning = False
        self._since_ms = 0

    def at(self, now_ms: int) -> float:
        """Hours burnt by *now_ms*."""
        return self._hours + ((now_ms - self._since_ms) / 3_600_000.0 if self._burning else 0.0)

    def settle(self, burning: bool, now_ms: int) -> None:
        """From *now_ms* on it burns, or not."""
        self._hours, self._since_ms, self._burning = self.at(now_ms), now_ms, burning


class LuminaireModel:
    """One luminaire of the type *kind*, on the pole named *pole*; *ageing* 0 (new) to 1 (old)."""

    __slots__ = (
        "_levels", "_standby", "_watts_pf", "arc", "exponent", "light_kept", "minimum", "no_load_pf", "no_load_w",
    )  # fmt: skip

    def __init__(self, kind: Luminaire, pole: str, seed: int, ageing: float = 0.0) -> None:
        points = sorted(kind.points)
        self._standby = points[0][1:] if points[0][0] == 0 else (STANDBY_W, STANDBY_PF)
        lit = [point for point in points if point[0] > 0]
        self._levels = [level / 100.0 for level, _watts, _pf in lit]
        stream = noise.key(seed, pole, "luminaire")
        whole, factor, _ = noise.three(stream, 0)
        kept = 1.0 - AGED_POWER * ageing
        self._watts_pf = []
        self.arc = None if kind.technology == "led" else Arc(kind.technology, pole, seed)
        low, high = EXPONENT[kind.technology] if kind.driver == "follows-voltage" else (0.0, 0.0)
        self.exponent = low + (high - low) * noise.uniform(noise.key(seed, pole, "exponent"), 0)
        for number, (_level, watts, pf) in enumerate(lit, 1):
            here, factor_here, _ = noise.three(stream, 1 if self.arc else number)
            part = max(-TOLERANCE, min(TOLERANCE, SPREAD * whole + LEVEL_SPREAD * here))
            beside = PF_SPREAD * factor + PF_LEVEL_SPREAD * factor_here
            self._watts_pf.append((watts * (1.0 + part) * kept, min(pf + beside, PF_MOST)))
        self.light_kept = 1.0 - AGED_LIGHT * ageing
        self.minimum = self._levels[0]  # the driver holds at least this level while it gives light
        self.no_load_pf = BALLAST_PF if self.arc else NO_LOAD_PF
        self.no_load_w = max(NO_LOAD_W_PART * kind.rated_w, 2.0 * self._standby[0])

    def output(self, dim: float) -> float:
        """LED current as a part of the rated one when the dimmer asks for *dim* (0 to 1); 0 when it is switched off."""
        return 0.0 if dim < DIM_OFF else max(dim, self.minimum)

    def rated(self, output: float) -> tuple[float, float]:
        """Power (W) and power factor at *output* (of ``output()``) of the warm luminaire at 240 V and 25 C."""
        if output == 0.0:
            return self._standby
        levels = self._levels
        if output >= levels[-1]:
            return self._watts_pf[-1]
        after = bisect_right(levels, output)
        if after == 0:
            return self._watts_pf[0]
        part = (output - levels[after - 1]) / (levels[after] - levels[after - 1])
        (low_w, low_pf), (high_w, high_pf) = self._watts_pf[after - 1], self._watts_pf[after]
        return low_w + (high_w - low_w) * part, low_pf + (high_pf - low_pf) * part

    def draw(self, output: float, volts: float, warmth: float, air_c: float = REFERENCE_C) -> tuple[float, float]:
        """Power (W) and power factor at *output*, *volts*, *warmth* (of the heat sink, 0 to 1) and *air_c* (C)."""
        return self.conditioned(self.rated(output), output, volts, warmth, air_c)

    def light(self, output: float) -> float:
        """Light of the new lamp, struck and warm, as a part of its rated light, at *output*."""
        return (1.0 if output else 0.0) if self.arc else light_of(output)

    def conditioned(
        self, rated: tuple[float, float], output: float, volts: float, warmth: float, air_c: float
    ) -> tuple[float, float]:
        """What *rated*, which is drawn warm at 240 V and 25 C, is at *volts*, *warmth* and *air_c*."""
        if volts < START_V:
            return 0.0, STANDBY_PF
        if output == 0.0:
            return rated
        watts, factor = rated
        beside = volts - NOMINAL_V
        if not self.arc:
            watts *= (1.0 + COLD * (output - warmth)) * (1.0 + PER_KELVIN * (air_c - REFERENCE_C))
        if self.exponent:
            watts *= (volts / NOMINAL_V) ** self.exponent
        else:
            watts *= 1.0 + LOSS_PER_VOLT * beside
            if volts < LIMIT_V:
                watts *= volts / LIMIT_V
        factor *= 1.0 + PF_PER_VOLT * beside
        return watts, factor if factor < PF_MOST else PF_MOST
