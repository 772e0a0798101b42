"""The outbox in the store: notices are put there once, taken when they are due, and kept with what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.notify.notices import Notice
from host_tools.city.store.alarm_tables import alarm as alarm_table
from host_tools.city.store.alarm_tables import notice

LEASE_S = 180  # a notice that was taken and of which nothing was heard is due again after that
FIRST_S, LONGEST_S = 30, 3600  # between two tries
MOST_TRIES = 80  # in three days
AT_ONCE = 200

_WAITING = notice.c.sent.is_(None) & notice.c.dropped.is_(None)


def put(connection: Connection, notices: Iterable[Notice]) -> None:
    """Puts *notices* into the outbox; one that is there already stays as it is."""
    rows = [asdict(one) for one in notices]
    if rows:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert(notice).on_conflict_do_nothing(index_elements=["key"]), rows)


def is_due(connection: Connection, now: int) -> bool:
    """Whether there is a notice to be taken at *now* (Unix s)."""
    return connection.execute(sa.select(notice.c.id).where(_WAITING, notice.c.due <= now).limit(1)).first() is not None


def take(connection: Connection, now: int) -> list[RowMapping]:
    """Takes the notices that are due at *now* (Unix s): no other sender gets them within LEASE_S."""
    due = sa.select(notice).where(_WAITING, notice.c.due <= now).order_by(notice.c.due, notice.c.id).limit(AT_ONCE)
    out = []
    for row in connection.execute(due).mappings().all():
        mine = notice.c.id == row["id"], notice.c.due == row["due"], _WAITING
        taken = connection.execute(sa.update(notice).where(*mine).values(due=now + LEASE_S, tries=row["tries"] + 1))
        if taken.rowcount == 1:
            out.append(row)
    return out


def sent(connection: Connection, ids: Iterable[int], now: int) -> None:
    connection.execute(sa.update(notice).where(notice.c.id.in_(list(ids))).values(sent=now, error=None))


def dropped(connection: Connection, id_: int, why: str) -> None:
    connection.execute(sa.update(notice).where(notice.c.id == id_).values(dropped=why))


def postponed(connection: Connection, row: RowMapping, until: int) -> None:
    """The notice *row* waits until *until* (Unix s), and that it was taken does not count as a try."""
    connection.execute(sa.update(notice).where(notice.c.id == row["id"]).values(due=until, tries=row["tries"]))


def failed(connection: Connection, rows: Iterable[RowMapping], now: int, why: str) -> None:
    """The notices *rows*, as they were taken, could not be sent at *now* (Unix s)."""
    for row in rows:
        wait = min(LONGEST_S, FIRST_S * 2 ** min(row["tries"], 10))
        values: dict[str, object] = {"due": now + wait, "error": why}
        if row["tries"] + 1 >= MOST_TRIES:
            values["dropped"] = f"given up: {why}"
        connection.execute(sa.update(notice).where(notice.c.id == row["id"]).values(values))


def forget(connection: Connection, before: int) -> None:
    """Removes notices that were due before *before* (Unix s) and were sent or dropped."""
    connection.execute(sa.delete(notice).where(notice.c.due < before, ~_WAITING))


def was_sent(connection: Connection, alarm: int, channel: str) -> bool:
    """Whether *channel* was sent anything of *alarm*: only then it is told of its end."""
    own = sa.select(alarm_table.c.id).where((alarm_table.c.id == alarm) | (alarm_table.c.merged_into == alarm))
    sent_there = notice.c.alarm.in_(own), notice.c.channel == channel, notice.c.sent.is_not(None)
    return connection.execute(sa.select(notice.c.id).where(*sent_there).limit(1)).first() is not None


def waiting(connection: Connection) -> int:
    """How many notices were tried and could not be sent yet."""
    late = sa.select(sa.func.count()).select_from(notice).where(_WAITING, notice.c.error.is_not(None))
    return int(connection.execute(late).scalar_one())
