"""A modelled network for virtual time: latency, outages, a broker model and a time server."""

from __future__ import annotations

import errno
from collections.abc import Callable

from simulator.kernel import Kernel
from simulator.network import sntp
from simulator.network.broker_model import BrokerModel, Session
from simulator.network.endpoint import POLLERR, POLLIN, POLLOUT, SOCK_DGRAM, Endpoint
from simulator.plant import noise

BROKER_ADDRESS = "10.0.0.1"
TIME_ADDRESS = "10.0.0.2"


class ModelledNetwork:
    """Carries every pole's bytes to the broker model, in order, each chunk 8 to 71 ms late (by an integer hash).

    There are no eavesdroppers, so a pole whose link is secure sends in the clear all the same; only its memory is
    charged.
    """

    tls = False

    def __init__(
        self,
        kernel: Kernel,
        seed: int,
        broker: BrokerModel,
        unix_ms: Callable[[], int],
        online: Callable[[str], bool],
        broker_host: str,
    ) -> None:
        self.kernel = kernel
        self.broker = broker
        self.unix_ms = unix_ms
        self.online = online
        self.time_served: Callable[[str], bool] = lambda pole: True
        self.time_ahead_ms: Callable[[str], int] = lambda pole: 0
        self._seed = seed
        self._broker_host = broker_host
        self._latency: dict[str, int] = {}
        self._connections: dict[str, int] = {}
        self._streams: dict[str, list[ModelledStream]] = {}
        kernel.every(1000, broker.check_keepalive)

    def latency_ms(self, pole: str, connection: int, chunk: int) -> int:
        """8 to 71 ms, the same in every run of the same seed."""
        if pole not in self._latency:
            self._latency[pole] = noise.key(self._seed, pole, "latency")
        return 8 + noise.bits(self._latency[pole], connection << 20 | chunk) % 64

    def resolve(self, pole: str, host: str) -> str:
        if not self.online(pole):
            raise OSError(errno.EHOSTUNREACH, "the pole is not on the network")
        if host in (self._broker_host, BROKER_ADDRESS):
            return BROKER_ADDRESS
        return TIME_ADDRESS

    def connect(self, pole: str, kind: int, address: str, port: int, changed: Callable[[], None]) -> Endpoint:
        if not self.online(pole):
            raise OSError(errno.EHOSTUNREACH, "the pole is not on the network")
        connection = self._connections[pole] = self._connections.get(pole, 0) + 1
        if kind == SOCK_DGRAM:
            return ModelledTime(self, pole, connection, changed)
        stream = ModelledStream(self, pole, connection, address == BROKER_ADDRESS, changed)
        self._streams.setdefault(pole, []).append(stream)
        return stream

    def changed(self, pole: str) -> None:
        """Note that the pole came onto the network or left it: held data is sent on."""
        if self.online(pole):
            for stream in list(self._streams.get(pole, [])):
                stream.release()

    def forget(self, stream: ModelledStream) -> None:
        self._streams[stream.pole].remove(stream)


