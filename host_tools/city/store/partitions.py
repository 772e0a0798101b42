"""A table for each span of time, made as it is needed and dropped whole: readings by the day, hours by the month.

In PostgreSQL they are partitions.  A new one is attached, and an old one is dropped only if nothing reads it now: both
``CREATE ... PARTITION OF`` and a ``DROP`` that waits would let all other receivers and readers wait behind it.  There
is no default partition: it would be searched and locked at each of these.  Spans are those of UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from host_tools.city.store.meter_tables import hour, meter, series

DROP_WAIT_MS = 200  # longest wait for readers of what is to be dropped; a later turn tries again
_LOCKED = "55P03"  # PostgreSQL's lock_not_available
_MAKING = 6_843_449  # the advisory lock of who makes partitions; any number of our own


@dataclass(frozen=True)
class Series:
    """A table that is kept in spans of its column ``by``."""

    table: Table
    by: str
    form: str  # of a span's name, for strftime
    after: Callable[[datetime], datetime]  # the beginning of the span after the one that begins then

    def name(self, at: int) -> str:
        """The table of the span that has the Unix second *at*."""
        return f"{self.table.name}_{datetime.fromtimestamp(at, UTC).strftime(self.form)}"

    def bounds(self, name: str) -> tuple[int, int]:
        """The first second of the span *name*, and the first one after it."""
        low = datetime.strptime(name.removeprefix(f"{self.table.name}_"), self.form).replace(tzinfo=UTC)
        return int(low.timestamp()), int(self.after(low).timestamp())

    def columns(self) -> str:
        return ", ".join(column.name for column in self.table.columns)


METER = Series(meter, "at", "%Y%m%d", lambda day: day + timedelta(days=1))
HOUR = Series(hour, "hour", "%Y%m", lambda month: (month + timedelta(days=31)).replace(day=1))


def existing(connection: Connection, of: Series) -> list[str]:
    """The tables of the spans that are there, oldest first."""
    if connection.dialect.name == "postgresql":
        found = connection.execute(
            text(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
                "WHERE i.inhparent = to_regclass(:name)"
            ),
            {"name": of.table.name},
        )
    else:
        found = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB :name"),
            {"name": f"{of.table.name}_[0-9]*"},
        )
    return sorted(found.scalars())


def between(connection: Connection, of: Series, low: int, high: int) -> list[str]:
    """Those that have a second from *low* to before *high*, oldest first."""
    names = []
    for name in existing(connection, of):
        begins, ends = of.bounds(name)
        if begins < high and ends > low:
            names.append(name)
    return names


def make(connection: Connection, of: Series, times: Iterable[int]) -> None:
    """Makes those tables that rows of the *times* need and that are not there yet."""
    wanted = {of.name(at) for at in times}
    if not wanted or wanted <= set(existing(connection, of)):
        return
    if connection.dialect.name == "postgresql":
        # another receiver may be making the same one: who comes second then finds it
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MAKING})
    for name in sorted(wanted - set(existing(connection, of))):
        _make(connection, of, name)


def _make(connection: Connection, of: Series, name: str) -> None:
    if connection.dialect.name == "postgresql":
        low, high = of.bounds(name)
        connection.execute(text(f"CREATE TABLE {name} (LIKE {of.table.name})"))
        connection.execute(
            text(f"ALTER TABLE {of.table.name} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})")
        )
        return
    own = of.table.to_metadata(type(series)(naming_convention=series.naming_convention), name=name)
    connection.execute(CreateTable(own))


def drop_before(connection: Connection, of: Series, limit: int) -> str:
    """Drops the oldest table if all of it is before *limit*: at most one, so that a turn is short.

    The name of the table that was dropped; empty where there is none, or where somebody reads it at the moment.
    """
    names = existing(connection, of)
    if not names or of.bounds(names[0])[1] > limit:
        return ""
    if connection.dialect.name != "postgresql":
        connection.execute(text(f"DROP TABLE {names[0]}"))
        return names[0]
    try:
        with connection.begin_nested():
            connection.execute(text(f"SET LOCAL lock_timeout = {DROP_WAIT_MS}"))
            # the whole first, as its readers do: the other way round two would wait for each other
            connection.execute(text(f"LOCK TABLE {of.table.name} IN ACCESS EXCLUSIVE MODE"))
            connection.execute(text(f"DROP TABLE {names[0]}"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") == _LOCKED:
            return ""
        raise
    return names[0]
