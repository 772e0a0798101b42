"""Keeps the configurations that the broker retains for the poles, and publishes them again where a broker lost them.

A broker that was replaced by an empty one has none, one out of a backup older ones, and a receiver that was killed has
not published what it had written (rollouts/); a pole that is offline meanwhile would never get the one that was meant
for it.  What is published again is what was published before, byte for byte: a pole that has it takes it for
a repetition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa

from host_tools.broker.connection import Message
from host_tools.city.record.flashed_nodes import Broker, genuine
from host_tools.city.record.record import Record
from host_tools.city.store import bulk
from host_tools.city.store.tables import configuration, pole
from host_tools.keys.key import Key
from host_tools.wire.topics import cut
from pole.wire import contract

SETTLE_S = 10.0  # after the last configuration that a broker delivers on subscribing: what was not there then is lost
MOST = 100  # published again in one turn


class Configurations:
    """Those of the poles below *head* (root/site); a pole of which *keys* has a key takes only what that has sealed.

    *say* is called with a sentence that an operator should read.
    """

    def __init__(self, record: Record, head: str, keys: Mapping[str, Key], say: Callable[[str], None]) -> None:
        self._record = record
        self._head = head
        self._keys = keys
        self._say = say
        self._seen: set[str] = set()  # poles for which this broker retains one
        self._last = 0.0  # when the last was seen, or the connection began (monotonic s)
        self._lost: list[str] | None = None  # poles for which one is to be published again; None: not known yet
        self._kept: dict[str, int] = {}  # pole: number of the one that is kept

    def connected(self, now: float) -> None:
        """A connection has begun at *now* (monotonic s): the broker delivers what it retains.  Raises RecordError."""
        self._seen.clear()
        self._last, self._lost = now, None
        with self._record.transaction() as connection:
            ours = sa.select(pole.c.name, configuration.c.n).join_from(configuration, pole)
            rows = connection.execute(ours.where(pole.c.zone == self._record.zone)).all()
        self._kept = {row.name: row.n for row in rows}

    def heard(self, messages: Iterable[Message], now: float) -> None:
        """Take the configurations among *messages* at *now* (monotonic s).  Raises RecordError."""
        new: dict[str, tuple[int, str] | None] = {}
        for message in messages:
            topic = cut(message.topic)
            if topic is None or topic.head != self._head or topic.kind != contract.CONFIG or topic.pole[:1] == "_":
                continue
            self._last = now
            if not message.payload:  # it was taken back
                new[topic.pole] = None
                continue
            n = genuine(message, self._keys.get(topic.pole))
            if n is None:
                continue
            former = new.get(topic.pole) or (self._kept.get(topic.pole, 0), "")
            if n >= former[0]:  # an older one does not take the place of what was meant to be retained
                self._seen.add(topic.pole)
            if n > former[0]:
                new[topic.pole] = (n, message.payload.decode())
        if new:
            self._keep(new)

    def turn(self, broker: Broker, now: float) -> None:
        """Publish some of those that the broker has lost, once it has delivered what it has.  Raises RecordError."""
        if self._lost is None:
            if now < self._last + SETTLE_S:
                return
            self._lost = sorted(self._kept.keys() - self._seen)
            if self._lost:
                many = len(self._lost)
                self._say(
                    f"the broker has lost the configuration{'s' if many > 1 else ''} of {many} "
                    f"pole{'s' if many > 1 else ''}: published again"
                )
        if not self._lost:
            return
        some, self._lost = self._lost[:MOST], self._lost[MOST:]
        with self._record.transaction() as connection:
            chosen = sa.select(pole.c.name, configuration.c.payload).join_from(configuration, pole)
            rows = connection.execute(chosen.where(pole.c.name.in_(some))).all()
        for name, payload in rows:
            if not broker.publish(f"{self._head}/{name}/{contract.CONFIG}", payload.encode(), retain=True):
                self._lost = None  # the connection is gone: all of it again with the next
                return

    def _keep(self, new: Mapping[str, tuple[int, str] | None]) -> None:
        with self._record.change() as book:  # which gives each pole its row
            entries = {name: book.entry(name) for name in new}
        with self._record.transaction() as connection:
            bulk.delete(connection, configuration, "pole", [entries[name].id for name, one in new.items() if not one])
            rows = [(entries[name].id, *one) for name, one in new.items() if one]
            bulk.replace(connection, configuration, ("pole",), ("n", "payload"), rows)
        for name, one in new.items():
            if one:
                self._kept[name] = one[0]
            else:
                self._kept.pop(name, None)
                self._seen.discard(name)
