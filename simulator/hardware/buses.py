"""UARTs and I2C buses of a virtual ESP32, and the interfaces of chips on them.

The chip's controllers reach any pin, so a device is found by the pins it is wired to, not by the controller's number.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Protocol

from simulator.device_modules import ops
from simulator.hardware.part import Answer, Operation

_EVERYTHING = 1 << 20


class UartDevice(Protocol):
    """A chip on a serial line; all times are milliseconds of the run."""

    def write(self, data: bytes, now_ms: int) -> None:
        """*data* comes in from the pole, beginning now."""

    def read(self, n: int, now_ms: int) -> bytes:
        """Up to *n* of the bytes that have reached the pole by now."""

    def any(self, now_ms: int) -> int:
        """How many bytes have reached the pole by now."""

    def power_on(self, now_ms: int) -> None:
        """Power has come back."""


class I2cDevice(Protocol):
    """A chip on an I2C bus."""

    def write(self, data: bytes) -> None:
        """One write transfer: the register's number and what goes into it."""

    def read_from(self, register: int, n: int) -> bytes:
        """One write transfer of *register*'s number, and one read transfer of *n* bytes from there on."""

    def power_on(self) -> None:
        """Power has come back."""


def _enough(_number: int, _size: int | None) -> bool:
    return True


class Uarts:
    """The serial lines.  At a wrong baud rate nothing is understood on either side.

    *memory(number, bytes)* gives a UART its receive buffer, or takes it back (None); whether there was room.
    """

    def __init__(self, now_ms: Callable[[], int], memory: Callable[[int, int | None], bool] = _enough) -> None:
        self._now_ms = now_ms
        self._memory = memory
        self._wired: dict[tuple[int, int], tuple[UartDevice, int, int | None]] = {}
        self._open: dict[int, tuple[UartDevice, bool] | None] = {}  # UART: its device, and is its format right?

    def attach(self, tx: int, rx: int, device: UartDevice, baud: int, parity: int | None = None) -> None:
        """Wires *device*, which talks at *baud* (*parity* 0 is even, 1 odd), to the chip's pins *tx* and *rx*."""
        self._wired[tx, rx] = device, baud, parity

    def power_on(self, cut: bool) -> None:
        self._open.clear()
        if cut:
            for device, _baud, _parity in self._wired.values():
                device.power_on(self._now_ms())

    def operations(self) -> dict[int, Operation]:
        return {
            ops.UART_OPEN: self._open_one,
            ops.UART_CLOSE: self._close_one,
            ops.UART_WRITE: self._write,
            ops.UART_READ: self._read,
            ops.UART_ANY: self._any,
        }

    def _open_one(self, number: int, baud: int, data: bytes) -> Answer:
        wired = self._wired.get((data[0], data[1]))
        self._open[number] = None
        if not self._memory(number, int.from_bytes(data[2:4], "little")):
            return -errno.ENOMEM, b""
        if wired:
            device, right_baud, parity = wired
            said = data[4] - 1 if len(data) > 4 and data[4] else None
            device.read(_EVERYTHING, self._now_ms())  # what came in before the port was open is lost
            self._open[number] = device, (baud, said) == (right_baud, parity)
        return 0, b""

    def _close_one(self, number: int, _b: int, _data: bytes) -> Answer:
        self._open.pop(number, None)
        self._memory(number, None)
        return 0, b""

    def _write(self, number: int, _b: int, data: bytes) -> Answer:
        port = self._open.get(number)
        if port and port[1]:
            port[0].write(data, self._now_ms())
        return len(data), b""

    def _read(self, number: int, limit: int, _data: bytes) -> Answer:
        port = self._open.get(number)
        data = port[0].read(limit, self._now_ms()) if port and port[1] else b""
        return len(data), data

    def _any(self, number: int, _b: int, _data: bytes) -> Answer:
        port = self._open.get(number)
        return (port[0].any(self._now_ms()) if port and port[1] else 0), b""


class I2cBuses:
    """The I2C buses.  A device that is not there answers ENODEV, as the real port says it."""

    def __init__(self) -> None:
        self._wired: dict[tuple[int, int, int], I2cDevice] = {}
        self._open: dict[int, tuple[int, int]] = {}

    def attach(self, scl: int, sda: int, address: int, device: I2cDevice) -> None:
        """Wires *device* at *address* to the chip's pins *scl* and *sda*."""
        self._wired[scl, sda, address] = device

    def detach(self, scl: int, sda: int, address: int) -> None:
        """Removes the device: it no longer answers."""
        del self._wired[scl, sda, address]

    def power_on(self, cut: bool) -> None:
        self._open.clear()
        if cut:
            for device in self._wired.values():
                device.power_on()

    def operations(self) -> dict[int, Operation]:
        return {ops.I2C_OPEN: self._open_one, ops.I2C_WRITE: self._write, ops.I2C_READ_MEM: self._read_mem}

    def _open_one(self, bus: int, _b: int, data: bytes) -> Answer:
        self._open[bus] = data[0], data[1]
        return 0, b""

    def _device(self, bus: int, address: int) -> I2cDevice | None:
        pins = self._open.get(bus)
        return self._wired.get((pins[0], pins[1], address)) if pins else None

    def _write(self, bus: int, address: int, data: bytes) -> Answer:
        device = self._device(bus, address)
        if device is None:
            return -errno.ENODEV, b""
        device.write(data)
        return len(data), b""

    def _read_mem(self, bus: int, code: int, _data: bytes) -> Answer:
        pins = self._open.get(bus)
        device = self._wired.get((pins[0], pins[1], code & 0xFF)) if pins else None
        if device is None:
            return -errno.ENODEV, b""
        data = device.read_from(code >> 8 & 0xFF, code >> 16)
        return len(data), data
