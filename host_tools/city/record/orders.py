"""Brings the orders of the store to the poles, for the receiver's loop: see `host_tools.city.commands.dispatch`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from host_tools.city.commands.dispatch import Dispatch
from host_tools.city.commands.site_rules import rules_of
from host_tools.city.doors import election_nights
from host_tools.city.doors.street import Street
from host_tools.city.record.record import Record
from host_tools.errors import CommandError
from host_tools.wire.from_pole import Said

__all__ = ["Orders", "rules_of"]
DUE_S = 60  # of the site's time, between two looks for what is to be ordered now


class Broker(Protocol):
    """What is needed of the receiver's sessions."""

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """Publish with QoS 1; False where there is no connection."""


class Orders:
    """Those for the poles of *record*; what *make* makes decides and seals.

    Where that cannot work, for want of its secrets, no order is sent, and *say* is told; a receiver does all else.
    """

    def __init__(self, record: Record, make: Callable[[], Dispatch], say: Callable[[str], None]) -> None:
        self._record = record
        self._say = say
        self._dispatch: Dispatch | None = None
        try:
            self._dispatch = make()
        except CommandError as error:
            self._give_up(error)
        self._loaded = False
        self._looked = 0
        self._street = Street(record.files)

    def connected(self, now: int) -> None:
        """A session with the broker begins at *now* (Unix s at the site).  Raises RecordError."""
        if dispatch := self._ready(now):
            dispatch.reconnected(now)

    def hear(self, said: Iterable[tuple[Said, bool]], now: int) -> None:
        """Take what poles *said*, each with whether it was retained.  Raises RecordError."""
        if dispatch := self._ready(now):
            dispatch.hear(said, now)

    def turn(self, broker: Broker, now: int) -> None:
        """Write what is to be ordered now, decide on new orders, and publish what is due once that is on the disk.

        Raises RecordError.
        """
        dispatch = self._ready(now)
        if dispatch is None:
            return
        self._loaded = False  # unless the transaction is committed
        looks = abs(now - self._looked) >= DUE_S
        with self._record.transaction() as connection:
            if looks:
                election_nights.write_due(connection, self._street, now)
            messages = dispatch.turn(connection, now, time.time())
        self._looked = now if looks else self._looked
        self._loaded = True
        for topic, payload in messages:
            if not broker.publish(topic, payload):
                break  # it has its number and is due again
        dispatch.committed()

    def _ready(self, now: int) -> Dispatch | None:
        """What decides, with all that is not over read from the store; None where it cannot work."""
        dispatch = self._dispatch
        if dispatch is not None and not self._loaded:
            try:
                with self._record.transaction() as connection:
                    dispatch.load(connection, now)
            except CommandError as error:
                self._give_up(error)
                return None
            self._loaded = True
        return dispatch

    def _give_up(self, error: CommandError) -> None:
        self._dispatch = None
        self._say(f"no order is sent to a pole: {error}")
