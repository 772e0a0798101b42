"""Waiting in tests: for the thing itself, and so long that only what is broken is waited for in vain."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tests.firmware.link.processor import queued_ms

PATIENCE_S = 120.0  # on a computer with a load of 15 a second's work takes ten; costs nothing when all is well

T = TypeVar("T")


def until(condition: Callable[[], T], what: str, every_s: float = 0.01) -> T:
    """What *condition* returns as soon as it is true of it; AssertionError with *what* after ``PATIENCE_S``."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what}"
        time.sleep(every_s)
    return found


class Stopwatch:
    """Two times since it was made: ``real_s``, and ``own_s`` without what others had the processor for.

    What must not be early is measured in real time, what must not be late in our own.
    """

    def __init__(self) -> None:
        self._began, self._queued = time.monotonic(), queued_ms()

    @property
    def real_s(self) -> float:
        return time.monotonic() - self._began

    @property
    def own_s(self) -> float:
        return self.real_s - (queued_ms() - self._queued) / 1000
