"""Sensors on the analogue inputs of the ESP32."""

from __future__ import annotations

from collections.abc import Callable


def converted(value: float, full_scale: int) -> int:
    """*value* on an input that *full_scale* fills: 0 to 65535, of which the converter resolves 12 bits.

    The port repeats the upper bits in the lower ones.
    """
    raw = min(4095, max(0, round(value / full_scale * 4095)))
    return raw << 4 | raw >> 8


class LinearSensor:
    """Sensor whose *value* (0 up) fills the input at *full_scale*, both in its unit.  Calling it reads the input."""

    def __init__(self, value: Callable[[], float], full_scale: int) -> None:
        self._value = value
        self._full_scale = full_scale

    def __call__(self) -> int:
        return converted(self._value(), self._full_scale)
