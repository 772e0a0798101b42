"""Computes the chip's times for reading its flash and computing MD5.

Every loader reads the flash through the ROM's functions, which attach it with its clock at a quarter of the bus's and
read over one line, 64 bytes at a time (ESP-IDF, rom/spi_flash.h: "clock divisor is 4, use 1 line Slow read mode").
Both clocks are the crystal's 40 MHz, except where the stub raises them: on the ESP32, to 160 and 80 MHz (Espressif,
esp-flasher-stub, main.c, and esp-stub-lib, target/esp32/src/clock.c).
"""

from __future__ import annotations

from typing import NamedTuple

_AT_ONCE = 64  # bytes
_COMMAND_BITS = 8 + 24  # opcode and address
_FETCH_CYCLES = 240  # to begin such a read and take its 16 words out of the controller: an estimate
_MD5_CYCLES = 12  # a byte: an estimate


class Clock(NamedTuple):
    """Hertz of the processor and of the bus."""

    cpu: int
    bus: int

    def read_s(self, n: int) -> float:
        """Seconds to read *n* bytes of flash."""
        return n / _AT_ONCE * ((_COMMAND_BITS + 8 * _AT_ONCE) / (self.bus / 4) + _FETCH_CYCLES / self.cpu)

    def md5_s(self, n: int) -> float:
        """Seconds to read *n* bytes of flash and compute their MD5."""
        return self.read_s(n) + n * _MD5_CYCLES / self.cpu


CRYSTAL = Clock(40_000_000, 40_000_000)
RAISED = Clock(160_000_000, 80_000_000)
