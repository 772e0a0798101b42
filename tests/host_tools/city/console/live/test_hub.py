"""The clients of the stream, in a granian of this process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from granian.constants import Interfaces
from granian.server.embed import Server

from host_tools.city.console.access import sessions
from host_tools.city.console.app import make
from host_tools.city.console.live.hub import Hub
from host_tools.site.broker_address import free_port
from tests.host_tools.city.console.console_bench import Bench

HEAD = "GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: diya_session={cookie}\r\n\r\n"
Opener = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


def with_hub(bench: Bench, what: Callable[[Hub, Opener], Awaitable[None]]) -> None:
    """Runs *what* beside a served console, whose hub it gets, and what opens a stream."""
    port = free_port()
    app = make(replace(bench.settings, hosts=(f"127.0.0.1:{port}",)))
    with bench.city() as city, city.writing() as connection:
        cookie = sessions.begin(connection, 1, int(time.time()), "", "")

    async def opened() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD.format(port=port, cookie=cookie).encode())
        return reader, writer

    async def run() -> None:
        server = Server(app, "127.0.0.1", port, interface=Interfaces.ASGI, log_enabled=False)
        serving = asyncio.create_task(server.serve())
        try:
            for _ in range(100):
                try:
                    (await asyncio.open_connection("127.0.0.1", port))[1].close()
                    break
                except OSError:
                    await asyncio.sleep(0.05)
            await what(app.state.hub, opened)
        finally:
            server.stop()
            await asyncio.wait_for(serving, 10)

    asyncio.run(run())


async def true(condition: Callable[[], bool], seconds: float = 8) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def test_of_clients_that_went_nothing_is_left(bench: Bench) -> None:
    async def come_and_go(hub: Hub, opened: Opener) -> None:
        before = len(asyncio.all_tasks())
        streams = [await opened() for _ in range(30)]
        await true(lambda: len(hub.clients) == 30)
        for _reader, writer in streams:
            writer.transport.abort()
        await true(lambda: not hub.clients)
        await true(lambda: len(asyncio.all_tasks()) <= before + 1)

    with_hub(bench, come_and_go)


def test_a_client_that_reads_nothing_makes_nothing_grow_and_gets_the_last_of_all(bench: Bench) -> None:
    bench.born("P0003", 0)

    async def be_slow(hub: Hub, opened: Opener) -> None:
        reader, writer = await opened()
        await true(lambda: len(hub.clients) == 1)
        for level in range(1, 30):
            bench.lit("P0003", level % 100)
            await asyncio.sleep(0.02)
        client = next(iter(hub.clients))
        assert len(vars(client)["_waiting"].poles if vars(client)["_waiting"] else ()) <= 1
        last = 0
        while last != 29:
            line = await asyncio.wait_for(reader.readline(), 8)
            if line.startswith(b'data: {"since'):
                last = next((one[2] for one in json.loads(line[6:])["poles"]), last)
        writer.close()

    with_hub(bench, be_slow)
