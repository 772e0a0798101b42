"""Reads the alarms of a month for the ledger: those that are their own cause, and those of supply and theft."""

from __future__ import annotations

import json
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms import life
from host_tools.city.ledger.repairs import Fault
from host_tools.city.store.alarm_tables import alarm

SUPPLY = (
    "feederOutage", "supplyLoss", "supplyVoltageTooLow", "supplyVoltageTooHigh", "currentTooHigh", "leakageDetected",
)  # fmt: skip


def faults(connection: Connection, begins: int, ends: int, kinds: Collection[str] = ()) -> list[Fault]:
    """The alarms that went on at any time from *begins* to before *ends* (Unix s), of *kinds* (none: all), by begin.

    One that a person closed counts as ended then; proof is asked for where a pole is heard (`alarms/proof.py`).
    """
    over = sa.func.coalesce(alarm.c.ended, alarm.c.closed)
    chosen = sa.select(alarm).where(life.is_own(), alarm.c.began < ends).where(sa.or_(over.is_(None), over >= begins))
    if kinds:
        chosen = chosen.where(alarm.c.kind.in_(list(kinds)))
    out = []
    for row in connection.execute(chosen.order_by(alarm.c.began, alarm.c.id)).mappings():
        ended = row["ended"]
        if ended is None and life.state(row) == life.CLOSED:
            ended = row["closed"]
        out.append(
            Fault(
                row["id"], row["kind"], row["name"], row["severity"], row["began"], ended,
                tuple(str(one) for one in json.loads(row["poles"])),
            )
        )  # fmt: skip
    return out
