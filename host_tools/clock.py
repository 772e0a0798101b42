"""What time it is for the poles on a broker: the real time, or that of a simulation which says so.

A simulator on a real broker retains ``<root>/<site>/_sim/clock`` as ``{unix, factor}``.  Expiries and ages are then
counted on that clock.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

MOST_FACTOR = 1_000_000


def topic(root: str, site: str) -> str:
    """Topic on which a simulator tells its time."""
    return f"{root}/{site}/_sim/clock"


class SiteClock:
    """Unix time at the site.  *monotonic* and *wall* are seconds; they are arguments so that tests own them."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._unix = 0.0
        self._factor = 1.0
        self._heard: float | None = None

    @property
    def simulated(self) -> bool:
        return self._heard is not None

    @property
    def factor(self) -> float:
        """How many seconds pass at the site in one of ours."""
        return self._factor

    def feed(self, payload: bytes) -> bool:
        """Take what the simulator says; an empty payload ends the simulation.  False where it makes no sense."""
        if not payload:
            self._heard, self._factor = None, 1.0
            return True
        try:
            said = json.loads(payload)
            unix, factor = float(said["unix"]), float(said.get("factor", 1))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
            return False
        if not (0 <= unix < 2**40 and 0 <= factor <= MOST_FACTOR):
            return False
        self._unix, self._factor, self._heard = unix, factor, self._monotonic()
        return True

    def now(self) -> float:
        """Unix seconds."""
        if self._heard is None:
            return self._wall()
        return self._unix + (self._monotonic() - self._heard) * self._factor
