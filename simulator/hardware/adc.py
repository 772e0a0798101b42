"""A light sensor on an analogue input of the ESP32."""

from __future__ import annotations

from collections.abc import Callable


class LightSensor:
    """Linear sensor: *lux* (0 up) says the light now, *full_scale_lux* fills the input.  Calling it reads the input."""

    def __init__(self, lux: Callable[[], float], full_scale_lux: int) -> None:
        self._lux = lux
        self._full_scale_lux = full_scale_lux

    def __call__(self) -> int:
        """0 to 65535, of which the converter resolves 12 bits; the port repeats the upper bits in the lower ones."""
        raw = min(4095, max(0, round(self._lux() / self._full_scale_lux * 4095)))
        return raw << 4 | raw >> 8
