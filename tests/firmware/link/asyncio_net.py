"""``ports.net`` over CPython's asyncio and real sockets, for tests against a real broker."""

from __future__ import annotations

import asyncio


class Stream:
    """What ``pole.link.mqtt`` reads from and writes to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.write = writer.write
        self.drain = writer.drain
        self.close = writer.close
        self.abort = writer.transport.abort

    async def readinto(self, buffer: memoryview) -> int:
        data = await self._reader.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class Net:
    """Connects for real; ``resolved`` counts the look-ups."""

    def __init__(self) -> None:
        self.resolved = 0
        self.streams: list[Stream] = []

    async def resolve(self, host: str) -> str:
        self.resolved += 1
        return host

    async def connect(self, address: str, port: int, timeout_ms: int) -> Stream:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(address, port), timeout_ms / 1000)
        self.streams.append(Stream(reader, writer))
        return self.streams[-1]
