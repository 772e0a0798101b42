"""What a person had before his eyes when he acted, so that of two who act on one alarm the second is told.

A mark changes with what people did and whether the alarm is open, not with each figure that a pole sends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms import life
from host_tools.city.alarms.listing import history_of
from host_tools.city.store.alarm_tables import alarm
from host_tools.language.refusal import Refusal

_BY_PEOPLE = (
    "acknowledged", "acknowledged_by", "assigned", "assigned_to", "mended", "closed", "note", "work_order",
    "merged_into",
)  # fmt: skip
LENGTH = 12


class Changed(Refusal):
    """Another person, or the pole's proof, was quicker.  *who*, *what*, *at* (Unix s): the last that was done."""

    def __init__(self, number: int, called: str, what: str, who: str, at: int) -> None:
        super().__init__(
            "alarms.changed_by" if who else "alarms.changed", number=number, called=called, what=what, who=who
        )
        self.number, self.called, self.what, self.who, self.at = number, called, what, who, at


def mark(row: Mapping[Any, Any]) -> str:
    """Of the alarm in *row*, by the columns of its table."""
    said = [life.state(row), *(row[name] for name in _BY_PEOPLE)]  # type: ignore[arg-type]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:LENGTH]


def check_unchanged(connection: Connection, marks: Mapping[int, str]) -> None:
    """Raises Changed where an alarm of *marks* {number: mark} is no longer as it was; locks those rows."""
    found = sa.select(alarm).where(alarm.c.id.in_(list(marks))).order_by(alarm.c.id).with_for_update()
    for row in connection.execute(found).mappings():
        if mark(row) != marks[row["id"]]:
            last = history_of(connection, row["id"])[-1:]
            what, who, at = (last[0]["what"], last[0]["who"], last[0]["at"]) if last else (life.state(row), "", 0)
            raise Changed(row["id"], f"{row['kind']}/{row['name']}", what, who, at)
