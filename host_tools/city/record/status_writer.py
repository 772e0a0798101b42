"""Says in the store, once a second, that the receiver is alive, whether it has its broker, and what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable

from host_tools.city.record.record import Record
from host_tools.city.store import receiver_status
from host_tools.city.store.receiver_status import ReceiverStatus
from host_tools.errors import RecordError
from host_tools.wire.simulated_clock import SiteClock

EACH_S = 1.0


class StatusWriter:
    """Writes into *record*; *connected* says whether the broker is there."""

    def __init__(self, record: Record, clock: SiteClock, connected: Callable[[], bool]) -> None:
        self._record, self._clock, self._connected = record, clock, connected
        self._due = 0.0  # monotonic s

    def turn(self) -> bool:
        """Write it where it is due; always True.  A store that cannot be written now keeps the former one."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + EACH_S
            clock = self._clock
            status = ReceiverStatus(
                self._record.zone, time.time(), int(clock.now()), clock.simulated, clock.factor, self._connected()
            )
            try:
                with self._record.transaction() as connection:
                    receiver_status.keep(connection, status)
            except RecordError:
                pass  # who reads sees that it grows old
        return True
