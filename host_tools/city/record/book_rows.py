"""Writes what has changed in the receiver's book, in one transaction, and reads the book from the store."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.record.book import BIRTH, OFF, ON, STATE, Book, Changes, Entry, KeptJournal
from host_tools.city.record.journals import Gap, Gone, Journal
from host_tools.city.record.silence import Known
from host_tools.city.store import bulk, meters
from host_tools.city.store.database import raise_revision
from host_tools.city.store.local_time import LocalTime
from host_tools.city.store.tables import event, flashing, gap, gone, journal, pole, receiver, revision
from host_tools.wire.envelope import flash_nonce
from host_tools.wire.from_pole import Event
from host_tools.wire.journal import journal as told_journal

HEARD_AT = "heardAt"  # what the receiver remembers: the time of the last message (Unix s)

_EVENT = (
    "pole", "epoch", "sequence", "event_type", "starts", "timestamp", "replayed", "attributes", "received_at", "source",
    "rev",
)  # fmt: skip
_PRESENT = ("zone", "online", "seen", "failing", "outlived", "failures", "groups", "malformed", "conflicts", "rev")
_METER = "meter"
_LATEST = {
    BIRTH: ("birth", "birth_at"),
    STATE: ("state", "state_at", "level", "target", "owner", "reason", "until", "clock"),
    ON: ("switched_on",),
    OFF: ("switched_off",),
    _METER: ("meter", "meter_at", "power_dw", "energy_wh"),
}
_GAP = ("journal", "low", "high", "asked", "tries", "answered", "due")
_MOST = 500  # names or numbers in one question
_GONE = ("journal", "low", "high", "why")


def write(connection: Connection, zone: str, local: LocalTime, changes: Changes) -> tuple[meters.Written, int]:
    """Write *changes*, of the poles of *zone*, where the clock is *local*; what readings were kept, and the revision.

    The revision's row is locked from here to the commit, so what takes long and needs no revision is written before.
    """
    _add_poles(connection, zone, changes.poles.values())
    written = meters.Written()
    if changes.meters and changes.heard_at is not None:
        readings = [(one.entry.id, one.at, *one.columns, one.level) for one in changes.meters]
        written = meters.write(connection, readings, changes.heard_at, zone, local)
    _write_journals(connection, changes)
    flashed = [(one.id, *one.flashed) for one in changes.flashed.values()]
    bulk.replace(connection, flashing, ("pole",), ("nonce", "version"), flashed)
    if changes.heard_at is not None:
        remember(connection, zone, HEARD_AT, str(changes.heard_at))
    number = raise_revision(connection)
    bulk.insert(
        connection, event, _EVENT,
        [
            (one.entry.id, one.epoch, one.sequence, one.type, one.starts, one.timestamp, one.replayed, one.attributes,
             one.received_at, one.source, number)
            for one in changes.events
        ],
    )  # fmt: skip
    _compare(connection, changes.doubles)
    _update_poles(connection, zone, changes.poles.values(), number)
    return written, number


def read_book(connection: Connection, zone: str) -> Book:
    """The poles of *zone* as they are in the store."""
    return Book(_read(connection, pole.c.zone == zone))


def elsewhere(connection: Connection, zone: str, names: Iterable[str]) -> dict[str, Entry]:
    """Those poles of *names* that belong to another zone than *zone*."""
    wanted, found = list(names), {}
    for first in range(0, len(wanted), _MOST):
        some = pole.c.name.in_(wanted[first : first + _MOST])
        found.update(_read(connection, sa.and_(pole.c.zone != zone, some)))
    return found


def gone_to_another(connection: Connection, zone: str, since: int) -> tuple[list[str], int]:
    """The poles that another zone's receiver has written after revision *since*, and the present revision."""
    now = connection.execute(sa.select(revision.c.number)).scalar_one()
    chosen = sa.select(pole.c.name).where(pole.c.rev > since, pole.c.zone != zone)
    return list(connection.execute(chosen).scalars()), now


def _read(connection: Connection, which: sa.ColumnElement[bool]) -> dict[str, Entry]:
    """The poles that *which* is true of."""
    entries = {}
    by_id: dict[int, Entry] = {}
    columns = (
        pole.c.id, pole.c.name, pole.c.online, pole.c.seen, pole.c.failing, pole.c.outlived, pole.c.failures,
        pole.c.groups, pole.c.birth, pole.c.level, pole.c.malformed, pole.c.conflicts, flashing.c.nonce,
        flashing.c.version,
    )  # fmt: skip
    joined = pole.outerjoin(flashing, flashing.c.pole == pole.c.id)
    for row in connection.execute(sa.select(*columns).select_from(joined).where(which)):
        id_, name, online, seen, failing, outlived, failures, groups, birth, level, *counts, nonce, version = row
        said = json.loads(birth) if birth else {}
        told = told_journal(said)
        entries[name] = by_id[id_] = Entry(
            name, id_, Known(online, seen, failing, outlived), failures, tuple(map(str, json.loads(groups))), groups,
            flash_nonce(said), told.epoch if told else "0", (nonce or "", version or 0), level,
            *counts,
        )  # fmt: skip
    by_journal: dict[int, KeptJournal] = {}
    of_pole = sa.join(journal, pole, pole.c.id == journal.c.pole)
    begun = sa.select(journal).select_from(of_pole).where(which).order_by(journal.c.id)
    for id_, owner, epoch, highest, closed in connection.execute(begun):
        if owner in by_id:
            kept = by_id[owner].journals[epoch] = by_journal[id_] = KeptJournal(Journal(highest, closed), id_)
    for owner, low, high, asked, tries, answered, due in connection.execute(
        sa.select(*(gap.c[name] for name in _GAP))
        .select_from(of_pole.join(gap, gap.c.journal == journal.c.id))
        .where(which)
        .order_by(gap.c.journal, gap.c.low)
    ):
        if owner in by_journal:
            by_journal[owner].journal.gaps.append(Gap(low, high, due, asked, tries, answered))
    for owner, low, high, why in connection.execute(
        sa.select(*(gone.c[name] for name in _GONE))
        .select_from(of_pole.join(gone, gone.c.journal == journal.c.id))
        .where(which)
        .order_by(gone.c.journal, gone.c.low)
    ):
        if owner in by_journal:
            by_journal[owner].journal.gone.append(Gone(low, high, why))
    for kept in by_journal.values():
        kept.gaps, kept.gone = list(kept.journal.gaps), list(kept.journal.gone)
    return entries


