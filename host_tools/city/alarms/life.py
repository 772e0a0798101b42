"""The life of an alarm: open, acknowledged, assigned, mended, closed; from what poles say and what people do.

What a person did counts until the alarm comes again: then it is open once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from host_tools.city.store.alarm_tables import alarm

OPEN, ACKNOWLEDGED, ASSIGNED, MENDED, CLOSED = "open", "acknowledged", "assigned", "mended", "closed"
BY_HAND = "person"  # what closed an alarm without proof


def state(row: RowMapping) -> str:
    """The state of the alarm in *row*, by the columns of its table."""
    if row["ended"] is not None or _counts(row, "closed"):
        return CLOSED
    for name in (MENDED, ASSIGNED, ACKNOWLEDGED):
        if _counts(row, name):
            return name
    return OPEN


def _counts(row: RowMapping, name: str) -> bool:
    return row[name] is not None and row[name] >= row["last_began"]


def closed_by(row: RowMapping) -> str:
    """What closed the alarm in *row*: ``event``, ``state``, ``power``, or ``person``; empty where it is not closed."""
    if row["ended"] is not None:
        return str(row["proof"])
    return BY_HAND if _counts(row, "closed") else ""


def is_open() -> sa.ColumnElement[bool]:
    """SQL: the alarm is neither proved to be over nor closed by a person."""
    by_hand = alarm.c.closed.is_not(None) & (alarm.c.closed >= alarm.c.last_began)
    return alarm.c.merged_into.is_(None) & alarm.c.ended.is_(None) & ~by_hand


def is_own() -> sa.ColumnElement[bool]:
    """SQL: the alarm is its own cause, and no other one explains or contains it."""
    return alarm.c.merged_into.is_(None) & (alarm.c.swallowed_by == "") & (alarm.c.proof != "superseded")
