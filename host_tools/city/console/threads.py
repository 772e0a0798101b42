"""Runs a route that waits for the store in a thread, so that other requests go on."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from anyio.to_thread import run_sync

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(handler: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """*handler* as a coroutine.

    Litestar's own `sync_to_thread` fails where two methods share a path (2.25: it prepares such a route twice).
    """

    @functools.wraps(handler)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return await run_sync(functools.partial(handler, *args, **kwargs))

    return run


def in_few_threads(handler: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """As `in_thread`, for one that compares passwords: many at once wait for each other, and hold up no other request.

    Its first argument is the request.
    """

    @functools.wraps(handler)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        request: Any = args[0] if args else kwargs["request"]
        return await run_sync(functools.partial(handler, *args, **kwargs), limiter=request.app.state.hashing)

    return run
