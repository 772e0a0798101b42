"""Times of reconnecting to the broker, and detection of another client with the same identifier.

A broker ends the older of two sessions with one client identifier.  Where each connects again at once, both do so
hundreds of times a second (mosquitto#2590, mqttjs#684).  Pure: the times come in.
"""

from __future__ import annotations

FIRST_S, LONGEST_S = 0.2, 10.0  # between two tries
QUICK_S = 10.0  # a connection that lasted less was lost at once
SUSPECT = 3  # so many sessions lost at once, each after a CONNACK: another client has our identifier


class Retry:
    """``wait_s`` is how long to wait before the next try."""

    def __init__(self) -> None:
        self.wait_s = 0.0
        self._lost_at_once = 0

    def failed(self) -> None:
        """Note that the broker was not reached."""
        self._lost_at_once = 0
        self._longer()

    def lost(self, lasted_s: float) -> None:
        """Note that the connection ended after *lasted_s*."""
        if lasted_s >= QUICK_S:
            self.wait_s, self._lost_at_once = 0.0, 0
            return
        self._lost_at_once += 1
        self._longer()

    def reached(self) -> None:
        """Note that the broker was reached; whether the session is good is decided by how long it lasts."""
        if not self._lost_at_once:
            self.wait_s = 0.0

    @property
    def taken_over(self) -> bool:
        """Whether another client takes over our session again and again."""
        return self._lost_at_once >= SUSPECT

    def _longer(self) -> None:
        self.wait_s = min(self.wait_s * 2, LONGEST_S) if self.wait_s else FIRST_S
