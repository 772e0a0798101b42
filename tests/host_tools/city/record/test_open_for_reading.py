"""The record is read by users who may write nothing, after a crash, and with times of every year in it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_tools.broker.connection import Message
from host_tools.city.record import query
from host_tools.city.record.query import Wanted, reading
from host_tools.city.record.record import Record
from host_tools.cli import run
from host_tools.errors import CommandError, RecordError
from tests.host_tools.city.record.hurried import hurried
from tests.host_tools.city.record.played_pole import HEAD, NOW, ROOT, SITE, event

DAY_S = 86400
NOBODY = 65534


def take(record: Record, id_: str, now: int = NOW, **values: Any) -> None:
    record.take([Message(f"{HEAD}/P0001/event", event(id_, **values), False)], now, now)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with_ = Record(tmp_path / "record.sqlite", ROOT, SITE)
    yield with_
    with_.close()


def newest(record: Record, count: int = 20, **wanted: Any) -> list[int]:
    with reading(record.where) as reader:
        return [row["sequence"] for row in reader.latest_events(Wanted(**wanted), count)]


# users and files


def as_reader(path: Path) -> str:
    """What a user reads of the record at *path* who may write nothing there; in a process of his own."""
    path.parent.chmod(0o555)
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            with reading(path) as reader:
                said = f"{len(list(reader.events(Wanted())))} events"
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(into, said.encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as stream:
        said = stream.read()
    os.waitpid(child, 0)
    path.parent.chmod(0o755)
    return said


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that any user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="diya-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def copied_without_closing(record: Record, folder: Path, *endings: str) -> Path:
    """What a recorder that was killed leaves: the last events stand in the log alone."""
    for ending in endings:
        copy = folder / f"record.sqlite{ending}"
        shutil.copyfile(f"{record.where}{ending}", copy)
        copy.chmod(0o444)
    return folder / "record.sqlite"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="users are another matter there")
@pytest.mark.parametrize("left", [("",), ("", "-wal"), ("", "-wal", "-shm")])
def test_who_may_only_read_sees_all_that_is_there(record: Record, open_folder: Path, left: tuple[str, ...]) -> None:
    for number in range(1, 6):
        take(record, f"a-{number}")
    if left == ("",):
        with closing(sqlite3.connect(record.where)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = copied_without_closing(record, open_folder, *left)
    assert as_reader(path) == "5 events"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="users are another matter there")
def test_a_log_that_may_not_be_read_is_named(record: Record, open_folder: Path) -> None:
    take(record, "a-1")
    path = copied_without_closing(record, open_folder, "", "-wal")
    Path(f"{path}-wal").chmod(0o000)
    said = as_reader(path)
    assert said.startswith(f"RecordError: the record {path} and its log record.sqlite-wal are copied to ")
    assert "Permission denied" in said


def test_reading_leaves_nothing_behind(record: Record, tmp_path: Path) -> None:
    take(record, "a-1")
    record.close()
    before = sorted(file.name for file in tmp_path.iterdir())
    assert newest(record) == [1]
    assert sorted(file.name for file in tmp_path.iterdir()) == before


def test_a_writer_works_on_while_it_is_read(record: Record) -> None:
    take(record, "a-1")
    with reading(record.where) as reader:
        take(record, "a-2")
        assert len(list(reader.events(Wanted()))) == 1
    assert newest(record) == [1, 2]


def test_a_link_to_a_record_that_is_written_is_the_same_record(record: Record, tmp_path: Path) -> None:
    take(record, "a-1")
    link = tmp_path / "link.sqlite"
    link.symlink_to(record.where)
    with reading(link) as reader:
        assert reader.summary()["events"] == 1
    with pytest.raises(RecordError, match="being written by another"):
        Record(link, ROOT, SITE)


def test_a_second_name_of_a_record_is_refused(record: Record, tmp_path: Path) -> None:
    os.link(record.where, tmp_path / "other.sqlite")
    with pytest.raises(RecordError, match="has 2 names"):
        Record(tmp_path / "other.sqlite", ROOT, SITE)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("none", "there is no record at"),
        ("empty", "is empty"),
        ("text", "is no record: it is not an SQLite file"),
        ("foreign", "is no record: it is the SQLite file of another program"),
        ("newer", "has version 3 and this diya writes 2"),
    ],
)
def test_a_file_that_is_no_record_is_said_to_be_none(tmp_path: Path, what: str, sentence: str) -> None:
    path = tmp_path / "record.sqlite"
    if what == "empty":
        path.touch()
    if what == "text":
        path.write_text("no database\n" * 100)
    if what in ("foreign", "newer"):
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT)")
            db.execute("INSERT INTO about VALUES ('version', '3')")
            if what == "newer":
                db.execute("CREATE TABLE event (x)")
                db.execute("CREATE TABLE pole (x)")
        db.close()
    before = path.read_bytes() if path.exists() else b""
    with pytest.raises(RecordError, match=sentence), reading(path):
        pass
    if what not in ("none", "empty"):
        with pytest.raises(RecordError, match=sentence):
            Record(path, ROOT, SITE)
        assert path.read_bytes() == before


# times

ABSURD = [0, 1, 2**31 - 1, 2**31, 848836621, 848836621000, 2**40 - 1, NOW + 31 * DAY_S, 4070908800]


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's computer has the time of the events."""
    monkeypatch.setattr("host_tools.city.record.believed_times.time.time", lambda: float(NOW + 3600))


