"""One thread that waits for bytes, moments and calls from other threads.

`select` because its time-out is exact to microseconds, where epoll rounds to milliseconds: the moments here are when
the last bit of a byte is through the line.
"""

from __future__ import annotations

import heapq
import select
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

_LONGEST_WAIT_S = 60.0


class Timer:
    """A moment at which something happens, unless it is cancelled."""

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self.action = None


class Reactor:
    """Runs what is due, in order of time.  Only ``call`` and ``stop`` may be used from other threads."""

    def __init__(self) -> None:
        self._timers: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._calls: deque[Callable[[], None]] = deque()
        self._readers: dict[int, Callable[[], None]] = {}
        self._stopping = False
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)

    @staticmethod
    def now() -> float:
        """Seconds, of the clock all moments here are in."""
        return monotonic()

    def at(self, when: float, action: Callable[[], None]) -> Timer:
        """*action* at the moment *when*; those of one moment in the order they were asked for."""
        timer = Timer(action)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, timer))
        return timer

    def watch(self, fd: int, action: Callable[[], None]) -> None:
        """*action* whenever *fd* can be read."""
        self._readers[fd] = action

    def unwatch(self, fd: int) -> None:
        self._readers.pop(fd, None)

    def call(self, action: Callable[[], None]) -> None:
        """*action* in the reactor's thread, soon.  Returns at once."""
        self._calls.append(action)
        with suppress(OSError):  # it is awake already, or has ended
            self._waker.send(b"!")

    def stop(self) -> None:
        """Ends ``run`` after what is going on."""
        self._stopping = True
        self.call(lambda: None)

    def run(self) -> None:
        """Until ``stop``."""
        try:
            while not self._stopping:
                self._turn()
        finally:
            self._woken.close()
            self._waker.close()

    def _turn(self) -> None:
        wait = self._timers[0][0] - monotonic() if self._timers else _LONGEST_WAIT_S
        woken = self._woken.fileno()
        ready, _, _ = select.select([woken, *self._readers], [], [], min(max(wait, 0.0), _LONGEST_WAIT_S))
        if woken in ready:
            self._woken.recv(4096)
        while self._calls:
            self._calls.popleft()()
        now = monotonic()
        while self._timers and self._timers[0][0] <= now:
            action = heapq.heappop(self._timers)[2].action
            if action is not None:
                action()
        for fd in ready:
            reader = self._readers.get(fd)  # what was done just now may have closed it
            if reader is not None:
                reader()
