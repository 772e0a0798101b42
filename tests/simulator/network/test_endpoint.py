"""The table of a pole's sockets: numbers, errors as on lwIP, and what the pole waits for."""

import errno

from simulator.device_modules import hostops
from simulator.network.endpoint import POLLERR, POLLIN, POLLOUT, SOCK_STREAM, Sockets


class End:
    def __init__(self) -> None:
        self.now = 0
        self.inbox = b""
        self.sent = b""
        self.told: list[str] = []

    def send(self, data: bytes) -> int:
        self.sent += data
        return len(data)

    def recv(self, limit: int) -> bytes | int:
        out, self.inbox = self.inbox[:limit], self.inbox[limit:]
        return out or -errno.EAGAIN

    def ready(self) -> int:
        return self.now

    def close(self) -> None:
        self.told.append("closed")

    def vanish(self) -> None:
        self.told.append("vanished")


class Net:
    def __init__(self) -> None:
        self.ends: list[End] = []
        self.there = True

    def resolve(self, pole: str, host: str) -> str:
        if not self.there:
            raise OSError(errno.EHOSTUNREACH, "off")
        return f"10.0.0.{len(host)}"

    def connect(self, pole, kind, address, port, changed) -> End:
        if not self.there:
            raise OSError(errno.EHOSTUNREACH, "off")
        self.ends.append(End())
        return self.ends[-1]


def table() -> tuple[Sockets, Net]:
    net = Net()
    return Sockets("P1", net, lambda: None), net


def opened(sockets: Sockets) -> int:
    number = sockets.handle(hostops.SOCKET, SOCK_STREAM, 0, b"")[0]
    assert sockets.handle(hostops.CONNECT, number, 1883, b"10.0.0.1") == (0, b"")
    return number


def test_bytes_go_and_come_and_nothing_yet_is_eagain() -> None:
    sockets, net = table()
    number = opened(sockets)
    assert sockets.handle(hostops.SEND, number, 0, b"hello") == (5, b"")
    assert net.ends[0].sent == b"hello"
    assert sockets.handle(hostops.RECV, number, 10, b"") == (-errno.EAGAIN, b"")
    net.ends[0].inbox = b"answer"
    assert sockets.handle(hostops.RECV, number, 4, b"") == (4, b"answ")


def test_what_fails_is_an_errno_and_never_an_exception() -> None:
    sockets, net = table()
    assert sockets.handle(hostops.RESOLVE, 0, 0, b"abc") == (0, b"10.0.0.3")
    assert sockets.handle(hostops.SEND, 5, 0, b"x") == (-errno.ENOTCONN, b"")
    assert sockets.handle(hostops.CLOSE, 5, 0, b"") == (0, b"")
    net.there = False
    number = sockets.handle(hostops.SOCKET, SOCK_STREAM, 0, b"")[0]
    assert sockets.handle(hostops.CONNECT, number, 1, b"10.0.0.1") == (-errno.EHOSTUNREACH, b"")
    assert sockets.handle(hostops.RESOLVE, 0, 0, b"abc") == (-errno.EHOSTUNREACH, b"")
    assert sockets.handle(119, 0, 0, b"")[0] == -errno.ENOSYS


def test_sixteen_sockets_and_no_more_and_a_closed_one_is_free_again() -> None:
    sockets, net = table()
    numbers = [opened(sockets) for _ in range(16)]
    assert numbers == list(range(16))
    assert sockets.handle(hostops.SOCKET, SOCK_STREAM, 0, b"")[0] == -errno.ENFILE
    sockets.handle(hostops.CLOSE, 3, 0, b"")
    assert net.ends[3].told == ["closed"]
    assert opened(sockets) == 3


def test_ready_is_only_what_the_pole_waits_for_and_errors_always() -> None:
    sockets, net = table()
    first, second = opened(sockets), opened(sockets)
    net.ends[first].now = POLLIN | POLLOUT
    net.ends[second].now = POLLERR
    assert sockets.ready() == []
    sockets.handle(hostops.INTEREST, second, POLLOUT, b"")
    sockets.handle(hostops.INTEREST, first, POLLIN, b"")
    assert sockets.ready() == [(first, POLLIN), (second, POLLERR)]
    sockets.handle(hostops.INTEREST, first, 0, b"")
    assert sockets.ready() == [(second, POLLERR)]


def test_a_pole_without_power_says_no_goodbye() -> None:
    sockets, net = table()
    number = opened(sockets)
    sockets.handle(hostops.INTEREST, number, POLLIN, b"")
    net.ends[0].now = POLLIN
    sockets.vanish()
    assert net.ends[0].told == ["vanished"]
    assert sockets.ready() == []
    assert opened(sockets) == 0
