"""How many requests a minute: a bucket of tokens for each who asks, in the memory of this process."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

MOST = 10_000  # who is remembered; the bucket of one who is forgotten is full again


class Pace:
    """*steady*: seconds of a clock that is never set."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._buckets: dict[str, tuple[float, float]] = {}  # of each: what is left, and when
        self._lock = threading.Lock()

    def wait(self, who: str, a_minute: int) -> int:
        """Takes one of the *a_minute* requests of *who*; the seconds to wait where none is left, else 0."""
        now = self._steady()
        with self._lock:
            left, at = self._buckets.pop(who, (float(a_minute), now))
            left = min(float(a_minute), left + (now - at) * a_minute / 60)
            out = 0 if left >= 1 else math.ceil((1 - left) * 60 / a_minute)
            self._buckets[who] = (left if out else left - 1, now)
            if len(self._buckets) > MOST:
                del self._buckets[next(iter(self._buckets))]  # who has not asked for longest
        return out
