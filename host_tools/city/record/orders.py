"""Brings the orders of the store to the poles, for the receiver's loop: see `host_tools.city.commands.dispatch`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Protocol

from host_tools.city.commands.dispatch import Dispatch
from host_tools.city.commands.order_judge import Rules
from host_tools.city.correlation.switched_feeders import sun_at
from host_tools.city.record.record import Record
from host_tools.site.limit import roles
from host_tools.site.model import Site
from host_tools.wire.from_pole import Said

FLOOR = 20  # percent, for a site whose files are not here
DAY_S = 86400
UNIX_2000 = 946_684_800


class Broker(Protocol):
    """What is needed of the receiver's sessions."""

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """Publish with QoS 1; False where there is no connection."""


class Orders:
    """Those for the poles of *record*; *dispatch* decides and seals."""

    def __init__(self, record: Record, dispatch: Dispatch) -> None:
        self._record = record
        self._dispatch = dispatch
        self._loaded = False

    def connected(self, now: int) -> None:
        """A session with the broker begins at *now* (Unix s at the site).  Raises RecordError."""
        self._load(now)
        self._dispatch.reconnected(now)

    def hear(self, said: Iterable[tuple[Said, bool]], now: int) -> None:
        """Take what poles *said*, each with whether it was retained.  Raises RecordError."""
        self._load(now)
        self._dispatch.hear(said, now)

    def turn(self, broker: Broker, now: int) -> None:
        """Decide on new orders, and publish what is due once that is on the disk.  Raises RecordError."""
        self._load(now)
        self._loaded = False  # unless the transaction is committed
        with self._record.transaction() as connection:
            messages = self._dispatch.turn(connection, now, time.time())
        self._loaded = True
        for topic, payload in messages:
            if not broker.publish(topic, payload):
                break  # it has its number and is due again
        self._dispatch.committed()

    def _load(self, now: int) -> None:
        if not self._loaded:
            with self._record.transaction() as connection:
                self._dispatch.load(connection, now)
            self._loaded = True


def rules_of(site: Site | None) -> Rules:
    """What the files of *site* allow; without them, what holds for every site."""
    if site is None:
        return Rules(FLOOR, roles(FLOOR))
    groups = {pole.name: pole.groups for pole in site.poles}
    return Rules(site.floor, site.limits, lambda since, until: is_night(site, since, until), groups)


def is_night(site: Site, since: int, until: int) -> bool:
    """Whether the sun is below the horizon at *site* at any moment from *since* to *until* (Unix s)."""
    if until - since >= DAY_S:
        return True
    day = (since - UNIX_2000) // DAY_S
    return any(
        sun_at(one, site.latitude, site.longitude, rising=False) < until
        and sun_at(one + 1, site.latitude, site.longitude, rising=True) > since
        for one in range(day - 2, day + 3)
    )
