"""The pulse counter of a virtual ESP32, and what gives pulses to its pins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulator.device_modules import ops
from simulator.hardware.part import Answer, Operation

_DOWN = 2
_WRAP = 1 << 31  # an answer has 32 bits with the sign


class PulseSource(Protocol):
    """A chip whose outputs give pulses; all times are milliseconds of the run."""

    def pulses(self, pin: int, now_ms: int) -> int:
        """How many pulses have ended on *pin* by now, since it was made: never fewer than before."""

    def power_on(self, now_ms: int) -> None:
        """Power has come back."""


@dataclass
class _Unit:
    pin: int
    base: int  # what its source had counted when this unit was at 0
    sign: int


class Counters:
    """The counting units, and the sources on the pins of the chip.  A pin without one never changes."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._wired: dict[int, PulseSource] = {}
        self._units: dict[int, _Unit] = {}

    def attach(self, pin: int, source: PulseSource) -> None:
        """Wires an output of *source* to *pin*."""
        self._wired[pin] = source

    def power_on(self, cut: bool) -> None:
        self._units.clear()
        if cut:
            for source in dict.fromkeys(self._wired.values()):
                source.power_on(self._now_ms())

    def operations(self) -> dict[int, Operation]:
        return {
            ops.COUNTER_OPEN: self._open,
            ops.COUNTER_VALUE: self._value,
            ops.COUNTER_SET: self._set,
            ops.COUNTER_CLOSE: self._close,
        }

    def _total(self, pin: int) -> int:
        return self._wired[pin].pulses(pin, self._now_ms()) if pin in self._wired else 0

    def _open(self, number: int, pin: int, data: bytes) -> Answer:
        self._units[number] = _Unit(pin, self._total(pin), -1 if data[1] == _DOWN else 1)
        return 0, b""

    def _value(self, number: int, _b: int, _data: bytes) -> Answer:
        unit = self._units.get(number)
        count = unit.sign * (self._total(unit.pin) - unit.base) if unit else 0
        return (count + _WRAP) % (2 * _WRAP) - _WRAP, b""

    def _set(self, number: int, value: int, _data: bytes) -> Answer:
        unit = self._units[number]
        unit.base = self._total(unit.pin) - unit.sign * value
        return 0, b""

    def _close(self, number: int, _b: int, _data: bytes) -> Answer:
        self._units.pop(number, None)
        return 0, b""
