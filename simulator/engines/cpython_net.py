"""The pole's ``net`` port under CPython, in the place of ``pole/drivers/network/sockets.py`` on MicroPython."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from typing import Any

from simulator.device_modules import hostops, ops
from simulator.engines.cpython_tls import CpythonTls, Secure
from simulator.engines.virtual_loop import VirtualLoop
from simulator.hardware.memory import EPOCH_UNIX
from simulator.network.endpoint import POLLERR, POLLIN, POLLOUT, SOCK_DGRAM, SOCK_STREAM

Handle = Callable[[int, int, int, bytes], tuple[int, bytes]]


class CpythonNet:
    """Connections and datagrams of one pole."""

    def __init__(self, loop: VirtualLoop, handle: Handle) -> None:
        self._loop = loop
        self._handle = handle
        self._waiting: dict[tuple[int, int], asyncio.Future[None]] = {}  # by socket and event

    def ready(self, pairs: list[tuple[int, int]]) -> None:
        """Wakes the tasks that wait on these (socket, events)."""
        for number, events in pairs:
            for event in (POLLIN, POLLOUT):
                future = self._waiting.pop((number, event), None) if events & (event | POLLERR) else None
                if future:
                    self._loop.call_soon(_settle, future)
            self._tell_interest(number)

    def _tell_interest(self, number: int) -> None:
        wanted = sum(event for event in (POLLIN, POLLOUT) if (number, event) in self._waiting)
        self.call(hostops.INTEREST, number, wanted)

    def call(self, op: int, a: int = 0, b: int = 0, data: bytes = b"") -> tuple[int, bytes]:
        """Raises OSError for an answer below zero."""
        value, out = self._handle(op, a, b, data)
        if value < 0:
            raise OSError(-value, os.strerror(-value))
        return value, out

    async def wait(self, number: int, event: int) -> None:
        """Waits until *event*, POLLIN or POLLOUT, is so on a socket, or it has failed."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting[number, event] = future
        self._tell_interest(number)
        try:
            await future
        finally:
            if self._waiting.get((number, event)) is future:
                del self._waiting[number, event]
                self._tell_interest(number)

    async def resolve(self, host: str) -> str:
        return self.call(hostops.RESOLVE, 0, 0, host.encode())[1].decode()

    def set_time(self, unix: int) -> None:
        self.call(ops.RTC_SET, unix - EPOCH_UNIX)

    def shortage(self) -> str:
        from pole.drivers.network import tls  # not above: it imports machine

        return str(tls.shortage())

    async def connect(
        self, address: str, port: int, timeout_ms: int, secure: Secure | None = None
    ) -> CpythonStream | CpythonTls:
        number, _ = self.call(hostops.SOCKET, SOCK_STREAM)
        stream = CpythonStream(self, number)
        try:
            self.call(hostops.CONNECT, number, port, address.encode())
            return await asyncio.wait_for(self._connected(stream, secure), timeout_ms / 1000)
        except BaseException as error:
            stream.close()
            if isinstance(error, asyncio.TimeoutError):
                raise OSError(errno.ETIMEDOUT, "no answer in time") from None
            raise

    async def _connected(self, stream: CpythonStream, secure: Secure | None) -> CpythonStream | CpythonTls:
        await self.wait(stream.number, POLLOUT)
        if secure is None:
            return stream
        stalled, _ = self.call(ops.TLS_OPEN, stream.number)
        stream.charged = True
        if stalled:
            self.call(hostops.STALL, stream.number)
            return stream
        if not self.call(hostops.SECURE)[0]:
            return stream
        tls = CpythonTls(stream, secure)
        await tls.handshake(self.call(ops.RTC_GET)[0] + EPOCH_UNIX)
        return tls

    async def exchange(self, address: str, port: int, data: bytes, timeout_ms: int) -> bytes:
        number, _ = self.call(hostops.SOCKET, SOCK_DGRAM)
        try:
            self.call(hostops.CONNECT, number, port, address.encode())
            self.call(hostops.SEND, number, 0, data)
            await asyncio.wait_for(self.wait(number, POLLIN), timeout_ms / 1000)
            return self.call(hostops.RECV, number, 512)[1]
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, "no answer in time") from None
        finally:
            self.call(hostops.CLOSE, number)


class CpythonStream:
    """One connection, with the calls of the stream in ``pole/drivers/network/sockets.py``, and its pieces."""

    def __init__(self, net: CpythonNet, number: int) -> None:
        self.number = number
        self.charged = False  # the chip has given memory for TLS over it
        self._net = net
        self._unsent: list[bytes] = []

    async def readinto(self, buffer: Any) -> int:
        while True:
            await self._net.wait(self.number, POLLIN)
            value, data = self._net._handle(hostops.RECV, self.number, len(buffer), b"")
            if value != -errno.EAGAIN:
                break
        if value < 0:
            raise OSError(-value, os.strerror(-value))
        buffer[: len(data)] = data
        return value

    def _push(self, data: bytes) -> int:
        value, _ = self._net._handle(hostops.SEND, self.number, 0, data)
        if value == -errno.EAGAIN:
            return 0
        if value < 0:
            raise OSError(-value, os.strerror(-value))
        return value

    def write(self, data: Any) -> None:
        self._unsent.append(bytes(data))

    def flush(self) -> bool:
        unsent = self._unsent
        while unsent:
            taken = self._push(unsent[0])
            if not taken:
                return False
            if taken < len(unsent[0]):
                unsent[0] = unsent[0][taken:]
            else:
                unsent.pop(0)
        return True

    async def drain(self) -> None:
        while not self.flush():
            await self._net.wait(self.number, POLLOUT)

    def close(self) -> None:
        self._net.call(hostops.CLOSE, self.number)
        charged, self.charged = self.charged, False
        if charged:
            self._net.call(ops.TLS_CLOSE)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
