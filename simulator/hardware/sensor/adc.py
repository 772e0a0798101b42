"""Sensors on the analogue inputs of a chip, at 11 dB: what the converter makes of a voltage.

An ESP32 reads 0 below 142 mV; its curve is that of Espressif's esp_adc_cal (ADC1, 11 dB, reference of 1,100 mV):
mV = 142 + raw * 1100 * 196602 / 4096 / 65536.  The ESP32-S3 and the ESP32-C3 begin at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.hardware.around import Around

FULL_MV = 3300.0  # what a sensor gives at its full scale
_OFFSET_MV, _STEP_MV = 142.0, 1100 * 196602 / 4096 / 65536  # of the ESP32


def converted(value: float, full_scale: int, kind: str = "esp32") -> int:
    """*value* on an input of the chip *kind* to which *full_scale* gives 3.3 V: 0 to 65535, of which 12 bits count.

    The port repeats the upper bits in the lower ones.
    """
    mv = value / full_scale * FULL_MV
    exact = (mv - _OFFSET_MV) / _STEP_MV if kind == "esp32" else mv / FULL_MV * 4095
    raw = min(4095, max(0, round(exact)))
    return raw << 4 | raw >> 8


class LinearSensor:
    """Sensor whose *value* (0 up) gives 3.3 V at *full_scale*, both in its unit.  Calling it reads the input."""

    def __init__(self, value: Callable[[], float], full_scale: int, kind: str = "esp32") -> None:
        self._value = value
        self._full_scale = full_scale
        self._kind = kind

    def __call__(self) -> int:
        return converted(self._value(), self._full_scale, self._kind)


def attach(table: str, part: Mapping[str, Any], around: Around) -> LinearSensor:
    """Wires the sensor of *table*: a photocell, or a residual-current monitor."""
    plant, now = around.plant, around.now_ms
    if table == "photocell":
        sensor = LinearSensor(lambda: plant.lux(now()), part["full_scale_lux"], around.kind)
    else:
        sensor = LinearSensor(lambda: 1000 * plant.leakage_a(now()), part["full_scale_ma"], around.kind)
    around.chip.attach_adc(part["pin"], sensor)
    return sensor
