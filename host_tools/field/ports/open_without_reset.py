"""Opening a port without resetting what is behind it.

Two transistors on a board make EN (reset) low while RTS is asserted and DTR is not, and IO0 (loader) low while DTR is
asserted and RTS is not.  A system raises both lines at once when it opens a port, which is harmless; but a program that
then takes DTR away before RTS resets the chip, and so does a client that raises RTS first.  So here DTR is always
raised first and let go last, and both stay raised while the port is open: the USB of an S3 says nothing to a host
without DTR.  On closing, a local port keeps its lines as they are (HUPCL off).  A remote one (RFC 2217) is let go by us
in the right order, because servers let DTR go first when their client has gone.
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
BAUD = 115200  # what MicroPython's console speaks, and every loader at first


class QuietRfc2217(rfc2217.Serial):  # type: ignore[misc]
    """A remote port.  pyserial negotiates all settings anew, 50 ms and more, when only a time-out is changed."""

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
                pass  # whoever held the lines is gone, and with them the lines
        self._opened = False
        close_whole(self, super().close)

    def _reconfigure_port(self) -> None:
        wanted = (self._baudrate, self._bytesize, self._parity, self._stopbits, self._xonxoff, self._rtscts)
        if wanted != self._agreed:
            super()._reconfigure_port()
            self._agreed = wanted


class QuietSocket(protocol_socket.Serial):  # type: ignore[misc]
    """A port that is a plain socket, which has no lines; one that hangs up at once is not taken for an open one.

    *refusal_s*: how long opening waits for that.  What hangs up later, and has said nothing, is Busy when it is read.
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
        """Tell the other end that nothing more comes from here; what it still says can be read.

        Where nothing carries modem lines a virtual pole takes that for the reset, and real servers for a hang-up.
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
            lower(self)  # Windows lets both lines go by itself, in no order that one could rely on
        super().close()


def quiet_open(
    url: str, timeout: float | None = 1.0, baud: int = BAUD, refusal_s: float = REFUSAL_S
) -> serial.SerialBase:
    """The port *url* (a device, `socket://HOST:PORT` or `rfc2217://HOST:PORT`), open and ours alone.

    The chip behind it goes on as if nothing had happened, also when the port is closed again.  *timeout*: longest wait
    of a read, seconds; None for ever.  *refusal_s*: how long to wait for a socket to hang up; who begins by asking may
    do without.  Raises PortBusy, PortForbidden or PortError; the first a `read` also, of a socket not waited for.
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
    """*close*, and the socket of *port* with it, which pyserial forgets where the other end was faster."""
    held = port._socket
    close()
    if held is not None:
        held.close()


def lower(port: serial.SerialBase) -> None:
    """Let both modem lines of *port* go without a moment of RTS alone."""
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
        return Unusable("ports.nobody_there", port=url)
    if isinstance(error, ConnectionError) or "reset by peer" in said or "does not seem to support RFC2217" in said:
        # a server with one client already takes the next one's call all the same, and then says nothing or hangs up
        return Busy("ports.no_answer", port=url)
    return Unusable("ports.not_opened", port=url, why=said)