def remember(connection: Connection, zone: str, name: str, value: str) -> None:
    """Keep *value* under *name* for the receiver of *zone*."""
    bulk.replace(connection, receiver, ("zone", "name"), ("value",), [(zone, name, value)])


def remembered(connection: Connection, zone: str, name: str) -> str | None:
    """What the receiver of *zone* keeps under *name*."""
    chosen = sa.select(receiver.c.value).where(receiver.c.zone == zone, receiver.c.name == name)
    found: str | None = connection.execute(chosen).scalar()
    return found


def _add_poles(connection: Connection, zone: str, entries: Iterable[Entry]) -> None:
    """Give each of *entries* that has none the number of its row, which is made where there is none."""
    new = {entry.name: entry for entry in entries if entry.id is None}
    if not new:
        return
    bulk.insert(connection, pole, ("name", "zone"), [(name, zone) for name in new])
    names = list(new)
    for first in range(0, len(names), _MOST):
        chosen = sa.select(pole.c.id, pole.c.name).where(pole.c.name.in_(names[first : first + _MOST]))
        for id_, name in connection.execute(chosen):
            new[name].id = id_


def _update_poles(connection: Connection, zone: str, entries: Iterable[Entry], number: int) -> None:
    rows: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    for entry in entries:
        latest, entry.latest = entry.latest, {}
        measured, entry.meter = entry.meter, None
        if measured:
            new, payload, at = measured
            latest[_METER] = {
                "meter": payload.decode(), "meter_at": at, "power_dw": new.power_dw, "energy_wh": new.energy_wh,
            }  # fmt: skip
        known = entry.known
        row = [
            entry.id, zone, known.online, known.seen, known.failing, known.outlived, entry.failures,
            entry.groups_text, entry.malformed, entry.conflicts, number,
        ]  # fmt: skip
        parts = tuple(part for part in _LATEST if part in latest)
        for part in parts:
            row += latest[part].values()
        rows[parts].append(row)
    for parts, many in rows.items():
        columns = [*_PRESENT, *(name for part in parts for name in _LATEST[part])]
        bulk.update(connection, pole, ("id",), columns, many)


def _write_journals(connection: Connection, changes: Changes) -> None:
    journals = [(changes.poles[name], epoch, kept) for (name, epoch), kept in changes.journals.items()]
    new = {(entry.id, epoch): kept for entry, epoch, kept in journals if kept.id is None}
    if new:
        bulk.insert(connection, journal, ("pole", "epoch", "highest"), [(*key, 0) for key in new])
        owners = list({owner for owner, _epoch in new})
        for first in range(0, len(owners), _MOST):
            chosen = sa.select(journal.c.id, journal.c.pole, journal.c.epoch)
            for id_, *key in connection.execute(chosen.where(journal.c.pole.in_(owners[first : first + _MOST]))):
                if tuple(key) in new:
                    new[key[0], key[1]].id = id_
    every = [kept for _entry, _epoch, kept in journals]
    bulk.update(
        connection, journal, ("id",), ("highest", "closed"),
        [(kept.id, kept.journal.highest, kept.journal.closed) for kept in every],
    )  # fmt: skip
    gaps = [kept for kept in every if kept.gaps != kept.journal.gaps]
    bulk.delete(connection, gap, "journal", [kept.id for kept in gaps if kept.gaps])
    bulk.insert(
        connection, gap, _GAP,
        [(kept.id, one.low, one.high, one.asked, one.tries, one.answered, one.due)
         for kept in gaps for one in kept.journal.gaps],
    )  # fmt: skip
    lost = [kept for kept in every if kept.gone != kept.journal.gone]
    bulk.delete(connection, gone, "journal", [kept.id for kept in lost if kept.gone])
    bulk.insert(
        connection, gone, _GONE,
        [(kept.id, one.low, one.high, one.why) for kept in lost for one in kept.journal.gone],
    )  # fmt: skip
    for kept in every:
        kept.gaps, kept.gone = list(kept.journal.gaps), list(kept.journal.gone)


def _compare(connection: Connection, doubles: Iterable[tuple[Entry, Event]]) -> None:
    """Count where an event differs from the one of its id, of which the first is kept."""
    told: dict[tuple[int | None, str], dict[int, list[tuple[Entry, Event]]]] = defaultdict(lambda: defaultdict(list))
    for entry, said in doubles:
        told[entry.id, said.epoch][said.sequence or 0].append((entry, said))
    for (owner, epoch), by_sequence in told.items():
        sequences = list(by_sequence)
        for first in range(0, len(sequences), _MOST):
            chosen = sa.select(
                event.c.sequence, event.c.event_type, event.c.starts, event.c.timestamp, event.c.attributes
            ).where(
                event.c.pole == owner, event.c.epoch == epoch,
                event.c.sequence.in_(sequences[first : first + _MOST]),
            )  # fmt: skip
            for sequence, *kept in connection.execute(chosen):
                for entry, said in by_sequence[sequence]:
                    entry.conflicts += kept != [said.type, said.start, said.timestamp, said.attributes_text]
