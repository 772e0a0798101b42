"""An asyncio event loop for one pole in simulated time: runs what is due and returns when it is to be run again.

Callbacks due in the same millisecond run in the order in which they were asked for, as in the virtual machine's queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import weakref
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVarTuple, Unpack

Ts = TypeVarTuple("Ts")


class VirtualLoop(asyncio.AbstractEventLoop):
    """The part of an event loop that tasks, futures, sleeps and time-outs need."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []
        self._count = 0
        self._tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    def time(self) -> float:
        return self.now_ms / 1000

    def call_soon(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._count += 1
        heapq.heappush(self._timers, (round(when * 1000), self._count, handle))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, **options)
        self._tasks.add(task)
        return task

    def abandon(self) -> None:
        """Ends all tasks, because the power is gone; that is not reported as a fault.

        They are unwound now.  Left to the garbage collector, their ``finally`` would run at any later moment and close
        the sockets of the pole's next run.
        """
        for task in list(self._tasks):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            task._log_traceback = False
            with contextlib.suppress(Exception):
                task.get_coro().close()

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Handles an exception of a task that was not awaited: on a pole that is a fault of the firmware."""
        raise context.get("exception") or RuntimeError(context["message"])

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are skipped when they come up."""

    def step(self, now_ms: int) -> int:
        """Runs all that is due at *now_ms*; returns the milliseconds until the next timer, -1 when there is none."""
        self.now_ms = now_ms
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            while True:
                while self._timers and self._timers[0][0] <= now_ms:
                    self._ready.append(heapq.heappop(self._timers)[2])
                if not self._ready:
                    break
                # one round, as it stands: what these callbacks ask for comes after timers that fall due meanwhile
                for _ in range(len(self._ready)):
                    handle = self._ready.popleft()
                    if not handle.cancelled():
                        handle._run()
        finally:
            asyncio._set_running_loop(before)
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        return self._timers[0][0] - now_ms if self._timers else -1
