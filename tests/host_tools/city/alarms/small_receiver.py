"""What a receiver does with alarms: events and alarms in one transaction, on a real store."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms import book_store
from host_tools.city.alarms.batch import Batch, Changes
from host_tools.city.alarms.rules import Rules
from host_tools.city.alarms.turns import Turn
from host_tools.city.store import tables
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.database import Database, raise_revision
from tests.host_tools.city.alarms.played_alarms import HOME

NIGHT = 1795531800  # 24 November 2026, 20:20 in Sagar


class Killed(Exception):
    """The receiver dies within its transaction."""


class SmallReceiver:
    def __init__(self, database: Database, rules: Rules = HOME, now: int = NIGHT) -> None:
        self.database, self.rules = database, rules
        self.start(now)

    def start(self, now: int = NIGHT) -> None:
        """As at the start of a process: what is in memory is from the store."""
        with self.database.engine.connect() as connection:
            self.book = book_store.load(connection, self.rules, now)

    def receive(self, batch: Batch, now: int = NIGHT, killed: bool = False, also: Any = None) -> Changes:
        with self.database.transaction() as connection:
            self._events(connection, batch.turns)
            book_store.fetch(connection, self.book, batch)
            changes = self.book.take(batch, now)
            book_store.write(connection, changes, now, raise_revision(connection))
            if also is not None:
                also(connection, changes)
            if killed:
                raise Killed
        self.book.keep(changes)
        return changes

    def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        """These columns of all alarms that are no part of another, by beginning."""
        with self.database.engine.connect() as connection:
            select = sa.select(*[alarm.c[name] for name in columns]).where(alarm.c.merged_into.is_(None))
            return [
                tuple(row) for row in connection.execute(select.order_by(alarm.c.began, alarm.c.kind, alarm.c.name))
            ]

    def _events(self, connection: Connection, turns: Any) -> None:
        for one in turns:
            pole = _pole(connection, one.pole)
            same = sa.select(tables.event.c.arrival).where(
                tables.event.c.pole == pole, tables.event.c.epoch == one.epoch, tables.event.c.sequence == one.sequence
            )
            if connection.execute(same).first() is None:
                connection.execute(sa.insert(tables.event).values(_values(one, pole)))


def _pole(connection: Connection, name: str) -> int:
    found = connection.execute(sa.select(tables.pole.c.id).where(tables.pole.c.name == name)).scalar()
    if found is None:
        insert = sa.insert(tables.pole).values(name=name).returning(tables.pole.c.id)
        found = connection.execute(insert).scalar_one()
    return int(found)


def _values(one: Turn, pole: int) -> dict[str, Any]:
    return {
        "pole": pole, "epoch": one.epoch, "sequence": one.sequence, "event_type": one.kind, "starts": one.begins,
        "timestamp": one.at, "replayed": False, "attributes": json.dumps(one.attributes), "received_at": one.received,
        "source": "pole",
    }  # fmt: skip


def all_of(database: Database, table: sa.Table) -> list[RowMapping]:
    with database.engine.connect() as connection:
        return list(connection.execute(sa.select(table)).mappings())
