"""Lists the alarms of the store: those that are their own cause, the worst first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms import life
from host_tools.city.alarms.alarm import Alarm
from host_tools.city.alarms.book_store import row_of
from host_tools.city.alarms.severity import NAMES
from host_tools.city.store.alarm_tables import alarm, alarm_event, quiet


@dataclass(frozen=True)
class Wanted:
    """Which alarms; empty is "all".  ``closed``: how many closed ones, the latest."""

    poles: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    closed: int = 0


@dataclass(frozen=True)
class StoredAlarm:
    """An alarm of the store, with what people did.  ``effects``: the alarms that it swallows, KIND/NAME."""

    row: RowMapping
    effects: tuple[str, ...] = ()
    quiet_until: int | None = None

    @property
    def state(self) -> str:
        return life.state(self.row)

    @property
    def alarm(self) -> Alarm:
        """What the pole or the street says of it."""
        row = row_of(self.row)
        evidence = dict(row.evidence)
        if self.effects:
            evidence["effects"] = [one.partition("/")[0] for one in self.effects]
        ended = row.ended if row.ended is not None else (self.row["closed"] if self.state == life.CLOSED else None)
        since = None if row.earlier else row.began
        return Alarm(
            row.kind,
            row.name,
            since,
            ended,
            row.poles,
            evidence,
            row.cause,
            row.carry,
            row.times,
            row.chatter,
            row.severity,
        )

    def as_json(self) -> dict[str, Any]:
        row = self.row
        return {
            **self.alarm.as_json(), "number": row["id"], "severity": NAMES[row["severity"]], "state": self.state,
            "lastBegan": row["last_began"], "received": row["received"], "closedBy": life.closed_by(row),
            "acknowledged": row["acknowledged"], "acknowledgedBy": row["acknowledged_by"],
            "assigned": row["assigned"], "assignedTo": row["assigned_to"], "mended": row["mended"],
            "mendedBy": row["mended_by"], "person": row["closed_by"], "reason": row["close_reason"],
            "note": row["note"], "order": row["work_order"], "quietUntil": self.quiet_until,
            "swallows": list(self.effects),
        }  # fmt: skip


def listed(connection: Connection, wanted: Wanted, now: int) -> list[StoredAlarm]:
    """The *wanted* alarms at *now* (Unix s): the open ones by severity and time, then the latest closed ones."""
    select = sa.select(alarm).where(life.is_own())
    if wanted.kinds:
        select = select.where(alarm.c.kind.in_(wanted.kinds))
    order = alarm.c.severity, alarm.c.began, alarm.c.kind, alarm.c.name
    rows = list(connection.execute(select.where(life.is_open()).order_by(*order)).mappings())
    if wanted.closed:
        over = sa.func.coalesce(alarm.c.ended, alarm.c.closed)
        closed = select.where(~life.is_open()).order_by(over.desc(), alarm.c.id.desc())
        found = (row for row in connection.execute(closed).mappings() if _concerns(row, wanted.poles))
        rows += [row for _number, row in zip(range(wanted.closed), found, strict=False)]
    rows = [row for row in rows if _concerns(row, wanted.poles)]
    effects: dict[str, list[str]] = {}
    swallowed = sa.select(alarm.c.kind, alarm.c.name, alarm.c.swallowed_by).where(
        life.is_open(), alarm.c.swallowed_by != ""
    )
    for kind, name, by in connection.execute(swallowed):
        effects.setdefault(by, []).append(f"{kind}/{name}")
    quiets = quiets_at(connection, now)
    return [_stored(row, effects, quiets) for row in rows]


def history_of(connection: Connection, number: int) -> list[RowMapping]:
    """What happened to the alarm *number*, in order."""
    select = sa.select(alarm_event).where(alarm_event.c.alarm == number).order_by(alarm_event.c.id)
    return list(connection.execute(select).mappings())


def quiets_at(connection: Connection, now: int) -> list[RowMapping]:
    """What is quiet at *now* (Unix s)."""
    select = sa.select(quiet).where(quiet.c.begins <= now, quiet.c.ends > now).order_by(quiet.c.ends)
    return list(connection.execute(select).mappings())


def quiet_until(
    quiets: Sequence[RowMapping], kind: str, name: str, poles: Sequence[str], groups: frozenset[str] = frozenset()
) -> int | None:  # fmt: skip
    """Until when an alarm is quiet by *quiets*; None where it is not.  *groups* are those that all its poles are in."""
    ends = [
        one["ends"]
        for one in quiets
        if one["kind"] in ("", kind) and (one["scope"] in ("", name, *groups) or {one["scope"]} == set(poles))
    ]
    return max(ends, default=None)


def _concerns(row: RowMapping, poles: frozenset[str]) -> bool:
    return not poles or bool(poles & set(json.loads(row["poles"])))


def _stored(row: RowMapping, effects: dict[str, list[str]], quiets: Sequence[RowMapping]) -> StoredAlarm:
    own = effects.get(f"{row['kind']}/{row['name']}", []) if row["ended"] is None else []
    until = quiet_until(quiets, row["kind"], row["name"], json.loads(row["poles"]))
    return StoredAlarm(row, tuple(sorted(own)), until)
