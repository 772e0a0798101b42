"""Sets EN and IO0 of a chip by the modem lines of its adapter: into the loader, and out of it.

EN is low while RTS is asserted and DTR is not, IO0 while DTR is and RTS is not (two transistors on every board).
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable

import serial

try:
    import fcntl
    import struct
    import termios
except ImportError:  # Windows sets one line after the other
    fcntl = None  # type: ignore[assignment]

RESET_S = 0.1  # EN low: long enough for the capacitor at it
LATCH_S = (0.05, 0.3, 0.55)  # IO0 low after EN rises, while the ROM reads its straps: longer for larger capacitors
USB_S = 0.1  # between the steps of a chip's own USB


def enter_loader(port: serial.SerialBase, latch_s: float, own_usb: bool) -> bool:
    """Start the chip in its loader; False where the port has no modem lines, as a network socket."""
    if own_usb:
        return _walk(port, [((False, False), USB_S), ((True, False), USB_S), ((True, True), 0.0),
                            ((False, True), USB_S), ((False, False), 0.0)])  # fmt: skip
    return _walk(port, [((False, True), RESET_S), ((True, False), latch_s), ((False, False), 0.0)])


def restart(port: serial.SerialBase, own_usb: bool, meanwhile: Callable[[], None]) -> bool:
    """Start the chip's software, as its reset button does; False where the port has no modem lines.

    *meanwhile* is called once, while EN is low.  The line is quiet as long without modem lines too: only a person can
    press the button then.
    """
    released_at = time.monotonic() + (2 * RESET_S if own_usb else RESET_S)
    has_lines = _walk(port, [((False, True), 0.0)])
    try:
        meanwhile()
    finally:
        time.sleep(max(0.0, released_at - time.monotonic()))
        if has_lines:
            _walk(port, [((False, False), 0.0)])
    return has_lines


def _walk(port: serial.SerialBase, steps: list[tuple[tuple[bool, bool], float]]) -> bool:
    """Take the lines (DTR, RTS) through *steps*, each held for its seconds."""
    if str(port.port).startswith("socket://"):
        return False
    put = _put_both if fcntl is not None and hasattr(port, "fd") else _put_each
    try:
        for (dtr, rts), wait_s in steps:
            put(port, dtr, rts)
            time.sleep(wait_s)
    except OSError as error:
        if error.errno in (errno.ENOTTY, errno.EINVAL):  # a pseudo-terminal
            return False
        raise
    return True


def _put_both(port: serial.SerialBase, dtr: bool, rts: bool) -> None:
    """Set both at once: else EN and IO0 would have a state in between."""
    bits = struct.unpack("I", fcntl.ioctl(port.fd, termios.TIOCMGET, bytes(4)))[0]
    bits &= ~(termios.TIOCM_DTR | termios.TIOCM_RTS)
    bits |= (termios.TIOCM_DTR if dtr else 0) | (termios.TIOCM_RTS if rts else 0)
    fcntl.ioctl(port.fd, termios.TIOCMSET, struct.pack("I", bits))


def _put_each(port: serial.SerialBase, dtr: bool, rts: bool) -> None:
    port.dtr = dtr
    port.rts = rts
    port.dtr = dtr  # some drivers of Windows only send the lines when this one is set
