"""Opens a port without resetting the chip behind it.

Two transistors on a board make EN (reset) low while RTS is asserted and DTR is not, and IO0 (loader) low while DTR is
asserted and RTS is not.  A system asserts both lines at once when it opens a port, which is harmless; but a program
that then releases DTR before RTS resets the chip, and so does a client that asserts RTS first.  So here DTR is always
asserted first and released last, and both stay asserted while the port is open: the USB of an S3 sends nothing to a
host without DTR.  On closing, a local port keeps its lines as they are (HUPCL off).  Those of a remote one (RFC 2217)
are released here in the right order, because servers release DTR first when their client has gone.
"""

from __future__ import annotations

import os
import re
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import serial
from serial import rfc2217
from serial.urlhandler import protocol_socket

from host_tools.field.ports import port_access
from host_tools.field.ports.errors import Busy, Unusable
from host_tools.field.ports.find_ports import is_url

try:
    import termios
except ImportError:  # Windows
    termios = None  # type: ignore[assignment]

REFUSAL_S = 0.1  # how soon a server that has a client already hangs up on the next one
_ADDRESS = re.compile(r"(socket|rfc2217)://[^/?#\s]+:\d{1,5}/?(\?\S*)?")
_WAITING = 65536  # bytes looked ahead for
BAUD = 115200  # of MicroPython's console, and of every loader at first


class QuietRfc2217(rfc2217.Serial):  # type: ignore[misc]
    """A remote port.  pyserial negotiates all settings again, 50 ms and more, when only a time-out is changed."""

    _agreed: tuple[Any, ...] | None = None
    _opened = False

    def open(self) -> None:
        self._agreed = None
        super().open()
        self._opened = True

    def close(self) -> None:
        if self._opened and self._thread is not None and self._thread.is_alive():
            try:
                lower(self)
            except (serial.SerialException, ValueError, OSError):
                pass  # the server that held the lines is gone, and with it the lines
        self._opened = False
        close_whole(self, super().close)

    def _reconfigure_port(self) -> None:
        wanted = (self._baudrate, self._bytesize, self._parity, self._stopbits, self._xonxoff, self._rtscts)
        if wanted != self._agreed:
            super()._reconfigure_port()
            self._agreed = wanted


class QuietSocket(protocol_socket.Serial):  # type: ignore[misc]
    """A port that is a plain socket, which has no lines; one that hangs up at once is not taken for an open one.

    *refusal_s*: how long opening waits for that.  One that hangs up later without data raises Busy when it is read.
    """

    def __init__(self, refusal_s: float) -> None:
        super().__init__()
        self._refusal_s = refusal_s
        self._heard = False

    def open(self) -> None:
        super().open()
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or a second small write waits for 40 ms
        if self._refusal_s and select.select([self._socket], [], [], self._refusal_s)[0] and not self.in_waiting:
            self.close()
            raise ConnectionResetError

    @property
    def in_waiting(self) -> int:
        """Bytes, where pyserial's own says 1 of any number, and is then asked for one at a time; 0 at its end."""
        if not select.select([self._socket], [], [], 0)[0]:
            return 0
        with suppress(OSError):  # told by ``read``
            return len(self._socket.recv(_WAITING, socket.MSG_PEEK))
        return 0

    def finish_sending(self) -> None:
        """Shut down the sending direction; what the other end still sends can be read.

        Without modem lines a virtual pole takes that as the reset, and real servers as a hang-up.
        """
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def read(self, size: int = 1) -> bytes:
        try:
            data: bytes = super().read(size)
        except serial.SerialException as error:
            if not self._heard:
                raise Busy("ports.no_answer", port=self.portstr) from error
            raise
        self._heard = self._heard or bool(data)
        return data

    def close(self) -> None:
        close_whole(self, super().close)


class QuietLocal(serial.Serial):  # type: ignore[misc]
    """A port of this machine, whose lines stay as they are when it is closed."""

    def open(self) -> None:
        super().open()
        if termios is not None:
            keep_lines(self.fd)

    def close(self) -> None:
        if self.is_open and termios is None:
            lower(self)  # Windows releases both lines by itself, in no defined order
        super().close()


def quiet_open(
    url: str, timeout: float | None = 1.0, baud: int = BAUD, refusal_s: float = REFUSAL_S
) -> serial.SerialBase:
    """The port *url* (a device, `socket://HOST:PORT` or `rfc2217://HOST:PORT`), open and ours alone.

    The chip behind it goes on as if nothing had happened, also when the port is closed again.  *timeout*: longest wait
    of a read, seconds; None without limit.  *refusal_s*: how long to wait for a socket to hang up; a caller that sends
    a request first need not.  Raises PortBusy, PortForbidden or PortError; the first a `read` also, without that wait.
    """
    port = _port(url, refusal_s)
    port_access.check_access(url)
    port.port = url
    port.timeout = timeout
    port.baudrate = baud
    try:
        port.open()
    except (serial.SerialException, OSError, ValueError) as error:
        if is_url(url):
            raise _remote(url, error) from error
        raise port_access.why(url, getattr(error, "errno", None), str(error)) from error
    return port


def close_whole(port: Any, close: Callable[[], None]) -> None:
    """*close*, and the socket of *port* with it, which pyserial leaves open when the other end closed first."""
    held = port._socket
    close()
    if held is not None:
        held.close()


def lower(port: serial.SerialBase) -> None:
    """Release both modem lines of *port* without a moment of RTS alone."""
    port.rts = False
    port.dtr = False


def keep_lines(fd: int) -> None:
    """Tell the system to leave the modem lines of *fd* alone when it is closed (HUPCL off)."""
    attributes = termios.tcgetattr(fd)
    if attributes[2] & termios.HUPCL:
        attributes[2] &= ~termios.HUPCL
        termios.tcsetattr(fd, termios.TCSANOW, attributes)


def _port(url: str, refusal_s: float) -> Any:
    if "://" in url and not _ADDRESS.fullmatch(url):
        raise Unusable("ports.not_an_address", port=url)
    if url.startswith("socket://"):
        return QuietSocket(refusal_s)
    if url.startswith("rfc2217://"):
        return QuietRfc2217()
    return QuietLocal(exclusive=True) if os.name == "posix" else QuietLocal()


def _remote(url: str, error: Exception) -> Unusable | Busy:
    said = str(error)
    if "refused" in said:
        return Unusable("ports.nothing_listens", port=url)
    if isinstance(error, ConnectionError) or "reset by peer" in said or "does not seem to support RFC2217" in said:
        # a server that already has a client accepts the next connection too, and then sends nothing or hangs up
        return Busy("ports.no_answer", port=url)
    return Unusable("ports.not_opened", port=url, why=said)
