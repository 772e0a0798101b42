"""The ESP32 of one pole on the host, used by its virtual modules on both engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import shake_128

from simulator.device_modules import ops
from simulator.hardware.buses import I2cBuses, Uarts
from simulator.hardware.dram import Dram
from simulator.hardware.flash import Flash
from simulator.hardware.gpio import Gpio
from simulator.hardware.memory import EPOCH_UNIX, Nvs, Rtc
from simulator.hardware.part import Answer, Operation, Part
from simulator.hardware.pulses import Counters
from simulator.hardware.radio import Radio
from simulator.hardware.watchdog import Watchdog

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
SOFT_RESET = 5
KINDS = ("esp32", "esp32s3", "esp32c3")  # as ops.CHIP counts them

_ETIMEDOUT = -110


class Chip:
    """One chip, its board and what is wired to it.

    *now_ms* counts the milliseconds of the run and *unix* is the true time (Unix s); *mac* is the six bytes of
    ``machine.unique_id``; *seed* is that of its random numbers; *pulls* are the board's resistors (pin to 0 or 1),
    which hold a pin the chip does not drive.  *kind* is one of ``KINDS``; *flash* and *nvs* are its own unless given.

    ``operations`` are all that it answers, by their numbers in ``simulator.device_modules.ops``.
    ``on_output`` is called with a pin's number after what it carries has changed, ``on_reset`` with the cause when the
    firmware resets the chip; the engine's user then ends the firmware and calls ``power_on``.
    """

    def __init__(
        self,
        now_ms: Callable[[], int],
        unix: Callable[[], int],
        radio: Radio,
        *,
        mac: bytes,
        seed: int,
        pulls: Mapping[int, int],
        kind: str = "esp32",
        flash: Flash | None = None,
        nvs: Nvs | None = None,
    ) -> None:
        self.on_output: Callable[[int], None] = _ignore
        self.on_reset: Callable[[int], None] = _ignore
        self.cause = PWRON_RESET
        self.radio = radio
        self.gpio = Gpio(pulls, self._tell_output)
        self.i2c = I2cBuses()
        self.nvs = nvs or Nvs()
        self.flash = flash or Flash()
        self.watchdog = Watchdog(now_ms)
        self.dram = Dram(lambda: radio.active, kind)
        self.uarts = Uarts(now_ms, self.dram.uart)
        self.counters = Counters(now_ms)
        self._rtc = Rtc(now_ms)
        self._unix = unix
        self._mac = mac
        self._seed = seed
        self._drawn = 0
        self._adc: dict[int, Callable[[], int]] = {}
        self.operations: dict[int, Operation] = {
            ops.ADC_READ: self._convert,
            ops.RESET: self._reset,
            ops.RESET_CAUSE: lambda _a, _b, _data: (self.cause, b""),
            ops.CHIP: lambda _a, _b, _data: (KINDS.index(kind), b""),
            ops.UNIQUE_ID: lambda _a, _b, _data: (0, self._mac),
            ops.ENTROPY: self._entropy,
            ops.TEMPERATURE: lambda _a, _b, _data: (131, b""),  # a busy die: 55 degrees Celsius
            ops.NTP: self._ntp,
        }
        self._parts: tuple[Part, ...] = (
            self.gpio, self.uarts, self.i2c, self.counters, self.nvs, self.flash, self.watchdog, self.dram, self._rtc,
            radio,
        )  # fmt: skip
        for part in self._parts:
            self.operations.update(part.operations())

    def attach_adc(self, pin: int, sample: Callable[[], int]) -> None:
        """Wires *sample*, which gives 0 to 65535, to analogue input *pin*."""
        self._adc[pin] = sample

    def handle(self, op: int, a: int = 0, b: int = 0, data: bytes = b"") -> Answer:
        """Value and data that answer operation *op* of ``simulator.device_modules.ops``.  KeyError for any other."""
        return self.operations[op](a, b, data)

    def power_on(self, cause: int) -> None:
        """Begins a new run after a reset for *cause*.

        Pins float, the watchdog and the radio are off, what was not committed to NVS is lost.  After a power cut
        (PWRON_RESET) the chip's clock and RTC memory are lost too, and the chips of the board restart.
        """
        self.cause = cause
        for part in self._parts:
            part.power_on(cause == PWRON_RESET)

    def refit(self, flash: Flash, nvs: Nvs) -> None:
        """What is in the flash was changed from outside while the chip was in reset."""
        self.flash, self.nvs = flash, nvs
        self._parts = tuple(
            flash if isinstance(part, Flash) else nvs if isinstance(part, Nvs) else part for part in self._parts
        )
        self.operations.update({**flash.operations(), **nvs.operations()})

    def soft_reset(self) -> None:
        """MicroPython alone starts again: PWM carries no pulse any more, sessions are closed, the rest goes on."""
        self.cause = SOFT_RESET
        self.gpio.still()
        self.dram.power_on(False)

    def _tell_output(self, pin: int) -> None:
        self.on_output(pin)

    def _reset(self, _a: int, _b: int, _data: bytes) -> Answer:
        self.on_reset(HARD_RESET)
        return 0, b""

    def _convert(self, pin: int, _b: int, _data: bytes) -> Answer:
        sample = self._adc.get(pin)
        return (sample() if sample else 0), b""

    def _entropy(self, n: int, _b: int, _data: bytes) -> Answer:
        self._drawn += 1
        return n, shake_128(f"{self._seed} {self._drawn}".encode()).digest(n)

    def _ntp(self, _a: int, _b: int, _data: bytes) -> Answer:
        return (self._unix() - EPOCH_UNIX if self.radio.carries else _ETIMEDOUT), b""


def _ignore(_value: int) -> None:
    """Does nothing; in place until a callback is set."""
