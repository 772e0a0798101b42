"""Reads and writes an AlarmBook in the store, in the transaction of the messages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms.batch import Batch, Changes, Key, Seen
from host_tools.city.alarms.book import AlarmBook
from host_tools.city.alarms.line import Line
from host_tools.city.alarms.notes import CONCLUSIONS
from host_tools.city.alarms.reported import reported_turns
from host_tools.city.alarms.row import MERGED, Row
from host_tools.city.alarms.rules import Rules
from host_tools.city.alarms.turns import Turn, turn
from host_tools.city.correlation.fault import KINDS
from host_tools.city.store import bulk
from host_tools.city.store.alarm_tables import alarm, alarm_event
from host_tools.city.store.tables import event, pole, revision
from host_tools.wire.chatter import Chatter
from host_tools.wire.journal import compact

AT_ONCE = 400  # names in one question
STREET_S = 30 * 86400  # for so long an alarm of the street stays in memory after its end
# pairs of time and person, of which the later one counts where two alarms turn out to be one
PEOPLE = (
    ("acknowledged", "acknowledged_by"), ("assigned", "assigned_to"), ("mended", "mended_by"),
    ("closed", "closed_by", "close_reason"),
)  # fmt: skip


def load(connection: Connection, rules: Rules, now: int, zone: str = "") -> AlarmBook:
    """The alarms of *zone* as they are in the store at *now* (Unix s)."""
    mine = (alarm.c.zone == zone) & alarm.c.merged_into.is_(None)
    street = alarm.c.kind.in_(KINDS)
    going_on = connection.execute(sa.select(alarm).where(mine, ~street, alarm.c.ended.is_(None))).mappings()
    lately = alarm.c.ended.is_(None) | (alarm.c.ended > now - STREET_S)
    of_street = connection.execute(sa.select(alarm).where(mine, street, lately)).mappings()
    said = connection.execute(
        sa.select(pole.c.name, pole.c.state, pole.c.state_at).where(pole.c.zone == zone, pole.c.state.is_not(None))
    )
    states = [one for name, text, at in said if (one := _seen(name, text, at)) is not None]
    book = AlarmBook(rules, map(row_of, going_on), map(row_of, of_street), states)
    book.revision = connection.execute(sa.select(revision.c.number)).scalar_one()
    return book


def fetch(connection: Connection, book: AlarmBook, batch: Batch) -> set[Key]:
    """Read into *book* the lines that *batch* needs and that are not in memory, and what people closed meanwhile.

    The lines that it needs.
    """
    _closings(connection, book)
    needed = book.needed(batch)
    older = {(one.pole, one.kind) for one in batch.turns if _is_older(book, one)}
    new = {key for key in needed if key not in book.lines} | older
    if not new:
        return needed
    rows: dict[Key, list[RowMapping]] = defaultdict(list)
    for one in _of(connection, sa.select(alarm), alarm.c.name, alarm.c.kind, new):
        if (one["name"], one["kind"]) in new:
            rows[one["name"], one["kind"]].append(one)
    turns = _turns(connection, new)
    for key in new:
        own = rows.get(key, ())
        closings = frozenset(one["closed"] for one in own if one["closed"] is not None)
        kept = [row_of(one) for one in own if one["merged_into"] is None]
        book.lines[key] = Line(*key, closings=closings, rows=kept).with_turns(turns.get(key, ()))
    return needed


def _closings(connection: Connection, book: AlarmBook) -> None:
    """Tell *book* of the alarms that people have closed since it last asked."""
    now = connection.execute(sa.select(revision.c.number)).scalar_one()
    if now == book.revision:
        return
    closed = sa.select(alarm.c.id, alarm.c.kind, alarm.c.name, alarm.c.closed)
    for number, kind, name, at in connection.execute(
        closed.where(alarm.c.rev > book.revision, alarm.c.closed.is_not(None))
    ):
        book.closed_by_hand(number, kind, name, at)
    book.revision = now


def keys_without_alarms(connection: Connection, zone: str) -> Iterator[set[Key]]:
    """Poles of *zone* with the kinds of their events, some at once; none where the store has an alarm already."""
    if connection.execute(sa.select(alarm.c.id).where(alarm.c.zone == zone).limit(1)).first() is not None:
        return
    kinds = sa.select(pole.c.name, event.c.event_type).select_from(event.join(pole, event.c.pole == pole.c.id))
    found = connection.execute(kinds.where(pole.c.zone == zone).distinct()).all()
    for start in range(0, len(found), AT_ONCE):
        yield {(name, kind) for name, kind in found[start : start + AT_ONCE]}


def turns_of(connection: Connection, keys: set[Key]) -> list[Turn]:
    """All turns of *keys* that the store has."""
    return [one for own in _turns(connection, keys).values() for one in own]


def write(connection: Connection, changes: Changes, now: int, rev: int = 0, zone: str = "") -> None:
    """Write *changes* at *now* (Unix s) under the revision *rev*, and give new rows their ids."""
    new = [row for row in changes.rows if not row.id]
    known = [row for row in changes.rows if row.id]
    if new:
        ids = connection.execute(
            sa.insert(alarm).returning(alarm.c.id, sort_by_parameter_order=True),
            [{**_values(row), "zone": zone, "closed": row.closed, "rev": rev} for row in new],
        ).scalars()
        for row, id_ in zip(new, ids, strict=True):
            row.id = id_
    old = [{"id": row.id, **_values(row), "rev": rev} for row in known]
    if old:
        columns = [name for name in old[0] if name != "id"]
        bulk.update(connection, alarm, ("id",), columns, [tuple(one.values()) for one in old])
    for gone, into in changes.merges:
        _merge(connection, gone.id, into.id, rev)
    notes = [(one.row.id, one.at, one.what, one.text) for one in changes.notes]
    notes += [(gone.id, now, MERGED, str(into.id)) for gone, into in changes.merges]
    bulk.insert(connection, alarm_event, ("alarm", "at", "what", "text"), notes)


def _merge(connection: Connection, gone: int, into: int, rev: int) -> None:
    """What people did to the alarm *gone* counts for the alarm *into* of which it is a part, where it is newer."""
    both = {
        one["id"]: one
        for one in connection.execute(sa.select(alarm).where(alarm.c.id.in_((gone, into)))).mappings()
    }  # fmt: skip
    values: dict[str, Any] = {"rev": rev}
    for columns in PEOPLE:
        if (both[gone][columns[0]] or 0) > (both[into][columns[0]] or 0):
            values |= {name: both[gone][name] for name in columns}
    for name in ("note", "work_order"):
        values[name] = both[into][name] or both[gone][name]
    connection.execute(sa.update(alarm).where(alarm.c.id == into).values(values))
    connection.execute(sa.update(alarm).where(alarm.c.id == gone).values(merged_into=into, rev=rev))


def _is_older(book: AlarmBook, one: Turn) -> bool:
    line = book.lines.get((one.pole, one.kind))
    return line is not None and line.is_older(one)


def _turns(connection: Connection, keys: set[Key]) -> dict[Key, list[Turn]]:
    """All turns of *keys* that the store has."""
    out: dict[Key, list[Turn]] = defaultdict(list)
    columns = (
        pole.c.name, event.c.event_type.label("kind"), event.c.timestamp, event.c.starts, event.c.epoch,
        event.c.sequence, event.c.received_at, event.c.attributes,
    )  # fmt: skip
    events = sa.select(*columns).select_from(event.join(pole, event.c.pole == pole.c.id))
    for one in _of(connection, events, pole.c.name, event.c.event_type, keys):
        key = one["name"], one["kind"]
        if key in keys:
            out[key].append(
                turn(
                    *key,
                    one["timestamp"],
                    one["starts"],
                    one["epoch"],
                    one["sequence"],
                    one["received_at"],
                    _mapping(one["attributes"]),
                )
            )
    concluded = (
        sa.select(alarm.c.name, alarm.c.kind, alarm_event.c.at, alarm_event.c.what)
        .select_from(alarm_event.join(alarm, alarm_event.c.alarm == alarm.c.id))
        .where(alarm_event.c.what.in_(CONCLUSIONS))
    )
    for one in _of(connection, concluded, alarm.c.name, alarm.c.kind, keys):
        key = one["name"], one["kind"]
        epoch, begins = CONCLUSIONS[one["what"]]
        if key in keys:
            out[key].append(Turn(*key, one["at"], begins, epoch, one["at"], one["at"]))
    for said in reported_turns(connection, keys):
        out[said.pole, said.kind].append(said)
    return out


def _of(
    connection: Connection, select: sa.Select[Any], name: sa.ColumnElement[Any], kind: sa.ColumnElement[Any],
    keys: Iterable[Key],
) -> Iterator[RowMapping]:  # fmt: skip
    """The rows of *select* whose pole and kind may be among *keys*."""
    kinds = sorted({key[1] for key in keys})
    names = sorted({key[0] for key in keys})
    for start in range(0, len(names), AT_ONCE):
        where = select.where(name.in_(names[start : start + AT_ONCE]), kind.in_(kinds))
        yield from connection.execute(where).mappings()


def _values(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind, "name": row.name, "severity": row.severity, "began": row.began, "earlier": row.earlier,
        "last_began": row.last_began, "ended": row.ended, "proof": row.proof, "times": row.times,
        "received": row.received, "poles": json.dumps(row.poles), "evidence": compact(row.evidence) or "{}",
        "chatter": None if row.chatter is None else json.dumps(row.chatter.as_json()), "cause": row.cause,
        "carry": row.carry, "swallowed_by": row.swallowed_by,
    }  # fmt: skip


def row_of(one: RowMapping) -> Row:
    """The alarm in the row *one* of the table."""
    told = _mapping(one["chatter"] or "{}")
    chatter = Chatter(told["count"], told["from"], told["to"], told["present"]) if told else None
    return Row(
        one["kind"], one["name"], one["severity"], one["began"], bool(one["earlier"]), one["last_began"], one["ended"],
        one["proof"], one["times"], one["received"], tuple(json.loads(one["poles"])), _mapping(one["evidence"]),
        chatter, one["cause"], one["carry"], one["swallowed_by"], one["closed"], one["id"],
    )  # fmt: skip


def _seen(name: str, text: str, at: int | None) -> Seen | None:
    values = _mapping(text)
    said, faults, level = values.get("at"), values.get("faults"), values.get("level")
    when = said if isinstance(said, int) else at
    if when is None:
        return None
    listed = frozenset(one for one in faults if isinstance(one, str)) if isinstance(faults, list) else None
    return Seen(name, when, listed, level if isinstance(level, int) else None)


def _mapping(text: str) -> dict[str, Any]:
    values = json.loads(text)
    return values if isinstance(values, dict) else {}
