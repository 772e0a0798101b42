"""Reads from the store what NGSI-LD's entities are made of."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms import life
from host_tools.city.doors.ngsi_entities import Seen
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.tables import pole, revision

_COLUMNS = (
    pole.c.name, pole.c.online, pole.c.failing, pole.c.seen, pole.c.state_at, pole.c.meter_at, pole.c.level,
    pole.c.target, pole.c.owner, pole.c.reason, pole.c.until, pole.c.meter, pole.c.rev,
    pole.c.switched_on, pole.c.switched_off,
)  # fmt: skip


def seen_of(connection: Connection) -> dict[str, Seen]:
    """Every pole that has reported, by its name."""
    kinds: dict[str, set[str]] = {}
    for kind, poles in connection.execute(sa.select(alarm.c.kind, alarm.c.poles).where(life.is_open())):
        for name in json.loads(poles):
            kinds.setdefault(name, set()).add(kind)
    out = {}
    for row in connection.execute(sa.select(*_COLUMNS)).mappings():
        heard = bool(row["online"]) and row["failing"] is None
        last = max((at for at in (row["seen"], row["state_at"], row["meter_at"]) if at is not None), default=None)
        if last is None:
            continue
        out[row["name"]] = Seen(
            row["level"], row["target"], row["owner"] or "", row["reason"] or "", row["until"], row["state_at"],
            row["meter_at"], _values(row["meter"]), frozenset(kinds.get(row["name"], ())), None if heard else last,
            row["rev"], row["switched_on"], row["switched_off"],
        )  # fmt: skip
    return out


def changed_since(connection: Connection, seen: int) -> set[str]:
    """The poles of which something, or an alarm, changed after the revision *seen*."""
    names = set(connection.execute(sa.select(pole.c.name).where(pole.c.rev > seen)).scalars())
    for poles in connection.execute(sa.select(alarm.c.poles).where(alarm.c.rev > seen)).scalars():
        names.update(json.loads(poles))
    return names


def revision_now(connection: Connection) -> int:
    """The store's revision."""
    return int(connection.execute(sa.select(revision.c.number)).scalar_one())


def _values(meter: str | None) -> dict[str, Any]:
    try:
        values = json.loads(meter or "{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
