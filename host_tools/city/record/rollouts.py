"""Brings rollouts to the poles, for the receiver's loop: see `host_tools.city.rollouts.rolling`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from host_tools.city.record.orders import Broker
from host_tools.city.record.record import Record
from host_tools.city.rollouts.rolling import Rolling
from host_tools.errors import CommandError
from host_tools.wire.from_pole import Said


class Rollouts:
    """Those of *what* for the poles of *record*; what *make* makes decides and seals.

    Where that cannot work, for want of its secrets, nothing is rolled out, and *say* is told.
    """

    def __init__(
        self, record: Record, make: Callable[[], Rolling[Any]], say: Callable[[str], None], what: str = "programmes"
    ) -> None:
        self._record = record
        self._roller: Rolling[Any] | None = None
        self._loaded = False
        try:
            self._roller = make()
        except CommandError as error:
            say(f"no {what} are rolled out: {error}")

    def connected(self) -> None:
        """A session with the broker begins."""
        if self._roller is not None:
            self._roller.connected()

    def hear(self, said: Iterable[tuple[Said, bool]], now: int) -> None:
        """Take what poles *said*, each with whether it was retained, at *now* (Unix s at the site).

        Raises RecordError.
        """
        if roller := self._ready(now):
            roller.hear(said, now)

    def turn(self, broker: Broker, now: int) -> None:
        """Bring forward what has begun, and publish what is due once that is on the disk.  Raises RecordError."""
        roller = self._ready(now)
        if roller is None or roller.idle(time.monotonic()):
            return
        self._loaded = False  # unless the transaction is committed
        with self._record.transaction() as connection:
            messages = roller.turn(connection, now, time.time(), time.monotonic())
        self._loaded = True
        for topic, payload in messages:
            if not broker.publish(topic, payload, retain=True):
                break  # it is kept as what the broker is to retain, and published after the next connection

    def _ready(self, now: int) -> Rolling[Any] | None:
        if self._roller is not None and not self._loaded:
            with self._record.transaction() as connection:
                self._roller.load(connection, now)
            self._loaded = True
        return self._roller
