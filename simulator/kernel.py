"""The time of a simulated street: a queue of events, in whole milliseconds since the start of the run."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import Protocol

EARLY_S = 0.001  # a wait this short is not made: the system's own waits are no shorter, and they would add up
HOLD_S = 0.05  # between two looks whether time is still held

Actions = list[Callable[[], None]]


class Pace(Protocol):
    """The pace of simulated time, from one event to the next."""

    def advance(self, now_ms: int, target_ms: int) -> tuple[int, Actions]:
        """Waits for *target_ms*; returns the time reached and what came in from outside meanwhile, to be done then."""


class VirtualPace:
    """As fast as the computer can: the next event is now."""

    def advance(self, now_ms: int, target_ms: int) -> tuple[int, Actions]:
        return target_ms, []


class RealPace:
    """*factor* simulated seconds a real second, with real sockets served while waiting.

    What is registered with *selector* has a function of the event mask as its data.  When the computer cannot keep up,
    simulated time falls behind; it never jumps to catch up.  It is early by ``EARLY_S`` (real seconds) at most.
    """

    def __init__(self, factor: float, selector: selectors.BaseSelector) -> None:
        self.factor = factor
        self._selector = selector
        self._started = time.monotonic()
        self._selected = self._started  # when sockets were last served

    def begin(self) -> None:
        """Sets simulated time 0 to now."""
        self._started = time.monotonic()

    def _reached(self, clock: float) -> int:
        return int((clock - self._started) * 1000 * self.factor)

    def advance(self, now_ms: int, target_ms: int) -> tuple[int, Actions]:
        while True:
            clock = time.monotonic()
            wait_s = self._started + target_ms / 1000 / self.factor - clock
            if wait_s <= EARLY_S and clock - self._selected < EARLY_S:
                return max(now_ms, target_ms), []
            events = self._selector.select(wait_s if wait_s > EARLY_S else 0.0)
            self._selected = time.monotonic()
            reached = self._reached(self._selected)
            if reached > target_ms:  # late: the lost time is given up
                self._started += (reached - target_ms) / 1000 / self.factor
                reached = target_ms
            if not events and wait_s <= EARLY_S:
                reached = target_ms
            if events or reached >= target_ms:
                return max(now_ms, reached), [partial(key.data, mask) for key, mask in events]


class HeldPace(RealPace):
    """A RealPace whose time stands still while *held* says so: while a program computes, whose time is not ours."""

    def __init__(self, factor: float, selector: selectors.BaseSelector, held: Callable[[], bool]) -> None:
        super().__init__(factor, selector)
        self._held = held

    def advance(self, now_ms: int, target_ms: int) -> tuple[int, Actions]:
        if not self._held():
            return super().advance(now_ms, target_ms)
        events = self._selector.select(HOLD_S if target_ms > now_ms else 0.0)
        self._selected = time.monotonic()
        self._started = self._selected - now_ms / 1000 / self.factor
        return now_ms, [partial(key.data, mask) for key, mask in events]


class Kernel:
    """The queue of events.  Those of the same millisecond happen in the order in which they were asked for."""

    def __init__(self, pace: Pace | None = None) -> None:
        self.now_ms = 0
        self.pace = pace or VirtualPace()
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._stopped = False

    def at(self, ms: int, action: Callable[[], None]) -> None:
        """Calls *action* at *ms* (at once when that is past)."""
        self._count += 1
        heappush(self._queue, (ms if ms > self.now_ms else self.now_ms, self._count, action))

    def after(self, ms: int, action: Callable[[], None]) -> None:
        """Calls *action* in *ms* milliseconds."""
        self.at(self.now_ms + ms, action)

    def every(self, ms: int, action: Callable[[], None]) -> None:
        """Calls *action* now and every *ms* milliseconds from here on."""

        def again() -> None:
            self.after(ms, again)
            action()

        self.at(self.now_ms, again)

    def stop(self) -> None:
        """Ends ``run`` after the current event; before it, the next ``run`` ends before anything happens in it."""
        self._stopped = True

    def run(self, until_ms: int) -> None:
        """Lets everything happen up to and including *until_ms*."""
        try:
            if type(self.pace) is VirtualPace:
                self._run_at_once(until_ms)
            while not self._stopped:
                target = min(self._queue[0][0], until_ms) if self._queue else until_ms
                self.now_ms, came_in = self.pace.advance(self.now_ms, target)
                for action in came_in:
                    action()
                if came_in or self.now_ms < target:
                    continue
                if not self._queue or self._queue[0][0] > until_ms:
                    return
                heappop(self._queue)[2]()
        finally:
            self._stopped = False  # the request is done

    def _run_at_once(self, until_ms: int) -> None:
        """What ``run`` does in virtual time, where nothing is waited for and nothing comes in."""
        queue = self._queue
        while queue and queue[0][0] <= until_ms and not self._stopped:
            self.now_ms, _, action = heappop(queue)
            action()
