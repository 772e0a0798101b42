"""A port that is a TCP socket: the bytes as they are (``socket://``), or a codec's (``rfc2217://``)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Protocol

from simulator.virtual_pole.ports.port import Listener
from simulator.virtual_pole.reactor import Reactor

_READ = 4096  # bytes, about what a serial driver buffers
_AHEAD_S = 0.005  # read on this long before the line is through with what was read
_PULSE_S = 0.08  # esptool holds RTS for 0.1 s, though pyserial cannot send it, and closes at once where it does not
_MOST_UNSENT = 1 << 20  # bytes for a host that does not read; more is lost


class Codec(Protocol):
    """What stands between the bytes of the line and those of the socket."""

    def greeting(self) -> bytes:
        """What is sent to a host that connects."""
        ...

    def decode(self, data: bytes) -> tuple[bytes, bytes]:
        """What of *data* is for the line, and what is to be answered."""
        ...

    def encode(self, data: bytes) -> bytes: ...


class TcpPort:
    """Listens at *address*, a free port of this machine unless said otherwise, and keeps it when it is unplugged."""

    def __init__(
        self, reactor: Reactor, scheme: str = "socket", codec: Callable[[Listener], Codec] | None = None
    ) -> None:
        self.has_lines = codec is not None
        self.pulse_s = _PULSE_S
        self._reactor = reactor
        self._scheme = scheme
        self._make_codec = codec
        self._codec: Codec | None = None
        self._address = ("127.0.0.1", 0)
        self._door: socket.socket | None = None
        self._host: socket.socket | None = None
        self._listening = False  # to a host that may still send
        self._unsent = b""
        self._open_door()

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self._address[0]}:{self._address[1]}"

    def _open_door(self) -> socket.socket:
        if self._door is None:
            door = socket.socket()
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(self._address)
            door.listen()
            door.setblocking(False)
            self._address = door.getsockname()
            self._door = door
        return self._door

    def plug_in(self, listener: Listener) -> None:
        self._listener = listener
        self._reactor.watch(self._open_door().fileno(), self._accept)

    def unplug(self) -> None:
        if self._door is not None:
            self._reactor.unwatch(self._door.fileno())
            self._door.close()
            self._door = None
        if self._host is not None:
            # what is under way is lost, as with a cable
            self._host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._hang_up()

    def _accept(self) -> None:
        assert self._door is not None
        try:
            host, _ = self._door.accept()
        except OSError:
            return
        if self._host is not None and self._gone(self._host):
            self._lost()
        if self._host is not None:
            host.close()  # another program has the port
            return
        host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host.setblocking(False)
        self._host = host
        self._unsent = b""
        self._codec = self._make_codec(self._listener) if self._make_codec else None
        self._listening = True
        self._listener.connected()
        if self._codec is not None:
            self._raw_send(self._codec.greeting())
        self._reactor.watch(host.fileno(), self._read)

    @staticmethod
    def _gone(host: socket.socket) -> bool:
        try:
            return host.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _read(self) -> None:
        assert self._host is not None
        try:
            data = self._host.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._finished()
            return
        if self._codec is not None:
            data, answer = self._codec.decode(data)
            self._raw_send(answer)
        if not data:
            return
        ready_at = self._listener.received(data) - _AHEAD_S
        if self._host is not None and ready_at > self._reactor.now():
            host = self._host
            self._reactor.unwatch(host.fileno())
            self._reactor.at(ready_at, lambda: self._read_on(host))

    def _read_on(self, host: socket.socket) -> None:
        if host is self._host:
            self._reactor.watch(host.fileno(), self._read)

    def send(self, data: bytes) -> None:
        self._raw_send(self._codec.encode(data) if self._codec is not None else data)

    def _raw_send(self, data: bytes) -> None:
        if self._host is None or not data or len(self._unsent) > _MOST_UNSENT:
            return
        waiting = bool(self._unsent)
        self._unsent += data
        if not waiting:
            self._push(self._host)

    def _push(self, host: socket.socket) -> None:
        if host is not self._host:
            return
        try:
            self._unsent = self._unsent[host.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent = b""  # the reader will find out
        if self._unsent:
            self._reactor.at(self._reactor.now() + 0.002, lambda: self._push(host))

    def _finished(self) -> None:
        """The host sends nothing more, and may still read what the chip says."""
        assert self._host is not None
        self._reactor.unwatch(self._host.fileno())
        self._listening = False
        self._listener.disconnected()

    def _lost(self) -> None:
        listening = self._listening
        self._hang_up()
        if listening:
            self._listener.disconnected()

    def _hang_up(self) -> None:
        self._listening = False
        if self._host is not None:
            self._reactor.unwatch(self._host.fileno())
            self._host.close()
            self._host = None
