"""How far a work order is: its stops in driving order, each with its alarms and whether the crew was there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms import life
from host_tools.city.alarms.listing import StoredAlarm
from host_tools.city.alarms.work_orders import WorkOrder, no_order, order_in
from host_tools.city.store.alarm_tables import alarm, alarm_event, work_order

MOST = 300
MADE, VISITED, MENDED, DONE = "made", "visited", "mended", "done"
STATES = (MADE, VISITED, MENDED, DONE)
WAS_THERE = "visited"  # in alarm_event


@dataclass(frozen=True)
class Stop:
    """A pole of an order, its alarms, and when the crew was there (Unix s)."""

    pole: str
    alarms: tuple[StoredAlarm, ...]
    visited: int | None

    @property
    def state(self) -> str:
        return _state([one.state for one in self.alarms], self.visited)


@dataclass(frozen=True)
class Progress:
    """An order and its stops; *note* is the crew's or the operator's last word on it."""

    order: WorkOrder
    stops: tuple[Stop, ...]
    visited: int | None
    note: str
    states: tuple[str, ...]

    @property
    def state(self) -> str:
        return _state(self.states, self.visited)

    @property
    def closed(self) -> int:
        return sum(one == life.CLOSED for one in self.states)


def progress(connection: Connection, number: int) -> Progress:
    """Of the order called *number*.  Raises CommandError."""
    row = connection.execute(sa.select(work_order).where(work_order.c.id == number)).mappings().first()
    if row is None:
        raise no_order(number)
    return _progress(connection, [row])[0]


def listed_orders(connection: Connection, crew: str = "", most: int = MOST) -> list[Progress]:
    """The latest orders, the newest first: of *crew*, or of all."""
    select = sa.select(work_order).order_by(work_order.c.id.desc()).limit(most)
    rows = connection.execute(select.where(work_order.c.crew == crew) if crew else select).mappings().all()
    return _progress(connection, rows)


def _progress(connection: Connection, orders: Sequence[RowMapping]) -> list[Progress]:
    """Of the *orders* in these rows, in their order; the store is asked twice for all of them."""
    mine = alarm.c.work_order.in_([row["id"] for row in orders])
    given: dict[int, list[RowMapping]] = {}
    for row in connection.execute(sa.select(alarm).where(mine).order_by(alarm.c.severity, alarm.c.began)).mappings():
        given.setdefault(row["work_order"], []).append(row)
    seen = (
        sa.select(alarm.c.work_order, alarm_event.c.text, alarm_event.c.at)
        .join(alarm, alarm.c.id == alarm_event.c.alarm)
        .where(mine, alarm.c.merged_into.is_(None), alarm_event.c.what == WAS_THERE).order_by(alarm_event.c.id)
    )  # fmt: skip
    came: dict[int, list[tuple[str, int]]] = {}
    for number, text, at in connection.execute(seen):
        came.setdefault(number, []).append((text, at))
    return [_of_rows(row, given.get(row["id"], []), came.get(row["id"], [])) for row in orders]


def _of_rows(row: RowMapping, given: Sequence[RowMapping], came: Sequence[tuple[str, int]]) -> Progress:
    order = order_in(row, (one["id"] for one in given))
    alarms = [one for one in given if one["merged_into"] is None]
    visits = {text.partition(":")[0]: at for text, at in came if at >= order.made_at}
    of_pole: dict[str, list[StoredAlarm]] = {}
    for one in alarms:
        for name in json.loads(one["poles"]):
            of_pole.setdefault(name, []).append(StoredAlarm(one))
    stops = tuple(Stop(name, tuple(of_pole.get(name, ())), visits.get(name)) for name in order.poles)
    return Progress(order, stops, row["visited"], row["note"], tuple(life.state(one) for one in alarms))


def _state(states: Sequence[str], visited: int | None) -> str:
    if states and all(one == life.CLOSED for one in states):
        return DONE
    if states and all(one in (life.CLOSED, life.MENDED) for one in states):
        return MENDED
    return MADE if visited is None else VISITED
