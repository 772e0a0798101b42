"""The ``net`` port under CPython: who waits on a socket, and what is sent when it takes little at a time."""

from __future__ import annotations

import errno

from simulator.device_modules import hostops
from simulator.engines.cpython_net import CpythonNet, CpythonStream
from simulator.engines.virtual_loop import VirtualLoop
from simulator.network.endpoint import POLLIN, POLLOUT

NUMBER = 3


class Socket:
    """Takes as many bytes as there is ``room`` for."""

    def __init__(self) -> None:
        self.interest = 0
        self.room = 0
        self.took: list[bytes] = []
        self.waiting = b""

    def handle(self, op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        if op == hostops.INTEREST:
            self.interest = b
        elif op == hostops.SEND:
            taken, self.room = data[: self.room], self.room - len(data[: self.room])
            if not taken:
                return -errno.EAGAIN, b""
            self.took.append(taken)
            return len(taken), b""
        elif op == hostops.RECV:
            return len(self.waiting), self.waiting
        return 0, b""


def test_a_reader_goes_on_waiting_while_a_writer_does() -> None:
    loop, socket = VirtualLoop(), Socket()  # type: ignore[abstract]
    net = CpythonNet(loop, socket.handle)
    stream = CpythonStream(net, NUMBER)
    buffer = bytearray(10)
    reader = loop.create_task(stream.readinto(buffer))
    loop.step(0)
    assert socket.interest == POLLIN
    for piece in (b"one", b"two"):
        stream.write(piece)
    writer = loop.create_task(stream.drain())
    loop.step(1)
    assert socket.interest == POLLIN | POLLOUT and socket.took == []
    socket.room = 4
    net.ready([(NUMBER, POLLOUT)])
    loop.step(2)
    assert socket.took == [b"one", b"t"] and not writer.done() and not reader.done()
    socket.room, socket.waiting = 100, b"answer"
    net.ready([(NUMBER, POLLIN | POLLOUT)])
    loop.step(3)
    assert socket.took == [b"one", b"t", b"wo"] and writer.done()
    assert reader.result() == 6 and buffer[:6] == b"answer"
    assert socket.interest == 0
