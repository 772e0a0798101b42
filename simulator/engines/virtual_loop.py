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
from functools import partial
from typing import Any, TypeVarTuple, Unpack

Ts = TypeVarTuple("Ts")


class _Call:
    """A callback that will be due: what asyncio needs of its TimerHandle."""

    __slots__ = ("_args", "_callback")

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self._callback: Callable[..., object] | None = callback
        self._args = args

    def cancel(self) -> None:
        self._callback = None
        self._args = ()

    def done(self) -> bool:
        """Whether it was cancelled."""
        return self._callback is None

    def set_result(self, _none: None) -> None:
        """Calls it.  As with a future that is waited for, this is done once, when it is due."""
        if self._callback is not None:
            self._callback(*self._args)


class VirtualLoop(asyncio.AbstractEventLoop):
    """The part of an event loop that tasks, futures, sleeps and time-outs need.

    No code of a pole has context variables, so a callback's context is not entered.
    """

    def __init__(self) -> None:
        self.now_ms = 0
        # what is called, and with what; or None, and a future, or a call, that is due
        self._ready: deque[tuple[Any, Any]] = deque()
        self._timers: list[tuple[int, int, _Call | asyncio.Future[None]]] = []
        self._count = 0
        self.create_future = partial(asyncio.Future, loop=self)  # type: ignore[method-assign]
        self.get_debug = bool  # type: ignore[method-assign]  # False; each future asks for it
        self._tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    def time(self) -> float:
        return self.now_ms / 1000

    def call_soon(  # type: ignore[override]  # no code of a pole looks into what it returns
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> None:
        self._ready.append((callback, args))

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
        call = _Call(callback, args)
        self._count += 1
        heapq.heappush(self._timers, (at_ms, self._count, call))
        return call

    def nap(self, future: asyncio.Future[None], ms: int) -> asyncio.Future[None]:
        """*future*, to be awaited: it is set in *ms* milliseconds, unless it is before."""
        self._count += 1
        heapq.heappush(self._timers, (self.now_ms + ms, self._count, future))
        return future

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
        ready, timers, pop = self._ready, self._timers, heapq.heappop
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            while True:
                while timers and timers[0][0] <= now_ms:
                    ready.append((None, pop(timers)[2]))
                if not ready:
                    break
                # one round, as it stands: what these callbacks ask for comes after timers that fall due meanwhile
                for _ in range(len(ready)):
                    callback, args = ready.popleft()
                    if callback is not None:
                        callback(*args)
                    elif not args.done():
                        args.set_result(None)
        finally:
            asyncio._set_running_loop(before)
        while timers and timers[0][2].done():
            pop(timers)
        return timers[0][0] - now_ms if timers else -1