@pytest.mark.parametrize("when", ABSURD)
def test_an_event_of_an_absurd_year_hides_no_other(record: Record, today: None, when: int) -> None:
    take(record, "a-1", timestamp=NOW)
    for number in range(2, 12):
        take(record, f"a-{number}", NOW + number, timestamp=when)
    take(record, "a-12", NOW + 20, timestamp=NOW + 20)
    assert newest(record) == list(range(1, 13))
    assert newest(record, 2) == [11, 12]


def test_a_replayed_event_stands_at_its_own_time(record: Record, today: None) -> None:
    take(record, "a-1", timestamp=NOW - 600)
    take(record, "a-2", timestamp=NOW)
    take(record, "a-3", timestamp=NOW - 300, replayed=True)
    take(record, "a-4", timestamp=None, replayed=True)
    assert newest(record) == [1, 3, 2, 4]


@pytest.mark.parametrize("step", [DAY_S, -365 * DAY_S, -NOW])
def test_what_came_under_a_wrong_clock_of_the_computer_stands_where_it_came(
    record: Record, today: None, step: int
) -> None:
    take(record, "a-1", timestamp=NOW)
    take(record, "a-2", NOW + step, timestamp=NOW + 10)
    take(record, "a-3", NOW + step, timestamp=None)
    take(record, "a-4", NOW + 20, timestamp=NOW + 20)
    take(record, "a-5", NOW + 30, timestamp=NOW + 30)
    assert newest(record) == [1, 2, 3, 4, 5]
    assert newest(record, 3) == [3, 4, 5]


def test_the_time_of_arrival_is_put_right_when_the_computer_learns_the_time(record: Record) -> None:
    take(record, "a-1", 100, timestamp=None)
    take(record, "a-2", 160, timestamp=None)
    record.date_again(90, NOW - 90)
    take(record, "a-3", NOW + 100, timestamp=None)
    with reading(record.where) as reader:
        assert [row["receivedAt"] for row in reader.events(Wanted())] == [NOW + 10, NOW + 70, NOW + 100]


def test_a_span_of_time_has_the_event_without_any_time_too(record: Record, today: None) -> None:
    take(record, "a-1", timestamp=NOW - 5 * DAY_S)
    take(record, "a-2", timestamp=NOW - 60)
    take(record, "a-3", timestamp=2**40 - 1)  # came within it
    take(record, "a-4", 50, timestamp=None)  # came under a clock of 1970
    assert newest(record, since=NOW - DAY_S, until=NOW + 1) == [2, 3, 4]
    with reading(record.where) as reader:
        found = reader.events(Wanted(since=NOW - DAY_S, until=NOW + 1))
        assert [row["sequence"] for row in found] == [2, 3, 4]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.none() | st.sampled_from(ABSURD) | st.integers(NOW - DAY_S, NOW), st.booleans()), max_size=12)
)
def test_every_event_is_among_the_newest(
    tmp_path: Path, empty_record: Path, said: list[tuple[int | None, bool]]
) -> None:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite"
    shutil.copyfile(empty_record, path)
    record = hurried(Record(path, ROOT, SITE))
    try:
        for number, (when, replayed) in enumerate(said, 1):
            take(record, f"a-{number}", timestamp=when, replayed=replayed)
        assert sorted(newest(record)) == list(range(1, len(said) + 1))
        assert len(newest(record, 3)) == min(3, len(said))
    finally:
        record.close()


@pytest.mark.parametrize(
    "text", ["0001-01-01", "9999-12-31T23:59:59", "2026-02-30", "10000-01-01", "-5d", "", "x" * 99]
)
def test_a_time_that_cannot_be_is_one_sentence(text: str) -> None:
    from zoneinfo import ZoneInfo

    for zone in ("Asia/Kolkata", "Pacific/Kiritimati", "America/Anchorage"):
        try:
            query.moment(text, time.time(), ZoneInfo(zone))
        except CommandError as error:
            assert "and must be such as" in str(error)


# the verb


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--type", "lampfailure"), "did you mean lampFailure? It must be one of cabinetDoorOpen, clockDisagreement,"),
        (("--pole", "P0l"), "--pole is 'P0l', which is no pole of this record; it must be one of P0001"),
        (("--pole", "P0002"), "did you mean P0001?"),
        (("--group", "market"), "--group is 'market', and this record knows no group yet"),
        (("--since", "2026-11-25", "--until", "2026-11-24"), "--since is '2026-11-25' and must be before --until"),
    ],
)
@pytest.mark.parametrize("verb", ["show", "export"])
def test_a_name_that_is_mistyped_is_one_sentence(
    record: Record, capsys: pytest.CaptureFixture[str], verb: str, options: tuple[str, ...], sentence: str
) -> None:
    take(record, "a-1")
    assert run(["record", verb, "--db", str(record.where), *options]) == 1
    out, err = capsys.readouterr()
    assert sentence in err
    assert (out, err.count("\n")) == ("", 1)


def test_a_type_that_is_known_and_did_not_happen_is_no_mistake(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    take(record, "a-1", eventType="futureFailure")
    for of_type, count in (("relayFailure", 0), ("futureFailure", 1)):
        assert run(["record", "show", "--db", str(record.where), "--type", of_type, "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)["events"]) == count
