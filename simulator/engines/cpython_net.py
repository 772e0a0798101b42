"""The pole's ``net`` port under CPython: what ``pole/drivers/net.py`` is on MicroPython, over the same sockets."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from typing import Any

from simulator.engines.virtual_loop import VirtualLoop
from simulator.network.endpoint import POLLIN, POLLOUT, SOCK_DGRAM, SOCK_STREAM
from simulator.virtual import hostops

Handle = Callable[[int, int, int, bytes], tuple[int, bytes]]


class CpythonNet:
    """Connections and datagrams of one pole."""

    def __init__(self, loop: VirtualLoop, handle: Handle) -> None:
        self._loop = loop
        self._handle = handle
        self._waiting: dict[int, asyncio.Future[int]] = {}

    def ready(self, pairs: list[tuple[int, int]]) -> None:
        """Wakes who waits on these (socket, events)."""
        for number, events in pairs:
            self.call(hostops.INTEREST, number, 0)
            future = self._waiting.pop(number, None)
            if future:
                self._loop.call_soon(_settle, future, events)

    def call(self, op: int, a: int = 0, b: int = 0, data: bytes = b"") -> tuple[int, bytes]:
        """Raises OSError for an answer below zero."""
        value, out = self._handle(op, a, b, data)
        if value < 0:
            raise OSError(-value, os.strerror(-value))
        return value, out

    async def wait(self, number: int, events: int) -> int:
        """Waits until one of *events* is so on a socket; returns those that are."""
        self.call(hostops.INTEREST, number, events)
        future: asyncio.Future[int] = self._loop.create_future()
        self._waiting[number] = future
        try:
            return await future
        finally:
            if self._waiting.get(number) is future:
                del self._waiting[number]
                self.call(hostops.INTEREST, number, 0)

    async def resolve(self, host: str) -> str:
        return self.call(hostops.RESOLVE, 0, 0, host.encode())[1].decode()

    async def connect(self, address: str, port: int, timeout_ms: int) -> CpythonStream:
        number, _ = self.call(hostops.SOCKET, SOCK_STREAM)
        try:
            self.call(hostops.CONNECT, number, port, address.encode())
            await asyncio.wait_for(self.wait(number, POLLOUT), timeout_ms / 1000)
        except BaseException as error:
            self.call(hostops.CLOSE, number)
            if isinstance(error, asyncio.TimeoutError):
                raise OSError(errno.ETIMEDOUT, "no answer in time") from None
            raise
        return CpythonStream(self, number)

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
    """One connection, with the calls of MicroPython's asyncio.Stream."""

    def __init__(self, net: CpythonNet, number: int) -> None:
        self._net = net
        self._number = number
        self._unsent = b""

    async def readinto(self, buffer: bytearray) -> int | None:
        await self._net.wait(self._number, POLLIN)
        value, data = self._net._handle(hostops.RECV, self._number, len(buffer), b"")
        if value == -errno.EAGAIN:
            return None
        if value < 0:
            raise OSError(-value, os.strerror(-value))
        buffer[: len(data)] = data
        return value

    def _push(self, data: bytes) -> int:
        value, _ = self._net._handle(hostops.SEND, self._number, 0, data)
        if value == -errno.EAGAIN:
            return 0
        if value < 0:
            raise OSError(-value, os.strerror(-value))
        return value

    def write(self, data: Any) -> None:
        data = bytes(data)
        self._unsent += data[self._push(data) :] if not self._unsent else data

    async def drain(self) -> None:
        if not self._unsent:
            await asyncio.sleep(0)
        while self._unsent:
            await self._net.wait(self._number, POLLOUT)
            self._unsent = self._unsent[self._push(self._unsent) :]

    def close(self) -> None:
        self._net.call(hostops.CLOSE, self._number)


def _settle(future: asyncio.Future[int], events: int) -> None:
    if not future.done():
        future.set_result(events)
