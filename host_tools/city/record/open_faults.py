"""Finds the open faults in the record: events that began and did not end, and the lists in the poles' last states.

A state that is newer than an event decides: the end of a fault may be among the events that are missing, and one
that began before the record was made is in no event at all.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.engine import Connection

from host_tools.city.alarms.alarm import Heard
from host_tools.city.record.believed_times import believed
from host_tools.city.record.silence import EPOCH
from host_tools.city.store.tables import event, journal, pole
from host_tools.wire.chatter import Chatter, chatter_of, together
from pole.health.event_types import EVENT_TYPES

_FROM = event.join(pole, pole.c.id == event.c.pole).outerjoin(
    journal, and_(journal.c.pole == event.c.pole, journal.c.epoch == event.c.epoch)
)
_PLACE = func.coalesce(journal.c.id, 0) * 2147483648 + event.c.sequence  # in the order a pole raised them


def open_faults(connection: Connection) -> list[Heard]:
    """The open faults of every pole, by pole and type."""
    at = believed(connection).at()
    alike = event.c.pole, event.c.event_type
    newest = func.row_number().over(partition_by=alike, order_by=_PLACE.desc()).label("newest")
    told = (
        select(pole.c.name, event.c.event_type, at.label("at"), event.c.attributes, event.c.starts, newest)
        .select_from(_FROM)
        .where(event.c.starts.isnot(None), event.c.epoch != EPOCH)
        .subquery()
    )
    last = select(told.c.name, told.c.event_type, told.c.at, told.c.attributes).where(told.c.newest == 1, told.c.starts)
    began = {(name, kind): (since, text) for name, kind, since, text in connection.execute(last)}
    out = []
    states = select(pole.c.name, pole.c.state, pole.c.state_at).where(pole.c.state.isnot(None))
    for name, state, said in connection.execute(states):
        listed = json.loads(state).get("faults")
        if not isinstance(listed, list):
            continue  # the state has no list
        for kind in EVENT_TYPES:
            found = began.get((name, kind))
            if found and kind not in listed and found[0] < said:
                del began[name, kind]
            elif not found and kind in listed:
                out.append(Heard(name, kind, None))
    for (name, kind), (since, text) in began.items():
        evidence = _attributes(text)
        first, chatter = _chatter(connection, name, kind) if chatter_of(evidence, True) else (since, None)
        out.append(Heard(name, kind, first or since, None, evidence, chatter))
    return sorted(out, key=lambda one: (one.pole, one.type))


def closed_faults(connection: Connection, most: int) -> list[Heard]:
    """The *most* faults that ended last, the newest first."""
    at = believed(connection).at()
    ends = (
        select(pole.c.name, event.c.event_type, at, event.c.pole, event.c.epoch, event.c.sequence, event.c.attributes,
               _PLACE)
        .select_from(_FROM)
        .where(event.c.starts.is_(False), event.c.epoch != EPOCH)
        .order_by(at.desc(), event.c.arrival.desc())
        .limit(most)
    )  # fmt: skip
    out = []
    for name, kind, ended, owner, epoch, sequence, text, place in connection.execute(ends).all():
        begin = (
            select(at, event.c.attributes)
            .where(
                event.c.pole == owner, event.c.epoch == epoch, event.c.sequence < sequence,
                event.c.event_type == kind, event.c.starts,
            )
            .order_by(event.c.sequence.desc())
            .limit(1)
        )  # fmt: skip
        start = connection.execute(begin).first()
        begins, evidence = (start[0], _attributes(start[1])) if start else (None, {})
        chatter = chatter_of(_attributes(text), False)
        if chatter:
            first, chatter = _chatter(connection, name, kind, place >= _PLACE)
            begins = first or begins
        out.append(Heard(name, kind, begins, ended, evidence, chatter))
    return out


def _chatter(
    connection: Connection, name: str, kind: str, until: ColumnElement[bool] | None = None
) -> tuple[int | None, Chatter | None]:  # fmt: skip
    """Since when *kind* of pole *name* chatters, and how, by its last events for which *until* is true."""
    told = (
        select(event.c.starts, believed(connection).at(), event.c.attributes)
        .select_from(_FROM)
        .where(
            pole.c.name == name, event.c.event_type == kind, event.c.epoch != EPOCH, event.c.starts.isnot(None),
            true() if until is None else until,
        )
        .order_by(_PLACE.desc())
    )  # fmt: skip
    first: int | None = None
    said: list[Chatter] = []
    for place, (starts, at, text) in enumerate(connection.execute(told)):
        one = chatter_of(_attributes(text), bool(starts))
        if place and not starts and (one or not said or said[-1].first is None or at < said[-1].first):
            break  # the end of another time
        if one:
            said.append(one)
        if starts:
            first = at
    said.reverse()
    firsts = [one.first for one in said if one.first is not None] + ([] if first is None else [first])
    return min(firsts, default=None), together(said)


def _attributes(text: str) -> dict[str, Any]:
    values = json.loads(text)
    return values if isinstance(values, dict) else {}
