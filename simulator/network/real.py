"""The computer's own network: each pole has a real TCP connection to a real broker.

The poles' Wi-Fi stays simulated: a pole that is off it neither sends nor receives, and its broker gets no notice of it.
Time still comes from the simulator, because the poles run in simulated time.
"""

from __future__ import annotations

import errno
import selectors
import socket
from collections.abc import Callable

from simulator.kernel import Kernel
from simulator.network import sntp
from simulator.network.endpoint import POLLERR, POLLIN, POLLOUT, SOCK_DGRAM, Endpoint

NOTICED_MS = 90_000  # one and a half keepalives of 60 s: then a broker takes a silent pole for gone
TIME_ADDRESS = "10.0.0.2"


class RealNetwork:
    """TCP connections of all poles, served by *selector* (the one that ``RealPace`` waits on)."""

    tls = True

    def __init__(
        self,
        kernel: Kernel,
        selector: selectors.BaseSelector,
        broker: tuple[str, int],
        broker_host: str,
        unix_ms: Callable[[], int],
        online: Callable[[str], bool],
    ) -> None:
        self.kernel = kernel
        self.selector = selector
        self.broker = broker
        self.unix_ms = unix_ms
        self.online = online
        self.time_served: Callable[[str], bool] = lambda pole: True
        self.time_ahead_ms: Callable[[str], int] = lambda pole: 0
        self._broker_host = broker_host
        self._streams: dict[str, list[RealStream]] = {}
        self._abandoned: list[socket.socket] = []

    def resolve(self, pole: str, host: str) -> str:
        if not self.online(pole):
            raise OSError(errno.EHOSTUNREACH, "the pole is not on the network")
        if _is_address(host):
            return host
        if host != self._broker_host:
            return TIME_ADDRESS
        return str(socket.getaddrinfo(self.broker[0], None, socket.AF_INET)[0][4][0])

    def connect(self, pole: str, kind: int, address: str, port: int, changed: Callable[[], None]) -> Endpoint:
        if not self.online(pole):
            raise OSError(errno.EHOSTUNREACH, "the pole is not on the network")
        if kind == SOCK_DGRAM:
            return RealTime(self, pole, changed)
        stream = RealStream(self, pole, (address, self.broker[1]), changed)
        self._streams.setdefault(pole, []).append(stream)
        return stream

    def changed(self, pole: str) -> None:
        """The pole came onto the network or left it."""
        for stream in self._streams.get(pole, []):
            stream.listen()

    def forget(self, stream: RealStream, sock: socket.socket, heard: bool) -> None:
        """Drop *stream*, which the pole has closed; unless the broker may have *heard* that, it finds out later."""
        self._streams[stream.pole].remove(stream)
        if heard:
            sock.close()
        else:
            self._abandoned.append(sock)
            self.kernel.after(NOTICED_MS, lambda: self._notice(sock))

    def _notice(self, sock: socket.socket) -> None:
        """The broker finds the connection dead.  Its own keepalive runs in real time: hours of a fast simulation."""
        if sock in self._abandoned:
            self._abandoned.remove(sock)
            sock.close()

    def close(self) -> None:
        """Ends every connection."""
        for streams in self._streams.values():
            for stream in list(streams):
                stream.vanish()
        for sock in self._abandoned:
            sock.close()


class RealStream:
    """A TCP connection to the broker, not blocking."""

    HELD = 5744  # bytes a pole may send into a network it has lost, and that wait for it: lwIP's buffers

    def __init__(self, network: RealNetwork, pole: str, address: tuple[str, int], changed: Callable[[], None]) -> None:
        self.pole = pole
        self._network = network
        self._changed = changed
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._sock.setblocking(False)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connected = False
        self._received = bytearray()
        self._held = bytearray()
        self._closed_by_peer = False
        self._error = self._sock.connect_ex(address)
        if self._error in (errno.EINPROGRESS, 0):
            self._error = 0
        self._listening = False
        self.listen()

    def listen(self) -> None:
        """Waits for what is next, while the pole is on the network."""
        wanted = not self._error and not self._closed_by_peer and self._network.online(self.pole)
        if self._listening:
            self._network.selector.unregister(self._sock)
        self._listening = wanted
        if wanted:
            writing = not self._connected or bool(self._held)
            reading = len(self._received) < self.HELD
            mask = (selectors.EVENT_READ if reading else 0) | (selectors.EVENT_WRITE if writing else 0)
            self._listening = bool(mask)
            if mask:
                self._network.selector.register(self._sock, mask, self._serve)

    def _serve(self, mask: int) -> None:
        if mask & selectors.EVENT_WRITE and not self._connected:
            self._error = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self._connected = not self._error
        if self._connected and mask & selectors.EVENT_READ:
            self._read()
        if self._connected and self._held:
            sent = self._push(bytes(self._held))
            if sent > 0:
                del self._held[:sent]
        self.listen()
        self._changed()

    def _read(self) -> None:
        try:
            data = self._sock.recv(self.HELD)
        except BlockingIOError:
            return
        except OSError as error:
            self._error = error.errno or errno.EIO
            return
        self._received += data
        self._closed_by_peer = not data

    def _push(self, data: bytes) -> int:
        try:
            return self._sock.send(data)
        except BlockingIOError:
            return -errno.EAGAIN
        except OSError as error:
            self._error = error.errno or errno.EIO
            return -self._error

    def send(self, data: bytes) -> int:
        if self._error:
            return -self._error
        if not self._connected:
            return -errno.EAGAIN
        if self._network.online(self.pole) and not self._held:
            return self._push(data)
        room = self.HELD - len(self._held)
        self._held += data[:room]
        return min(room, len(data)) or -errno.EAGAIN

    def recv(self, limit: int) -> bytes | int:
        if self._received:
            out = bytes(self._received[:limit])
            full = len(self._received) >= self.HELD
            del self._received[:limit]
            if full:
                self.listen()
            return out
        if self._error:
            return -self._error
        return b"" if self._closed_by_peer else -errno.EAGAIN

    def ready(self) -> int:
        if self._error:
            return POLLERR
        events = POLLIN if self._received or self._closed_by_peer else 0
        return events | (POLLOUT if self._connected and len(self._held) < self.HELD else 0)

    def close(self) -> None:
        self._end(self._network.online(self.pole))

    def vanish(self) -> None:
        self._end(False)

    def _end(self, heard: bool) -> None:
        if self._listening:
            self._network.selector.unregister(self._sock)
            self._listening = False
        self._network.forget(self, self._sock, heard)


class RealTime:
    """A UDP socket to the simulator's own time server, which answers at once."""

    def __init__(self, network: RealNetwork, pole: str, changed: Callable[[], None]) -> None:
        self._network = network
        self._pole = pole
        self._changed = changed
        self._answers: list[bytes] = []

    def send(self, data: bytes) -> int:
        if self._network.online(self._pole) and self._network.time_served(self._pole):
            unix_ms = self._network.unix_ms() + self._network.time_ahead_ms(self._pole)
            self._answers.append(sntp.answer(data, unix_ms))
            self._network.kernel.after(0, self._changed)
        return len(data)

    def recv(self, limit: int) -> bytes | int:
        return self._answers.pop(0)[:limit] if self._answers else -errno.EAGAIN

    def ready(self) -> int:
        return POLLOUT | (POLLIN if self._answers else 0)

    def close(self) -> None:
        self._answers.clear()

    def vanish(self) -> None:
        self._answers.clear()


def _is_address(host: str) -> bool:
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True
