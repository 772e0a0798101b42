"""Prints the alarms that the store keeps, for `diya alarms`."""

from __future__ import annotations

from collections.abc import Iterable

import click
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms import text_lines as words
from host_tools.city.alarms.listing import StoredAlarm, Wanted, listed
from host_tools.city.correlation.text import moment
from host_tools.city.record.query import Reader
from host_tools.city.store.alarm_tables import alarm
from host_tools.text import safe

STAMPS = (("acknowledged", "acknowledged_by"), ("assigned", "assigned_to"), ("mended", "mended_by"))


def keeps_alarms(connection: Connection) -> bool:
    """Whether the receiver of this store has kept an alarm in it."""
    if not sa.inspect(connection).has_table("alarm"):
        return False
    return connection.execute(sa.select(alarm.c.id).limit(1)).first() is not None


def stored(reader: Reader, poles: Iterable[str], kinds: Iterable[str], closed: int, now: int) -> list[StoredAlarm]:
    """The open alarms at *now* (Unix s) and the latest *closed* ones, of these *poles* and *kinds*; empty is "all"."""
    return listed(reader.connection, Wanted(frozenset(poles), frozenset(kinds), closed), now)


def say(shown: list[StoredAlarm], now: int, reader: Reader) -> None:
    """Print *shown* at *now* (Unix s)."""
    click.echo(words.head([one.alarm for one in shown], now, reader.zone))
    for one in shown:
        click.echo("")
        for line in words.lines(one.alarm, now, reader.zone):
            click.echo(line)
        click.echo(safe(f"          {_life(one, reader)}"))


def _life(one: StoredAlarm, reader: Reader) -> str:
    """`number 12: assigned; acknowledged by Asha 2026-11-24 20:30, assigned to crew 2 2026-11-24 20:41`."""
    row = one.row
    told = []
    for at, who in STAMPS:
        if row[at] is not None and row[at] >= row["last_began"]:
            told.append(f"{at} {'to' if at == 'assigned' else 'by'} {row[who]} {moment(row[at], reader.zone)}")
    if row["closed"] is not None and row["closed"] >= row["last_began"]:
        told.append(f"closed by {row['closed_by']}: {row['close_reason']}")
    elif row["ended"] is not None:
        told.append(f"proof: {row['proof']}")
    if row["work_order"] is not None:
        told.append(f"order {row['work_order']}")
    if one.quiet_until is not None:
        told.append(f"quiet until {moment(one.quiet_until, reader.zone)}")
    if row["note"]:
        told.append(f"note: {row['note']}")
    return f"number {row['id']}: {one.state}{'; ' if told else ''}{', '.join(told)}"
