"""The accuracy of a pole's energy meter: noise, calibration, offset and smallest step.

The figures of the BL0942 are those of the chip behind a 1 milliohm shunt: steps from its reference constants (one count
is 1/15873.36 V, 1/251213.46 A, 1/623 W), noise and calibration from what such boards show after a one-point
calibration.  The others are bounds of the chips' data sheets, read as twice the standard deviation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from simulator.plant import noise
from simulator.plant.faults import Faults
from simulator.plant.mains import NOMINAL_V
from simulator.plant.senses import Electrical, Electricity, electricity

if TYPE_CHECKING:
    from simulator.plant.luminaire import LuminaireModel

NOISY = 2.0  # what meter_noise adds to the noise, as a part of it, at severity 1.0
CURVE_READINGS = 10


class MeterType(NamedTuple):
    """One type of meter.  All but the steps are standard deviations, from meter to meter or from reading to reading."""

    name: str
    step_v: float
    step_a: float
    step_w: float
    calibration: float  # from meter to meter, as a part of the reading; it never changes
    offset_a: float  # from meter to meter: what it shows of nothing
    offset_w: float
    noise_v: float  # of one reading
    noise_a: float  # of one reading: fixed, and as a part of it
    noise_a_part: float
    noise_w: float
    noise_w_part: float

    def deviation_a(self, current_a: float) -> float:
        """Standard deviation (A) of one reading of *current_a*."""
        return self.noise_a + self.noise_a_part * current_a

    def deviation_w(self, power_w: float) -> float:
        """Standard deviation (W) of one reading of *power_w*."""
        return self.noise_w + self.noise_w_part * power_w


BL0942 = MeterType(
    "bl0942", 1 / 15873.36, 1 / 251213.46, 1 / 623.002, 0.003, 0.0002, 0.01, 0.1, 0.0003, 0.001, 0.015, 0.001
)
ADE7953 = MeterType("ade7953", 1e-3, 1e-5, 1 / 154, 0.002, 0.0001, 0.005, 0.05, 0.0001, 0.0005, 0.008, 0.0005)
PZEM004T = MeterType("pzem-004t", 0.1, 1e-3, 0.1, 0.0025, 0.0005, 0.02, 0.15, 0.0005, 0.0015, 0.03, 0.0015)

TYPES = {kind.name: kind for kind in (BL0942, ADE7953, PZEM004T)}


class Meter:
    """One pole's meter, of the type *kind*, with its own calibration error."""

    __slots__ = ("_gain_a", "_gain_v", "_gain_w", "_key", "_offset_a", "_offset_w", "frame", "kind")

    def __init__(self, pole: str, seed: int, kind: MeterType = BL0942) -> None:
        self.kind = kind
        self.frame: Electricity | None = None  # the last one it gave
        self._key = noise.key(seed, pole, "meter")
        calibration = noise.key(seed, pole, "calibration")
        self._gain_v, self._gain_a, self._gain_w = (
            1.0 + kind.calibration * part for part in noise.three(calibration, 0)
        )
        self._offset_a = kind.offset_a * noise.normal(calibration, 1)
        self._offset_w = kind.offset_w * noise.normal(calibration, 2)

    def show(self, flow: Electrical, present: Faults, now_ms: int) -> Electricity:
        """The frame it gives of *flow* under the faults *present*."""
        if present.meter_frozen > 0.0 and self.frame is not None:
            return self.frame
        volts, amperes, watts = self.read(*flow, now_ms, 1.0 + NOISY * present.meter_noise)
        apparent = volts * amperes
        factor = min(watts / apparent, 1.0) if apparent > 0.0 else 0.0
        self.frame = shown = electricity((volts, amperes, watts, factor))
        return shown

    def curve(self, model: LuminaireModel, levels: Iterable[int]) -> list[tuple[int, float, float]]:
        """What it shows of the lamp *model* at each of *levels* (%): (level, watts, power factor).

        The lamp is warm, at 240 V and 25 C, without faults; each point is the mean of ten readings.
        """
        points = []
        for number, level in enumerate(levels):
            output = model.output(level / 100.0)
            watts, factor = model.draw(output, NOMINAL_V, output)
            steps = range(-(number + 1) * CURVE_READINGS, -number * CURVE_READINGS)  # before the run
            read = [self.read(NOMINAL_V, watts / (NOMINAL_V * factor), watts, step) for step in steps]
            mean_w = sum(reading[2] for reading in read) / CURVE_READINGS
            apparent = sum(reading[0] * reading[1] for reading in read) / CURVE_READINGS
            points.append((level, mean_w, min(mean_w / apparent, 1.0) if apparent > 0.0 else 0.0))
        return points

    def read(
        self, volts: float, amperes: float, watts: float, step: int, noisy: float = 1.0
    ) -> tuple[float, float, float]:
        """The meter's values at the true voltage (V), current (A) and power (W); never below zero.

        Each *step* (such as the time in ms) has its own noise, which is *noisy* times that of the type.
        """
        _name, step_v, step_a, step_w, _gain, _oa, _ow, sd_v, sd_a, part_a, sd_w, part_w = self.kind
        of_v, of_a, of_w = noise.three(self._key, step)
        volts_read = volts * self._gain_v + noisy * sd_v * of_v
        amperes_read = amperes * self._gain_a + self._offset_a + noisy * (sd_a + part_a * amperes) * of_a
        watts_read = watts * self._gain_w + self._offset_w + noisy * (sd_w + part_w * watts) * of_w
        return (
            int(volts_read / step_v + 0.5) * step_v if volts_read > 0.0 else 0.0,
            int(amperes_read / step_a + 0.5) * step_a if amperes_read > 0.0 else 0.0,
            int(watts_read / step_w + 0.5) * step_w if watts_read > 0.0 else 0.0,
        )
