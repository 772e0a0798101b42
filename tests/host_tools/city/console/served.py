"""A console that granian serves in a thread of this process, which is there at once: a process of its own takes four
seconds of the processor to begin."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar.types import ASGIApp

PATIENCE_S = 30.0


@contextmanager
def in_thread(app: ASGIApp, port: int) -> Iterator[None]:
    """*app* answers at *port* of this machine."""
    server = Server(app, port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/health")
            break
        except httpx.TransportError:
            assert time.monotonic() < until, "the console does not answer"
            time.sleep(0.02)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(PATIENCE_S)
        loop.close()