class ModelledStream:
    """A TCP connection to the broker, or to where there is none (*served* False)."""

    BUFFER = 5744  # lwIP's send buffer on an ESP32, bytes

    def __init__(
        self, network: ModelledNetwork, pole: str, connection: int, served: bool, changed: Callable[[], None]
    ) -> None:
        self.pole = pole
        self._network = network
        self._connection = connection
        self._served = served
        self._changed = changed
        self._session: Session | None = None
        self._received = bytearray()
        self._error = 0
        self._closed_by_peer = False
        self._closed = False
        self._chunk = 0
        self._free_ms = 0
        self._unsent = 0
        self._held: list[Callable[[], None]] = []
        self._later(self._arrive)

    def _later(self, action: Callable[[], None]) -> None:
        """*action* when this chunk has crossed the network: never before the one sent before it."""
        self._chunk += 1
        kernel = self._network.kernel
        latency = self._network.latency_ms(self.pole, self._connection, self._chunk)
        self._free_ms = max(self._free_ms, kernel.now_ms + latency)
        kernel.at(self._free_ms, lambda: self._cross(action))

    def _cross(self, action: Callable[[], None]) -> None:
        self._held.append(action)
        if self._network.online(self.pole):
            self.release()

    def release(self) -> None:
        """Sends on what was held up, in its order."""
        held, self._held = self._held, []
        for action in held:
            action()

    def _arrive(self) -> None:
        if self._closed:
            return
        if self._served and self._network.broker.running:
            self._session = Session(self._network.broker, self._from_broker, self._peer_closed)
        else:
            self._error = errno.ECONNREFUSED
        self._changed()

    def _peer_closed(self) -> None:
        self._session = None
        self._later(self._notice_close)

    def _notice_close(self) -> None:
        self._closed_by_peer = True
        self._changed()

    def _from_broker(self, data: bytes) -> None:
        self._later(lambda: self._deliver(data))

    def _deliver(self, data: bytes) -> None:
        if not self._closed:
            self._received += data
            self._changed()

    def send(self, data: bytes) -> int:
        if self._error:
            return -self._error
        if self._session is None:
            return -errno.ECONNRESET if self._closed_by_peer else -errno.EAGAIN
        taken = data[: self.BUFFER - self._unsent]
        if not taken:
            return -errno.EAGAIN
        self._unsent += len(taken)
        self._later(lambda: self._reach_broker(taken))
        return len(taken)

    def _reach_broker(self, data: bytes) -> None:
        full = self._unsent >= self.BUFFER
        self._unsent -= len(data)
        if self._session:
            self._session.feed(data)
        if full:
            self._changed()

    def recv(self, limit: int) -> bytes | int:
        if self._error:
            return -self._error
        if self._received:
            out = bytes(self._received[:limit])
            del self._received[:limit]
            return out
        return b"" if self._closed_by_peer else -errno.EAGAIN

    def ready(self) -> int:
        if self._error:
            return POLLERR
        events = POLLIN if self._received or self._closed_by_peer else 0
        if self._session and self._unsent < self.BUFFER:
            events |= POLLOUT
        return events

    def close(self) -> None:
        session = self._session
        self.vanish()
        if session and self._network.online(self.pole):
            self._later(session.lost)  # off the network it is not received: the broker's keepalive ends it

    def vanish(self) -> None:
        if not self._closed:
            self._closed = True
            self._session = None
            self._network.forget(self)


class ModelledTime:
    """A UDP socket to the time server."""

    def __init__(self, network: ModelledNetwork, pole: str, connection: int, changed: Callable[[], None]) -> None:
        self._network = network
        self._pole = pole
        self._connection = connection
        self._changed = changed
        self._answers: list[bytes] = []
        self._closed = False

    def send(self, data: bytes) -> int:
        there = self._network.latency_ms(self._pole, self._connection, 1)
        self._network.kernel.after(there, lambda: self._serve(data))
        return len(data)

    def _serve(self, request: bytes) -> None:
        if self._network.online(self._pole) and self._network.time_served(self._pole):
            answer = sntp.answer(request, self._network.unix_ms() + self._network.time_ahead_ms(self._pole))
            back = self._network.latency_ms(self._pole, self._connection, 2)
            self._network.kernel.after(back, lambda: self._deliver(answer))

    def _deliver(self, answer: bytes) -> None:
        if not self._closed and self._network.online(self._pole):
            self._answers.append(answer)
            self._changed()

    def recv(self, limit: int) -> bytes | int:
        return self._answers.pop(0)[:limit] if self._answers else -errno.EAGAIN

    def ready(self) -> int:
        return POLLOUT | (POLLIN if self._answers else 0)

    def close(self) -> None:
        self._closed = True

    def vanish(self) -> None:
        self._closed = True
