"""A poor way between the poles and the city: delay and lost packets, in front of any network.

It is above the sockets, so the broker behind it may be the model or a real one, and its times are simulated ones.  A
lost segment of TCP is sent again by the pole's or the broker's TCP, so for MQTT it is a segment that comes late, and
all behind it wait.  A lost datagram is gone.  Names are resolved at once.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass

from simulator.kernel import Kernel
from simulator.network.endpoint import POLLERR, POLLIN, POLLOUT, SOCK_DGRAM, Endpoint, Network
from simulator.plant import noise

MSS = 1436  # bytes of a segment: lwIP's on an ESP32
RTO_MS = 1500  # until a segment is sent again, doubled with each time: IDF's CONFIG_LWIP_TCP_RTO_TIME
MOST_LOST = 6  # times in a row: then it comes through
WINDOW = 5744  # bytes of a pole on their way: lwIP's send buffer
TO_CITY, TO_POLE = 0, 1


@dataclass(frozen=True)
class Impairment:
    """*delay_ms* one way, and the part *loss* (0 to 1) of the packets that are lost, either way."""

    delay_ms: int
    loss: float

    def lost(self, stream: int, step: int) -> bool:
        """Whether the packet *step* of the *stream* of noise is lost."""
        return noise.uniform(stream, step) < self.loss

    def crossing_ms(self, stream: int, step: int, size: int) -> int:
        """How long *size* bytes of TCP are on their way; *stream* and *step* as of ``lost``, *step* below 2**40."""
        longest = 0
        for segment in range(max(1, -(-size // MSS))):
            times = 0
            while times < MOST_LOST and self.lost(stream, (step << 20) + (segment << 8) + times):
                times += 1
            longest = max(longest, RTO_MS * ((1 << times) - 1))
        return self.delay_ms + longest


class ImpairedNetwork:
    """*network* behind an *impairment*, the same in every run of a *seed*."""

    def __init__(self, kernel: Kernel, network: Network, impairment: Impairment, seed: int) -> None:
        self.tls = network.tls
        self._kernel = kernel
        self._network = network
        self._impairment = impairment
        self._seed = seed
        self._opened: dict[str, int] = {}

    @property
    def time_ahead_ms(self) -> Callable[[str], int]:
        return self._network.time_ahead_ms

    @time_ahead_ms.setter
    def time_ahead_ms(self, ahead: Callable[[str], int]) -> None:
        self._network.time_ahead_ms = ahead

    def resolve(self, pole: str, host: str) -> str:
        return self._network.resolve(pole, host)

    def connect(self, pole: str, kind: int, address: str, port: int, changed: Callable[[], None]) -> Endpoint:
        number = self._opened[pole] = self._opened.get(pole, 0) + 1
        stream = noise.key(self._seed, pole, "impairment", str(number))
        make = _Datagrams if kind == SOCK_DGRAM else _Stream
        way = make(self._kernel, self._impairment, stream, changed)
        way.inner = self._network.connect(pole, kind, address, port, way.serve)
        return way


class _Way:
    """One socket of a pole: what is sent and what is received crosses the poor way, in its order."""

    inner: Endpoint

    def __init__(self, kernel: Kernel, impairment: Impairment, stream: int, changed: Callable[[], None]) -> None:
        self._kernel = kernel
        self._impairment = impairment
        self._stream = stream
        self._changed = changed
        self._steps = 0
        self._free_ms = [0, 0]  # when the last packet of each direction arrives
        self._closed = False

    def _step(self) -> int:
        self._steps += 1
        return self._steps

    def _later(self, direction: int, size: int, arrive: Callable[[], None]) -> None:
        arrives = self._kernel.now_ms + self._impairment.crossing_ms(self._stream, self._step(), size)
        self._free_ms[direction] = max(self._free_ms[direction], arrives)
        self._kernel.at(self._free_ms[direction], arrive)

    def vanish(self) -> None:
        self._closed = True
        self.inner.vanish()


class _Stream(_Way):
    """A TCP connection.  It is open a round trip after the broker's end is."""

    def __init__(self, kernel: Kernel, impairment: Impairment, stream: int, changed: Callable[[], None]) -> None:
        super().__init__(kernel, impairment, stream, changed)
        self._asked = self._open = False
        self._ended: int | None = None  # what the broker's end said last: 0 closed, else an errno
        self._over: int | None = None  # the same, once the pole has it
        self._unsent = bytearray()  # has arrived, and the inner one had no room for it
        self._flying = 0  # bytes on their way
        self._received = bytearray()

    def serve(self) -> None:
        """The inner endpoint has changed."""
        if self._closed:
            return
        ready = self.inner.ready()
        if ready & POLLOUT and not self._asked:
            self._asked = True
            self._later(TO_CITY, 0, lambda: self._later(TO_POLE, 0, self._opens))
        self._push()
        while self._ended is None and ready & (POLLIN | POLLERR):
            got = self.inner.recv(WINDOW)
            if got == -errno.EAGAIN:
                break
            if isinstance(got, bytes) and got:
                self._later(TO_POLE, len(got), lambda data=got: self._arrive(data))  # type: ignore[misc]
            else:
                self._ended = -got if isinstance(got, int) else 0
                self._later(TO_POLE, 0, self._end)

    def _opens(self) -> None:
        self._open = True
        self._tell()

    def _arrive(self, data: bytes) -> None:
        self._received += data
        self._tell()

    def _end(self) -> None:
        self._over = self._ended
        self._tell()

    def _tell(self) -> None:
        if not self._closed:
            self._changed()

    def send(self, data: bytes) -> int:
        if self._over is not None:
            return -(self._over or errno.ECONNRESET)
        taken = data[: WINDOW - self._flying] if self._open else b""
        if not taken:
            return -errno.EAGAIN
        self._flying += len(taken)
        self._later(TO_CITY, len(taken), lambda: self._reach(taken))
        return len(taken)

    def _reach(self, data: bytes) -> None:
        if not self._closed:
            self._unsent += data
            self._push()
            self._later(TO_POLE, 0, lambda: self._acknowledged(len(data)))

    def _acknowledged(self, size: int) -> None:
        full = self._flying >= WINDOW
        self._flying -= size
        if full:
            self._tell()

    def _push(self) -> None:
        while self._unsent:
            sent = self.inner.send(bytes(self._unsent))
            if sent <= 0:
                return
            del self._unsent[:sent]

    def recv(self, limit: int) -> bytes | int:
        if self._received:
            out = bytes(self._received[:limit])
            del self._received[:limit]
            return out
        if self._over is None:
            return -errno.EAGAIN
        return -self._over if self._over else b""

    def ready(self) -> int:
        if self._over and not self._received:
            return POLLERR
        events = POLLIN if self._received or self._over is not None else 0
        return events | (POLLOUT if self._open and self._flying < WINDOW else 0)

    def close(self) -> None:
        """What is on its way arrives before the end does."""
        if not self._closed:
            self._kernel.at(max(self._free_ms[TO_CITY], self._kernel.now_ms + self._impairment.delay_ms), self._close)
            self._changed = lambda: None

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            self.inner.close()


class _Datagrams(_Way):
    """A UDP socket."""

    def __init__(self, kernel: Kernel, impairment: Impairment, stream: int, changed: Callable[[], None]) -> None:
        super().__init__(kernel, impairment, stream, changed)
        self._received: list[bytes] = []

    def serve(self) -> None:
        while not self._closed and isinstance(got := self.inner.recv(WINDOW), bytes) and got:
            if not self._impairment.lost(self._stream, self._step()):
                self._kernel.after(self._impairment.delay_ms, lambda data=got: self._arrive(data))  # type: ignore[misc]

    def _arrive(self, data: bytes) -> None:
        if not self._closed:
            self._received.append(data)
            self._changed()

    def send(self, data: bytes) -> int:
        if not self._impairment.lost(self._stream, self._step()):
            self._kernel.after(self._impairment.delay_ms, lambda: self._reach(data))
        return len(data)

    def _reach(self, data: bytes) -> None:
        if not self._closed:
            self.inner.send(data)

    def recv(self, limit: int) -> bytes | int:
        return self._received.pop(0)[:limit] if self._received else -errno.EAGAIN

    def ready(self) -> int:
        return POLLOUT | (POLLIN if self._received else 0)

    def close(self) -> None:
        self._closed = True
        self.inner.close()
