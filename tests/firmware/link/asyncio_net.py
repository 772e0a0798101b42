"""``ports.net`` over CPython's asyncio and real sockets, for tests against a real broker."""

from __future__ import annotations

import asyncio

from simulator.engines.cpython_tls import CpythonTls, Secure


class Stream:
    """What ``pole.link.mqtt`` reads from and writes to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.write = writer.write
        self.drain = writer.drain
        self.close = writer.close
        self.abort = writer.transport.abort

    def flush(self) -> bool:
        return False  # only ``drain`` knows

    async def readinto(self, buffer: memoryview) -> int:
        data = await self._reader.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class Net:
    """Connects for real; ``resolved`` counts the look-ups, ``unix`` is what the chip's clock was set to."""

    def __init__(self) -> None:
        self.resolved = 0
        self.unix = 0
        self.streams: list[Stream] = []

    async def resolve(self, host: str) -> str:
        self.resolved += 1
        return host

    async def connect(
        self, address: str, port: int, timeout_ms: int, secure: Secure | None = None
    ) -> Stream | CpythonTls:
        return await asyncio.wait_for(self._connect(address, port, secure), timeout_ms / 1000)

    async def _connect(self, address: str, port: int, secure: Secure | None) -> Stream | CpythonTls:
        stream = Stream(*await asyncio.open_connection(address, port))
        self.streams.append(stream)
        if secure is None:
            return stream
        tls = CpythonTls(stream, secure)
        try:
            await tls.handshake(self.unix)
        except BaseException:
            stream.close()
            raise
        return tls

    def set_time(self, unix: int) -> None:
        self.unix = unix

    def shortage(self) -> str:
        return ""
