"""Which nights are worked out once more: an event came late, or an alarm of the supply was made or changed since."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from host_tools.city.ledger.night import LONGEST_GAP_S
from host_tools.city.store import meters
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.local_time import LocalTime
from host_tools.city.store.meter_tables import night as night_table
from host_tools.city.store.meter_tables import night_due
from host_tools.city.store.night_evidence import DARK_TYPES
from host_tools.city.store.rolled_up import nights_counted_to, rolled_up_to, set_rolled_up_to
from host_tools.city.store.tables import event, pole
from host_tools.site.contract import FEEDER_OUTAGE, SUPPLY_LOSS

SEEN = "nightsSeenRevision"  # the revision up to which events and alarms were looked at, in the table ``receiver``
REACH_S = meters.RAW_DAYS * meters.DAY_S - LONGEST_GAP_S - meters.DAY_S  # the readings of an older night are dropped
MOST = 2000  # events in a turn
_SOME = 500  # poles in one question

Nights = set[tuple[date, int]]


def make_due(connection: Connection, changed: Nights) -> None:
    """Make those nights of *changed* due once more that were worked out: of no pole one from before it was heard."""
    poles = sorted({key for _night, key in changed})
    if not poles:
        return
    nights = [night for night, _key in changed]
    known: Nights = set()
    for first in range(0, len(poles), _SOME):
        had = sa.select(night_table.c.night, night_table.c.pole).where(
            night_table.c.pole.in_(poles[first : first + _SOME]), night_table.c.night.between(min(nights), max(nights))
        )  # fmt: skip
        known |= {(row.night, row.pole) for row in connection.execute(had)}
    if again := sorted(changed & known):
        engine = postgresql if connection.dialect.name == "postgresql" else sqlite
        insert = engine.insert(night_due).on_conflict_do_nothing()
        connection.execute(insert, [{"night": night, "pole": key} for night, key in again])


def note(connection: Connection, now: int, zone: str, local: LocalTime) -> bool:
    """Make the nights due that events and alarms written since the last call change; whether there may be more."""
    done = nights_counted_to(connection, zone)
    if done is None:
        return False
    seen = rolled_up_to(connection, zone, SEEN)
    events = _events(connection, zone, seen or 0)
    newest = connection.execute(sa.text("SELECT number FROM revision")).scalar_one()
    reached = events[-1].rev if len(events) >= MOST else newest
    if seen is not None and reached <= seen:
        return False
    changed: Nights = set()
    for row in events:
        if row.timestamp is not None:
            changed |= _nights(local, row.pole, row.timestamp - meters.DAY_S, done, done, now)
    for began, ended, keys in _alarms(connection, zone, seen or 0, reached):
        for key in keys:
            changed |= _nights(local, key, began, done if ended is None else ended, done, now)
    make_due(connection, changed)
    set_rolled_up_to(connection, zone, SEEN, reached)
    return len(events) >= MOST


def _events(connection: Connection, zone: str, seen: int) -> list[Any]:
    """Events of dark lamps of *zone* after revision *seen*; those of a revision together, however many."""
    wanted = (
        sa.select(event.c.pole, event.c.timestamp, event.c.rev).join(pole, pole.c.id == event.c.pole)
        .where(event.c.rev > seen, pole.c.zone == zone, event.c.event_type.in_(DARK_TYPES)).order_by(event.c.rev)
    )  # fmt: skip
    found = list(connection.execute(wanted.limit(MOST)))
    if len(found) == MOST:
        last = found[-1].rev
        same = wanted.where(event.c.rev == last)
        found = [row for row in found if row.rev < last] + list(connection.execute(same))
    return found


def _alarms(
    connection: Connection, zone: str, seen: int, reached: int
) -> Iterable[tuple[int, int | None, list[int]]]:  # fmt: skip
    chosen = sa.select(alarm.c.began, alarm.c.ended, alarm.c.poles).where(
        alarm.c.rev > seen, alarm.c.rev <= reached, alarm.c.kind.in_((FEEDER_OUTAGE, SUPPLY_LOSS))
    )
    for began, ended, listed in connection.execute(chosen).all():
        names = json.loads(listed)
        keys = sa.select(pole.c.id).where(pole.c.name.in_(names), pole.c.zone == zone)
        yield began, ended, list(connection.execute(keys).scalars())


def _nights(local: LocalTime, key: int, since: int, until: int, done: int, now: int) -> Nights:
    """The nights of the pole *key* that touch *since* to *until* and were worked out before *done*."""
    first = max(since, now - REACH_S)
    if first >= done or until < first:
        return set()
    day, last = local.night(first), local.night(max(first, min(until, done - 1)))
    return {(day + timedelta(days=number), key) for number in range((last - day).days + 1)}
