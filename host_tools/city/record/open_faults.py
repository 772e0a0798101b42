"""Finds the open faults in the record: events that began and did not end, and the lists in the poles' last states.

A state that is newer than an event decides: the end of a fault may be among the events that are missing, and one
that began before the record was made is in no event at all.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from host_tools.city.alarms.alarm import Heard
from host_tools.city.record.believed_times import believed
from host_tools.city.record.silence import EPOCH
from host_tools.wire.chatter import Chatter, chatter_of, together
from pole.health.event_types import EVENT_TYPES

_JOIN = "FROM event LEFT JOIN epoch ON epoch.pole = event.pole AND epoch.epoch = event.epoch"
_PLACE = "coalesce(epoch.number, 0) * 2147483648 + event.sequence"  # in the order a pole raised them


def open_faults(db: sqlite3.Connection) -> list[Heard]:
    """The open faults of every pole, by pole and type."""
    at = believed(db).at()
    rows = db.execute(
        f"SELECT event.pole, event.eventType, {at}, event.attributes, event.startEndFlag, max({_PLACE}) {_JOIN}"
        " WHERE event.startEndFlag IS NOT NULL AND event.epoch != ? GROUP BY event.pole, event.eventType",
        (EPOCH,),
    )
    began = {(pole, kind): (since, text) for pole, kind, since, text, starts, _place in rows if starts}
    out = []
    for pole, state, said in db.execute("SELECT name, state, stateAt FROM pole WHERE state IS NOT NULL"):
        listed = json.loads(state).get("faults")
        if not isinstance(listed, list):
            continue  # the state has no list
        for kind in EVENT_TYPES:
            event = began.get((pole, kind))
            if event and kind not in listed and event[0] < said:
                del began[pole, kind]
            elif not event and kind in listed:
                out.append(Heard(pole, kind, None))
    for (pole, kind), (since, text) in began.items():
        evidence = _attributes(text)
        first, chatter = _chatter(db, pole, kind) if chatter_of(evidence, True) else (since, None)
        out.append(Heard(pole, kind, first or since, None, evidence, chatter))
    return sorted(out, key=lambda one: (one.pole, one.type))


def closed_faults(db: sqlite3.Connection, most: int) -> list[Heard]:
    """The *most* faults that ended last, the newest first."""
    at = believed(db).at()
    rows = db.execute(
        f"SELECT event.pole, event.eventType, {at}, event.epoch, event.sequence, event.attributes, {_PLACE} {_JOIN}"
        f" WHERE event.startEndFlag = 0 AND event.epoch != ? ORDER BY {at} DESC, event.arrival DESC LIMIT ?",
        (EPOCH, most),
    ).fetchall()
    out = []
    for pole, kind, ended, epoch, sequence, text, place in rows:
        start = db.execute(
            f"SELECT {at}, attributes FROM event WHERE pole = ? AND epoch = ? AND sequence < ? AND eventType = ?"
            " AND startEndFlag = 1 ORDER BY sequence DESC LIMIT 1",
            (pole, epoch, sequence, kind),
        ).fetchone()
        begins, evidence = (start[0], _attributes(start[1])) if start else (None, {})
        chatter = chatter_of(_attributes(text), False)
        if chatter:
            first, chatter = _chatter(db, pole, kind, f"{_PLACE} <= {place}")
            begins = first or begins
        out.append(Heard(pole, kind, begins, ended, evidence, chatter))
    return out


def _chatter(
    db: sqlite3.Connection, pole: str, kind: str, until: str = "1"
) -> tuple[int | None, Chatter | None]:  # fmt: skip
    """Since when *kind* of *pole* chatters, and how, by its last events for which *until* (SQL) is true."""
    rows = db.execute(
        f"SELECT event.startEndFlag, {believed(db).at()}, event.attributes {_JOIN} WHERE event.pole = ? AND"
        f" event.eventType = ? AND event.epoch != ? AND event.startEndFlag IS NOT NULL AND {until}"
        f" ORDER BY {_PLACE} DESC",
        (pole, kind, EPOCH),
    )
    first: int | None = None
    told: list[Chatter] = []
    for place, (starts, at, text) in enumerate(rows):
        one = chatter_of(_attributes(text), bool(starts))
        if place and not starts and (one or not told or told[-1].first is None or at < told[-1].first):
            break  # the end of another time
        if one:
            told.append(one)
        if starts:
            first = at
    told.reverse()
    firsts = [one.first for one in told if one.first is not None] + ([] if first is None else [first])
    return min(firsts, default=None), together(told)


def _attributes(text: str) -> dict[str, Any]:
    values = json.loads(text)
    return values if isinstance(values, dict) else {}
