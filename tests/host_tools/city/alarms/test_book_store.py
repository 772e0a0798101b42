"""Alarms in the store: what a receiver that was killed at any point gives when it is begun again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from host_tools.city.alarms import book_store
from host_tools.city.alarms.batch import Batch, Seen
from host_tools.city.alarms.row import Row
from host_tools.city.alarms.street_lines import StreetView
from host_tools.city.alarms.turns import Turn
from host_tools.city.correlation import fault
from host_tools.city.correlation.fault import Fault
from host_tools.city.store.alarm_tables import alarm, alarm_event
from host_tools.city.store.database import Database, sqlite, sqlite_connection
from tests.host_tools.city.alarms.played_alarms import Played
from tests.host_tools.city.alarms.small_receiver import NIGHT, Killed, SmallReceiver, all_of
from tests.postgres import create_tables

DAY = 86400


def turn(pole: str, kind: str, at: int, begins: bool | None, number: int = 0, **attributes: Any) -> Turn:
    return Turn(pole, kind, NIGHT + at, begins, f"e{pole}", number or at + 10 * DAY, NIGHT + at, attributes)


FEEDER = Fault(fault.FEEDER, "F01", NIGHT, None, ("P1", "P2"), ("P1", "P2"), 1, {"drops": 2}, "a fuse", "fuses")
LIFE = (
    Batch([turn("P1", "lampFailure", 10, True, activePower=3.5, cause="open", carry="luminaire")]),
    Batch([turn("P1", "lampPowerTooLow", 12, True)], [Seen("P1", NIGHT + 15, frozenset({"lampFailure"}))]),
    Batch(states=[Seen("P1", NIGHT + 100, frozenset())]),  # both settled, and their ends are still on the way
    Batch([turn("P2", "leakageDetected", 110, True), turn("P1", "lampFailure", 3 * DAY, True)]),
    Batch([turn("P2", "eventsDropped", 120, None)], street=StreetView((FEEDER,))),
    Batch([turn("P1", "lampFailure", 90, False), turn("P2", "leakageDetected", 500, False)]),
    # a spell between two: they are one alarm now
    Batch([turn("P1", "lampFailure", 50_000, True), turn("P1", "lampFailure", 2 * DAY + 80_000, False)]),
    Batch(states=[Seen("P3", NIGHT + 400, frozenset({"dimmingFailure"}))]),
)


def shape(rows: Iterable[Row]) -> list[Row]:
    """*rows* without what a store adds, by beginning."""
    return sorted((replace(row, id=0) for row in rows), key=lambda row: (row.began, row.kind, row.name))


def stored(receiver: SmallReceiver) -> list[Row]:
    with receiver.database.engine.connect() as connection:
        rows = connection.execute(sa.select(alarm).where(alarm.c.merged_into.is_(None))).mappings()
        return [book_store.row_of(row) for row in rows]


def test_a_receiver_that_is_killed_in_any_transaction_gives_the_same_alarms(database: Database) -> None:
    receiver, never_killed = SmallReceiver(database), Played()
    for batch in LIFE:
        never_killed.take(batch, NIGHT)
        with contextlib.suppress(Killed):
            receiver.receive(batch, killed=True)
        receiver.start()
        receiver.receive(batch)
        assert not receiver.receive(batch)  # its acknowledgement to the broker was lost
    assert shape(stored(receiver)) == shape(never_killed.rows)
    notes = [(one["alarm"], one["at"], one["what"]) for one in all_of(database, alarm_event)]
    assert len(notes) == len(set(notes)) and {what for _alarm, _at, what in notes} == {
        "opened", "reopened", "ended", "listed", "settled", "merged",
    }  # fmt: skip


def test_what_people_did_outlives_a_restart_and_a_merge(database: Database) -> None:
    receiver = SmallReceiver(database)
    receiver.receive(LIFE[0])
    receiver.receive(Batch([turn("P1", "lampFailure", 90, False), turn("P1", "lampFailure", 3 * DAY, True)]))
    (_first, later) = [row.id for row in sorted(stored(receiver), key=lambda row: row.began)]
    with database.transaction() as connection:
        connection.execute(
            sa.update(alarm).where(alarm.c.id == later).values(acknowledged=NIGHT + 3 * DAY, acknowledged_by="Asha")
        )
    receiver.start()
    receiver.receive(LIFE[6])  # what makes them one
    assert receiver.rows("acknowledged_by", "times") == [("Asha", 3)]
    gone = [(one["id"], one["merged_into"]) for one in all_of(database, alarm) if one["merged_into"]]
    assert gone == [(later, _first)]


def test_an_alarm_that_a_person_closed_stays_closed_until_it_comes_again(database: Database) -> None:
    receiver = SmallReceiver(database)
    receiver.receive(Batch([turn("P1", "leakageDetected", 0, True)]))
    with database.transaction() as connection:
        connection.execute(sa.update(alarm).values(closed=NIGHT + 50, closed_by="Asha", close_reason="a wet test"))
    for start in (False, True):
        if start:
            receiver.start()
        assert not receiver.receive(Batch(states=[Seen("P1", NIGHT + 60, frozenset({"leakageDetected"}))]))
    changes = receiver.receive(Batch([turn("P1", "leakageDetected", 100, True)]))
    assert [note.what for note in changes.notes] == ["reopened"]
    (row,) = stored(receiver)
    assert row.open and row.began == NIGHT and row.times == 2


def test_a_turn_from_before_what_is_in_memory_is_folded_in(tmp_path: Path) -> None:
    database = sqlite(lambda: sqlite_connection(tmp_path / "s.db"), "s.db", str)
    create_tables(database)
    receiver = SmallReceiver(database)
    many = [turn("P1", "lampFlicker", 600 * (one // 2) + one % 2 * 60, one % 2 == 0, one + 5) for one in range(700)]
    receiver.receive(Batch(many))
    assert receiver.book.lines["P1", "lampFlicker"].base is not None
    receiver.receive(Batch([replace(turn("P1", "lampFlicker", 30, True), epoch="older", at=NIGHT - 3600)]))
    (row,) = stored(receiver)
    assert (row.began, row.times) == (NIGHT - 3600, 350)  # that one had not ended when the next began
