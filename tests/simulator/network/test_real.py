"""A pole's connection over the computer's own TCP, against a server of the test's own."""

import errno
import selectors
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from host_tools.site.broker_address import free_port
from simulator.kernel import Kernel, RealPace
from simulator.network.endpoint import POLLERR, POLLIN, POLLOUT, SOCK_DGRAM, SOCK_STREAM
from simulator.network.real import RealNetwork
from tests.patience import PATIENCE_S


class Bench:
    """A network whose broker is a listening socket here."""

    def __init__(self, port: int = 0) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(PATIENCE_S)
        self.selector = selectors.DefaultSelector()
        self.kernel = Kernel(RealPace(1.0, self.selector))
        self.off: set[str] = set()
        self.network = RealNetwork(
            self.kernel, self.selector, ("127.0.0.1", port or self.server.getsockname()[1]), "broker.invalid",
            lambda: 1_800_000_000_000, lambda pole: pole not in self.off,
        )  # fmt: skip
        self.woken = 0

    def connect(self, kind: int = SOCK_STREAM):
        def changed() -> None:
            self.woken += 1
            self.kernel.stop()

        return self.network.connect("P1", kind, self.network.resolve("P1", "broker.invalid"), 1883, changed)

    def until_woken(self) -> None:
        """Serves sockets until the pole would be woken, for as long as that may take."""
        before = self.woken
        self.kernel.run(self.kernel.now_ms + 1000 * int(PATIENCE_S))
        assert self.woken > before, "nothing came"

    def pair(self):
        stream = self.connect()
        self.until_woken()
        assert stream.ready() & POLLOUT
        peer = self.server.accept()[0]
        peer.settimeout(PATIENCE_S)
        return stream, peer

    def online(self, online: bool) -> None:
        (self.off.discard if online else self.off.add)("P1")
        self.network.changed("P1")

    def close(self) -> None:
        self.network.close()
        self.selector.close()
        self.server.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    one = Bench()
    yield one
    one.close()


def test_bytes_go_and_come(bench: Bench) -> None:
    stream, peer = bench.pair()
    with peer:
        assert stream.send(b"hello") == 5
        assert peer.recv(100) == b"hello"
        assert stream.recv(10) == -errno.EAGAIN
        peer.sendall(b"answer")
        bench.until_woken()
        assert stream.ready() & POLLIN
        assert stream.recv(4) == b"answ"
        assert stream.recv(10) == b"er"


def test_the_end_of_the_broker_is_seen(bench: Bench) -> None:
    stream, peer = bench.pair()
    peer.close()
    bench.until_woken()
    assert stream.ready() & POLLIN
    assert stream.recv(10) == b""


def test_nobody_listening_is_a_refusal() -> None:
    bench = Bench(free_port())
    stream = bench.connect()
    if not stream.ready() & POLLERR:
        bench.until_woken()
    assert stream.ready() == POLLERR
    assert stream.recv(1) == -errno.ECONNREFUSED
    assert stream.send(b"x") == -errno.ECONNREFUSED
    bench.close()


def test_a_close_reaches_the_broker_and_a_lost_supply_does_not(bench: Bench) -> None:
    stream, peer = bench.pair()
    stream.close()
    assert peer.recv(10) == b""
    peer.close()
    stream, peer = bench.pair()
    stream.vanish()
    peer.settimeout(0.05)
    with pytest.raises(TimeoutError):
        peer.recv(10)
    peer.close()


def test_off_the_network_bytes_are_held_in_both_directions(bench: Bench) -> None:
    stream, peer = bench.pair()
    with peer:
        bench.online(False)
        assert stream.send(b"1") == 1
        peer.sendall(b"while you were out")
        bench.kernel.run(bench.kernel.now_ms + 30)
        assert stream.recv(100) == -errno.EAGAIN
        with pytest.raises(OSError, match="not on the network"):
            bench.connect()
        peer.settimeout(0.03)
        with pytest.raises(TimeoutError):
            peer.recv(10)
        peer.settimeout(PATIENCE_S)
        bench.online(True)
        bench.until_woken()
        assert stream.recv(100) == b"while you were out"
        assert stream.send(b"2") == 1
        while peer.recv(1, socket.MSG_PEEK) and len(peer.recv(10, socket.MSG_PEEK)) < 2:
            bench.kernel.run(bench.kernel.now_ms + 5)
        assert peer.recv(10) == b"12"


def test_a_pole_can_send_only_so_much_into_a_network_it_has_lost(bench: Bench) -> None:
    stream, peer = bench.pair()
    bench.online(False)
    assert stream.send(b"x" * 10_000) == stream.HELD
    assert stream.send(b"x") == -errno.EAGAIN
    assert not stream.ready() & POLLOUT
    peer.close()


def test_time_is_the_simulators(bench: Bench) -> None:
    assert bench.network.resolve("P1", "pool.ntp.org") == "10.0.0.2"
    assert bench.network.resolve("P1", "broker.invalid") == "127.0.0.1"
    sock = bench.connect(SOCK_DGRAM)
    sock.send(bytes(40) + b"nonce..!")
    assert sock.recv(48)[24:32] == b"nonce..!"
    assert sock.recv(48) == -errno.EAGAIN


def test_a_broker_takes_a_silent_pole_for_gone_after_one_and_a_half_keepalives_of_simulated_time() -> None:
    kernel = Kernel()  # in virtual time
    network = RealNetwork(kernel, selectors.DefaultSelector(), ("127.0.0.1", 1), "x", lambda: 0, lambda pole: False)
    ours, theirs = socket.socketpair()
    stream: Any = SimpleNamespace(pole="P1")
    network._streams["P1"] = [stream]
    network.forget(stream, ours, heard=False)
    kernel.run(89_000)
    assert ours.fileno() != -1
    kernel.run(90_000)
    assert ours.fileno() == -1 and theirs.recv(1) == b""
    theirs.close()
    network.close()
