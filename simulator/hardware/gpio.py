"""Pins and PWM of a virtual ESP32."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.device_modules import ops
from simulator.hardware.part import Answer, Operation

FULL = 65535
_OUTPUT = 2  # bit of a pin's mode: it drives
_PULL_DOWN, _PULL_UP = 1, 2


@dataclass
class _Pin:
    """*latch* is what the pin drives once it is an output; it can be set before."""

    mode: int = 0
    pull: int = 0
    latch: int = 0


@dataclass
class Gpio:
    """The pins.  *pulls* are the resistors on the board: pin to the level it rests at while the chip does not drive it.

    *changed* is called with the pin whenever what the chip does has changed what it carries.  *contacts* are switches
    between a pin and ground: pin to whether it is closed.  *listeners* are called after what their pin carries has
    changed.
    """

    pulls: Mapping[int, int]
    changed: Callable[[int], None]
    contacts: dict[int, Callable[[], bool]] = field(default_factory=dict)
    listeners: dict[int, Callable[[], None]] = field(default_factory=dict)
    _pins: dict[int, _Pin] = field(default_factory=dict)
    _pwm: dict[int, tuple[int, int]] = field(default_factory=dict)  # pin: (duty 0 to 65535, Hz)

    def duty(self, pin: int) -> int:
        """What *pin* carries, 0 (always low) to 65535 (always high)."""
        return self._pwm[pin][0] if pin in self._pwm else FULL * self._level(pin)

    def level(self, pin: int) -> int:
        """*pin* as a digital input reads it, 0 or 1."""
        return int(self.duty(pin) > FULL // 2)

    def frequency(self, pin: int) -> int | None:
        """Frequency in Hz of the PWM on *pin*; None when there is none."""
        return self._pwm[pin][1] if pin in self._pwm else None

    def power_on(self, _cut: bool) -> None:
        self.release()

    def release(self) -> None:
        """Lets go of every pin, as any reset does."""
        for pin in sorted(self._pins.keys() | self._pwm.keys()):
            before = self.duty(pin)
            self._pins.pop(pin, None)
            self._pwm.pop(pin, None)
            self._report(pin, before)

    def still(self) -> None:
        """Every PWM goes to duty 0; pins keep their level."""
        for pin in sorted(self._pwm):
            self._pwm_set(pin, 0, b"")

    def operations(self) -> dict[int, Operation]:
        return {
            ops.PIN_INIT: self._init,
            ops.PIN_SET: self._set,
            ops.PIN_GET: self._get,
            ops.PWM_START: self._pwm_start,
            ops.PWM_SET: self._pwm_set,
            ops.PWM_STOP: self._pwm_stop,
        }

    def _level(self, number: int) -> int:
        pin = self._pins.get(number)
        if pin and pin.mode & _OUTPUT:
            return pin.latch
        if number in self.contacts and self.contacts[number]():
            return 0
        if number in self.pulls:
            return self.pulls[number]
        return 1 if pin and pin.pull == _PULL_UP else 0

    def _report(self, pin: int, before: int) -> None:
        if self.duty(pin) != before:
            if pin in self.listeners:
                self.listeners[pin]()
            self.changed(pin)

    def _init(self, number: int, code: int, _data: bytes) -> Answer:
        before = self.duty(number)
        mode, pull, value = code & 15, code >> 4 & 15, code >> 8
        pin = self._pins.setdefault(number, _Pin())
        if value:
            pin.latch = value - 1
        if mode:
            pin.mode = mode
            self._pwm.pop(number, None)  # the pin is a plain one again
        if pull:
            pin.pull = pull - 1
        self._report(number, before)
        return 0, b""

    def _get(self, number: int, _b: int, _data: bytes) -> Answer:
        return self.level(number), b""

    def _set(self, number: int, value: int, _data: bytes) -> Answer:
        pin = self._pins.get(number)
        if pin is None or pin.latch != value:
            before = self.duty(number)
            self._pins.setdefault(number, _Pin()).latch = value
            self._report(number, before)
        return 0, b""

    def _pwm_start(self, pin: int, duty: int, data: bytes) -> Answer:
        before = self.duty(pin)
        self._pwm[pin] = duty, struct.unpack("<I", data)[0]
        self._report(pin, before)
        return 0, b""

    def _pwm_set(self, pin: int, duty: int, _data: bytes) -> Answer:
        now = self._pwm.get(pin)
        if now is not None and now[0] != duty:
            self._pwm[pin] = duty, now[1]
            self._report(pin, now[0])
        return 0, b""

    def _pwm_stop(self, pin: int, _b: int, _data: bytes) -> Answer:
        before = self.duty(pin)
        self._pwm.pop(pin, None)
        self._report(pin, before)
        return 0, b""
