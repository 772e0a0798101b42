"""A poor way to the broker: how late, in which order, and what is lost."""

from __future__ import annotations

import errno

from simulator.kernel import Kernel
from simulator.network.endpoint import POLLIN, POLLOUT, SOCK_DGRAM, SOCK_STREAM
from simulator.network.impaired import RTO_MS, WINDOW, ImpairedNetwork, Impairment
from simulator.plant import noise


class Broker:
    """The other end: it takes what comes, and answers what a test gives it."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.came: list[tuple[int, bytes]] = []
        self.answers: list[bytes] = []
        self.closed_ms: int | None = None
        self.tls = False
        self.time_ahead_ms = lambda pole: 0
        self.changed = lambda: None

    def resolve(self, pole: str, host: str) -> str:
        return "10.0.0.1"

    def connect(self, pole: str, kind: int, address: str, port: int, changed: object) -> Broker:
        assert callable(changed)
        self.changed = changed  # type: ignore[assignment]
        return self

    def send(self, data: bytes) -> int:
        self.came.append((self.kernel.now_ms, data))
        return len(data)

    def recv(self, limit: int) -> bytes | int:
        return self.answers.pop(0) if self.answers else -errno.EAGAIN

    def ready(self) -> int:
        return POLLOUT | (POLLIN if self.answers else 0)

    def close(self) -> None:
        self.closed_ms = self.kernel.now_ms

    def vanish(self) -> None:
        self.closed_ms = self.kernel.now_ms


def opened(impairment: Impairment, kind: int = SOCK_STREAM):  # type: ignore[no-untyped-def]
    """(kernel, other end, the pole's socket, moments at which it changed)"""
    kernel = Kernel()
    broker = Broker(kernel)
    network = ImpairedNetwork(kernel, broker, impairment, 1)
    moments: list[int] = []
    socket = network.connect("P0001", kind, "10.0.0.1", 1883, lambda: moments.append(kernel.now_ms))
    kernel.after(5, broker.changed)
    return kernel, broker, socket, moments


def test_a_connection_opens_after_a_round_trip_and_bytes_take_the_delay() -> None:
    kernel, broker, socket, _moments = opened(Impairment(400, 0.0))
    kernel.run(804)
    assert not socket.ready() and socket.send(b"x") == -errno.EAGAIN
    kernel.run(805)
    assert socket.ready() == POLLOUT
    assert socket.send(b"hello") == 5
    kernel.run(2000)
    assert broker.came == [(1205, b"hello")]
    broker.answers.append(b"yes")
    broker.changed()
    kernel.run(2399)
    assert socket.recv(10) == -errno.EAGAIN
    kernel.run(2400)
    assert socket.ready() & POLLIN and socket.recv(2) == b"ye" and socket.recv(9) == b"s"


def test_nothing_overtakes_a_segment_that_is_sent_again_and_nothing_is_lost() -> None:
    kernel, broker, socket, _moments = opened(Impairment(100, 0.3))
    kernel.run(60_000)
    sent = [bytes([number]) for number in range(200)]
    for number, data in enumerate(sent):
        kernel.at(60_000 + 50 * number, lambda data=data: socket.send(data))
    kernel.run(300_000)
    assert b"".join(data for _ms, data in broker.came) == b"".join(sent)
    late = [ms - 60_000 - 50 * number for number, (ms, _data) in enumerate(broker.came)]
    assert min(late) == 100 and max(late) >= 100 + RTO_MS


def test_no_more_than_the_window_is_on_its_way() -> None:
    kernel, _broker, socket, moments = opened(Impairment(400, 0.0))
    kernel.run(1000)
    assert socket.send(bytes(10_000)) == WINDOW
    assert socket.send(b"x") == -errno.EAGAIN and not socket.ready() & POLLOUT
    moments.clear()
    kernel.run(1800)
    assert moments == [1800], "it is told when there is room again"
    assert socket.ready() & POLLOUT


def test_what_is_on_its_way_arrives_before_the_end() -> None:
    kernel, broker, socket, _moments = opened(Impairment(400, 0.0))
    kernel.run(1000)
    socket.send(b"bye")
    socket.close()
    kernel.run(5000)
    assert broker.came == [(1400, b"bye")] and broker.closed_ms == 1400


def test_a_pole_without_power_sends_no_more() -> None:
    kernel, broker, socket, _moments = opened(Impairment(400, 0.0))
    kernel.run(1000)
    socket.send(b"bye")
    socket.vanish()
    kernel.run(5000)
    assert broker.came == [] and broker.closed_ms == 1000


def test_a_lost_datagram_is_gone() -> None:
    kernel, broker, socket, _moments = opened(Impairment(400, 0.25), SOCK_DGRAM)
    for _ in range(400):
        assert socket.send(b"time?") == 5
    kernel.run(1000)
    assert 260 < len(broker.came) < 340 and {ms for ms, _data in broker.came} == {400}


def test_how_late_a_segment_is_is_the_same_in_every_run() -> None:
    impairment, stream = Impairment(400, 0.03), noise.key(1, "P0001")
    late = [impairment.crossing_ms(stream, step, 100) for step in range(4000)]
    assert late == [impairment.crossing_ms(stream, step, 100) for step in range(4000)]
    shares = [sum(ms == 400 + RTO_MS * ((1 << times) - 1) for ms in late) / 4000 for times in (0, 1, 2)]
    assert abs(shares[0] - 0.97) < 0.01 and abs(shares[1] - 0.029) < 0.01 and shares[2] < 0.005
    assert Impairment(400, 1.0).crossing_ms(stream, 0, 100) == 400 + RTO_MS * 63, "it comes through at last"
