"""A record of the version before is taken over without loss, also where that is killed in between."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event
from sqlalchemy.engine import Engine

from host_tools.broker.connection import Message
from host_tools.city.record.open_for_writing import upgrade_record
from host_tools.city.record.query import Wanted, reading
from host_tools.city.record.record import Record
from host_tools.city.store import database, every_table
from host_tools.city.store.metadata import metadata
from host_tools.city.store.upgrade import upgrade
from host_tools.errors import RecordError

ROOT, SITE, NOW = "diya/1", "sagar", 1_790_000_000
FORMER = Path(__file__).with_name("record_v1.sql")  # written by the version before
MANY = 100_000


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """A record of the version before."""
    path = tmp_path / "record.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FORMER.read_text(encoding="utf-8"))
    return path


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def with_many_events(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO event SELECT NULL, 'P' || printf('%04d', i % 50), 'e', i / 50 + 1, 'lampFailure', i % 2,"
            f" {NOW} + i, 0, '{{\"level\":40}}', {NOW} + i, 'pole' FROM n",
            (MANY,),
        )
        db.execute("INSERT OR IGNORE INTO pole (name) SELECT DISTINCT pole FROM event")
        db.execute(
            "INSERT INTO epoch (pole, epoch, highest) SELECT pole, epoch, max(sequence) FROM event WHERE epoch = 'e'"
            " GROUP BY pole"
        )
        db.commit()


def test_what_is_in_it_is_there_afterwards(former: Path) -> None:
    with_many_events(former)
    events = rows(
        former, "SELECT arrival, pole, epoch, sequence, eventType, startEndFlag, timestamp, replayed, attributes,"
        " receivedAt, source FROM event ORDER BY arrival",
    )  # fmt: skip
    gaps = rows(former, "SELECT pole, epoch, low, high, asked, tries, answered, due FROM gap ORDER BY 1, 2, 3")
    gone = rows(former, "SELECT pole, epoch, low, high, why FROM gone ORDER BY 1, 2, 3")
    assert len(events) > MANY
    assert len(gaps) == 6
    assert len(gone) == 2
    upgrade_record(former)
    assert events == rows(
        former, "SELECT arrival, name, epoch, sequence, event_type, starts, timestamp, replayed, attributes,"
        " received_at, source FROM event JOIN pole ON pole.id = event.pole ORDER BY arrival",
    )  # fmt: skip
    of = "JOIN journal ON journal.id = journal JOIN pole ON pole.id = journal.pole ORDER BY 1, 2, 3"
    assert gaps == rows(former, f"SELECT name, epoch, low, high, asked, tries, answered, due FROM gap {of}")
    assert gone == rows(former, f"SELECT name, epoch, low, high, why FROM gone {of}")
    assert [row for row in rows(former, "SELECT name FROM sqlite_master") if row[0].startswith("old_")] == []


def test_the_record_goes_on_where_it_was(former: Path) -> None:
    with reading(upgraded(former)) as reader:
        assert reader.about["title"] == "Sagar"
        latest = {row["pole"]: row for row in reader.latest(Wanted())}
        assert latest["P0001"]["state"]["reason"] == "R. (festival)"
        assert latest["P0001"]["faults"] == {"lampFailure": NOW - 50}
        assert reader.summary()["conflicts"] == reader.summary()["malformed"] == 1
    record = Record(former, ROOT, SITE)
    try:
        entry = record.book.entries["P0001"]
        assert (entry.nonce, entry.flashed, entry.groups) == (
            "00aa11bb22cc33dd",
            ("00aa11bb22cc33dd", 3),
            ("market", "w1"),
        )
        assert record.remembered("clientId", "another") == "diya-record-sagar-00000001"
        again = {"v": 1, "id": "a-3", "eventType": "lampFailure", "startEndFlag": True, "timestamp": NOW - 50,
                 "attributes": {"cause": "धूप", "level": 40}}  # fmt: skip
        new = {**again, "id": "a-6"}
        told = [Message(f"{ROOT}/{SITE}/P0001/event", json.dumps(one).encode(), False) for one in (again, new)]
        taken = record.take(told, NOW, 2000.0)
        assert (taken.events, taken.doubles) == (1, 1)
        silent = Message(f"{ROOT}/{SITE}/P0002/presence", b'{"v":1,"online":false}', False)
        record.take([silent], NOW + 900, 2000.0)
    finally:
        record.close()
    with reading(former) as reader:
        assert [(row["from"], row["to"]) for row in reader.gaps(Wanted(("P0001",))) if row["state"] == "missing"] == [
            (8, 8)
        ]
        assert reader.summary()["conflicts"] == 1
        failures = [row["sequence"] for row in reader.events(Wanted(("P0002",), types=("communicationFailure",)))]
        assert failures == [1, 2, 3]


def upgraded(path: Path) -> Path:
    upgrade_record(path)
    return path


def test_who_reads_an_older_record_is_told_what_to_do(former: Path) -> None:
    sentence = r"is of an older diya: `diya record upgrade --db .*` brings it"
    with pytest.raises(RecordError, match=sentence), reading(former):
        pass
    assert rows(former, "SELECT value FROM about WHERE name = 'version'") == [("1",)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_it_may_be_killed_at_any_statement_and_run_again(former: Path, tmp_path: Path) -> None:
    whole = rows(former, "SELECT count(*), sum(sequence) FROM event")
    copy = tmp_path / "killed.sqlite"
    for step in range(0, 60, 7):
        for file in tmp_path.glob("killed.sqlite*"):
            file.unlink()
        shutil.copyfile(former, copy)
        killed(lambda: upgrade_record(copy), step)
        upgrade_record(copy)
        assert rows(copy, "SELECT count(*), sum(sequence) FROM event") == whole
        assert rows(copy, "SELECT name FROM sqlite_master WHERE name LIKE 'old_%'") == []


def killed(work: Callable[[], object], step: int) -> None:
    """Does *work* in a process of its own that ends before its SQL statement number *step*."""
    child = os.fork()
    if child == 0:
        left = [step]

        def before(*_arguments: Any) -> None:
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)

        event.listen(Engine, "before_cursor_execute", before)
        try:
            work()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 9)


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    db = database.connect(tmp_path / "new.sqlite")
    there = database.sqlite(lambda: db, "new", str)
    with there.transaction() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLite's indexes of expressions are not compared
        upgrade(connection)
        every_table.load()
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    there.close()
