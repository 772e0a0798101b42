"""How well the energy meter of a pole sees: its noise, its calibration and its smallest step.

The figures are those of a BL0942 behind a 1 milliohm shunt: steps from the chip's reference constants (one count is
1/15873.36 V, 1/251213.46 A, 1/623 W), noise and calibration from what such boards show after a one-point calibration.
"""

from __future__ import annotations

from simulator.plant import noise

# One count of each register; the data sheet ties the last to the other two.
STEP_V, STEP_A, STEP_W = 1.0 / 15873.36, 1.0 / 251213.46, 1.0 / 623.002
METER_WINDOW_MS = 400  # its RMS values are taken over this
CALIBRATION = 0.003  # standard deviation from meter to meter, as a part of the reading; it never changes
NOISE_V = 0.1  # standard deviation of one reading
NOISE_A, NOISE_A_PART = 0.0003, 0.001  # fixed, and as a part of the reading
NOISE_W, NOISE_W_PART = 0.015, 0.001


def noise_a(current_a: float) -> float:
    """Standard deviation (A) of one reading of *current_a*."""
    return NOISE_A + NOISE_A_PART * current_a


def noise_w(power_w: float) -> float:
    """Standard deviation (W) of one reading of *power_w*."""
    return NOISE_W + NOISE_W_PART * power_w


class Meter:
    """One pole's meter, with its own calibration error."""

    __slots__ = ("_gain_a", "_gain_v", "_gain_w", "_key_a", "_key_v", "_key_w")

    def __init__(self, pole: str, seed: int) -> None:
        self._key_v, self._key_a, self._key_w = (
            noise.key(seed, pole, quantity) for quantity in ("voltage", "current", "power")
        )
        calibration = noise.key(seed, pole, "calibration")
        self._gain_v, self._gain_a, self._gain_w = (1.0 + CALIBRATION * noise.normal(calibration, n) for n in range(3))

    def read(self, volts: float, amperes: float, watts: float, now_ms: int) -> tuple[float, float, float]:
        """What the meter makes of the true voltage (V), current (A) and power (W) at *now_ms*; never below zero."""
        volts_read = volts * self._gain_v + NOISE_V * noise.normal(self._key_v, now_ms)
        amperes_read = amperes * self._gain_a + noise_a(amperes) * noise.normal(self._key_a, now_ms)
        watts_read = watts * self._gain_w + noise_w(watts) * noise.normal(self._key_w, now_ms)
        return max(volts_read, 0.0), max(amperes_read, 0.0), max(watts_read, 0.0)
