"""The task that watches the store, and the browsers that listen to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from litestar import Litestar
from sqlalchemy.engine import Connection

from host_tools.city.console.live.delta import Delta, event
from host_tools.city.console.live.tracker import Tracker

TICK_S = 0.25
EACH_S = 1.0  # a message at least so often: it is also how a browser knows that the console is there
SESSIONS_S = 2.0  # how often it is asked whether the sessions of the listeners still last
PAUSE_S = 5.0  # after an error that is a mistake of the program
OVER = b"event: over\ndata: {}\n\n"

log = logging.getLogger(__name__)


class Client:
    """A browser that listens: what it has not been sent yet, as one message.  *lasts*: whether its session does."""

    def __init__(self, lasts: Callable[[Connection], bool]) -> None:
        self.lasts = lasts
        self.over = False
        self._waiting: Delta | None = None
        self._status = b"{}"
        self._ready = asyncio.Event()

    def tell(self, told: Delta, status: bytes) -> None:
        """Have it get *told* with its next message."""
        self._waiting = self._waiting.then(told) if self._waiting is not None else told
        self._status = status
        self._ready.set()

    def end(self) -> None:
        """Its session is over, or the console ends."""
        self.over = True
        self._ready.set()

    async def message(self) -> bytes | None:
        """The next message; None: there will be no other."""
        await self._ready.wait()
        self._ready.clear()
        told, self._waiting = self._waiting, None
        return None if self.over or told is None else event(told, self._status)


class Hub:
    """Tells *tracker*'s news to the clients that joined."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.clients: set[Client] = set()
        self._one = CapacityLimiter(1)  # not among the threads of requests, which may all wait

    async def join(self, since: int | None, lasts: Callable[[Connection], bool]) -> Client:
        """A client that gets what came after revision *since*, or from now on.  Raises RecordError."""
        client = Client(lasts)
        if since is not None:
            first = await run_sync(self.tracker.since, since, limiter=self._one)
            while first.revision != self.tracker.view.revision:  # the others have been told more meanwhile
                first = await run_sync(self.tracker.since, since, limiter=self._one)
            client.tell(first, self.tracker.status.encoded())
        self.clients.add(client)
        return client

    def leave(self, client: Client) -> None:
        """It is told no more."""
        self.clients.discard(client)

    async def stream(self, client: Client) -> AsyncIterator[bytes]:
        """All messages to *client*, until it leaves or its session ends."""
        try:
            yield b"retry: 1000\n\n"
            while (message := await client.message()) is not None:
                yield message
            yield OVER
        finally:
            self.leave(client)

    async def watch(self) -> None:
        """Looks at the store each TICK_S, as long as the process lives."""
        loop = asyncio.get_running_loop()
        told_at, asked_at, sources = 0.0, loop.time(), None
        while True:
            began = loop.time()
            try:
                news = await run_sync(self.tracker.turn, limiter=self._one)
                status = self.tracker.status
                found = bool(news.poles) or news.since != news.revision or status.sources != sources
                if self.clients and (found or began - told_at >= EACH_S):
                    told_at, sources = began, status.sources
                    self._tell(news, status.encoded())
                if began - asked_at >= SESSIONS_S:
                    asked_at = began
                    await self._ask()
            except Exception:
                log.exception("the console could not look at the store")
                await asyncio.sleep(PAUSE_S)
            await asyncio.sleep(max(0.01, TICK_S - (loop.time() - began)))

    def _tell(self, news: Delta, status: bytes) -> None:
        for client in self.clients:
            client.tell(news, status)

    async def _ask(self) -> None:
        """End the clients whose session is over; while the store cannot be read, they stay."""
        clients = list(self.clients)
        for client in await run_sync(self.tracker.ended, clients, limiter=self._one):
            client.end()

    @asynccontextmanager
    async def lifespan(self, _app: Litestar) -> AsyncIterator[None]:
        """Watches as long as the application lives."""
        task = asyncio.create_task(self.watch())
        try:
            yield
        finally:
            task.cancel()
            for client in self.clients:
                client.end()
