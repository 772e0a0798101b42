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
from contextvars import Context, copy_context
from typing import Any, TypeVarTuple, Unpack

Ts = TypeVarTuple("Ts")


class _Call:
    """A callback that is due, or will be: what asyncio needs of its Handle and TimerHandle."""

    __slots__ = ("_args", "_callback", "_context")

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...], context: Context) -> None:
        self._callback: Callable[..., object] | None = callback
        self._args = args
        self._context = context

    def cancel(self) -> None:
        self._callback = None
        self._args = ()

    def cancelled(self) -> bool:
        return self._callback is None

    def run(self) -> None:
        """Calls it, unless it was cancelled."""
        if self._callback is not None:
            self._context.run(self._callback, *self._args)


class VirtualLoop(asyncio.AbstractEventLoop):
    """The part of an event loop that tasks, futures, sleeps and time-outs need."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._ready: deque[_Call] = deque()
        self._timers: list[tuple[int, int, _Call]] = []
        self._context = copy_context()  # of callbacks that bring none of their own: no code of a pole has any
        self._count = 0
        self._tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    def time(self) -> float:
        return self.now_ms / 1000

    def call_soon(  # type: ignore[override]  # no code of a pole looks into what it returns
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> _Call:
        call = _Call(callback, args, context or self._context)
        self._ready.append(call)
        return call

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> _Call:
        return self.call_in(round((self.now_ms / 1000 + delay) * 1000), callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> _Call:
        return self.call_in(round(when * 1000), callback, *args, context=context)

    def call_in(
        self, at_ms: int, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> _Call:
        """Calls *callback* when the loop's time is *at_ms*."""
        call = _Call(callback, args, context or self._context)
        self._count += 1
        heapq.heappush(self._timers, (at_ms, self._count, call))
        return call

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

    def step(self, now_ms: int) -> int:
        """Runs all that is due at *now_ms*; returns the milliseconds until the next timer, -1 when there is none."""
        self.now_ms = now_ms
        ready, timers = self._ready, self._timers
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            while True:
                while timers and timers[0][0] <= now_ms:
                    ready.append(heapq.heappop(timers)[2])
                if not ready:
                    break
                # one round, as it stands: what these callbacks ask for comes after timers that fall due meanwhile
                for _ in range(len(ready)):
                    ready.popleft().run()
        finally:
            asyncio._set_running_loop(before)
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        return timers[0][0] - now_ms if timers else -1
