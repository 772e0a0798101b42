"""``machine.Timer`` under CPython: on the pole's own event loop, in its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

_running: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, asyncio.TimerHandle]] = WeakKeyDictionary()


class Timer:
    """The timer with that number, of which there is but one; no pole needs more of it here than that it resets."""

    def __init__(self, id: int) -> None:
        self._id = id

    def init(self, *, period: int, callback: Callable[[Timer], Any]) -> None:
        """Calls back in *period* milliseconds."""
        self.deinit()
        loop = asyncio.get_running_loop()
        _running.setdefault(loop, {})[self._id] = loop.call_later(period / 1000, callback, self)

    def deinit(self) -> None:
        """Calls back no more."""
        handle = _running.get(asyncio.get_running_loop(), {}).pop(self._id, None)
        if handle:
            handle.cancel()
