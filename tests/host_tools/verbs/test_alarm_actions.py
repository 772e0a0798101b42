"""`diya alarms` on a record that keeps its alarms: they are listed, acknowledged, assigned, ordered, closed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from host_tools.broker.connection import Message
from host_tools.city.alarms.batch import Batch
from host_tools.city.alarms.keeper import AlarmKeeper
from host_tools.city.alarms.turns import Turn
from host_tools.city.record.record import Record
from host_tools.city.store.database import sqlite, sqlite_connection
from host_tools.city.store.metadata import metadata
from host_tools.cli import run
from host_tools.site import load_site

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A record with two lamps that have failed, one of which burns again."""
    path, heard = tmp_path / "r.sqlite", int(time.time()) - 60
    record = Record(path, "diya/1", "sagar", {"timezone": "Asia/Kolkata", "title": "Sagar"})
    payload = json.dumps({"v": 1, "online": True}).encode()
    record.take([Message(f"diya/1/sagar/{pole}/presence", payload, False) for pole in ("P0001", "P0003")], heard, heard)
    record.close()
    database = sqlite(lambda: sqlite_connection(path), "r", str)
    keeper = AlarmKeeper(load_site("sagar", 6))
    told = [
        ("P0001", "lampFailure", -500, True), ("P0003", "lampFailure", -400, True),
        ("P0001", "lampFailure", -9, False), ("P0003", "leakageDetected", -300, True),
    ]  # fmt: skip
    turns = [
        Turn(pole, kind, heard + at, begins, "e", number + 1, heard, {"carry": "luminaire"} if begins else {})
        for number, (pole, kind, at, begins) in enumerate(told)
    ]
    with database.transaction() as connection:
        metadata.create_all(connection)
        keeper.take(connection, Batch(turns), heard, 1)
    database.close()
    return path


def alarms(file: Path, capsys: Capture, *words: str) -> Any:
    assert run(["alarms", *words, "--db", str(file)]) == 0
    out = capsys.readouterr().out
    return json.loads(out) if "--json" in words else out


def failed(file: Path, capsys: Capture, *words: str) -> str:
    assert run(["alarms", *words, "--db", str(file)]) != 0
    return capsys.readouterr().err


def test_they_are_listed_with_what_people_did(file: Path, capsys: Capture) -> None:
    found = alarms(file, capsys, "--json", "--all")
    assert [(one["id"], one["severity"], one["state"]) for one in found["alarms"]] == [
        ("leakageDetected/P0003", "danger", "open"), ("lampFailure/P0003", "dark", "open"),
        ("lampFailure/P0001", "dark", "closed"),
    ]  # fmt: skip
    assert (found["open"], found["bySeverity"]["danger"], found["upToDate"]) == (2, 1, True)
    lamp = found["alarms"][1]["number"]
    assert (
        alarms(file, capsys, "acknowledge", str(lamp), "--who", "Asha") == f"{lamp} lampFailure/P0003: acknowledged\n"
    )
    assert "assigned to crew 2" in alarms(file, capsys, "assign", "lampFailure/P0003", "--to", "crew 2")
    assert "waiting for the proof" in alarms(file, capsys, "mend", str(lamp), "--note", "a new driver", "--who", "Asha")
    said = alarms(file, capsys, "--pole", "P0003", "--type", "lampFailure")
    assert f"number {lamp}: mended; acknowledged by Asha " in said and "carry: luminaire" in said
    told = alarms(file, capsys, "history", str(lamp), "--json")["history"]
    assert [one["what"] for one in told] == ["opened", "acknowledged", "assigned", "mended"]
    assert alarms(file, capsys, "--group", "market").startswith("20")


def test_danger_is_closed_with_a_reason_only(file: Path, capsys: Capture) -> None:
    assert "reason" in failed(file, capsys, "close", "leakageDetected/P0003")
    alarms(file, capsys, "close", "leakageDetected/P0003", "--reason", "measured: 0 mA")
    (one,) = alarms(file, capsys, "--json", "--all", "--type", "leakageDetected")["alarms"]
    assert (one["state"], one["closedBy"], one["reason"]) == ("closed", "person", "measured: 0 mA")
    said = failed(file, capsys, "acknowledge", "leakageDetected/P0003")
    assert "'leakageDetected/P0003' and must be the number or the KIND/NAME of an open alarm" in said


def test_an_order_is_printed_and_shown_again(file: Path, capsys: Capture) -> None:
    made = alarms(file, capsys, "order", "lampFailure/P0003", "--crew", "crew 2", "--due", "24h")
    assert "1 luminaire led-" in made and "1 ladder truck" in made and "1. P0003" in made and "due: " in made
    assert alarms(file, capsys, "order", "--show", "1") == made
    assert alarms(file, capsys, "order", "--show", "1", "--json")["poles"] == ["P0003"]
    assert "--crew must be given" in failed(file, capsys, "order", "lampFailure/P0003")
    assert "one of both must be given" in failed(file, capsys, "order")


def test_a_quiet_has_an_end_and_a_reason(file: Path, capsys: Capture) -> None:
    assert "a quiet has an end and a reason" in failed(file, capsys, "quiet", "P0003", "--until", "4h")
    said = alarms(file, capsys, "quiet", "P0003", "--until", "4h", "--reason", "the cable is changed")
    assert said.startswith("quiet 1: no alarm of P0003 is sent until ") and "(Asia/Kolkata)" in said
    assert "quiet until" in alarms(file, capsys, "--pole", "P0003")
    assert alarms(file, capsys, "quiet", "--end", "1") == "quiet 1 has ended.\n"
    assert "the quiet is 1 and must be the number of one that goes on" in failed(file, capsys, "quiet", "--end", "1")


def test_a_record_that_keeps_no_alarms_says_so(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "old.sqlite"
    assert "there is no record at" in failed(path, capsys, "acknowledge", "1")
    Record(path, "diya/1", "sagar").close()
    database = sqlite(lambda: sqlite_connection(path), "r", str)
    with database.transaction() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS alarm"))
    database.close()
    assert "keeps no alarms: `diya record run` makes it do so" in failed(path, capsys, "acknowledge", "1")
