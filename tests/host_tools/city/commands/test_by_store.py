"""`diya send --db` and `diya audit`, beside a receiver that runs."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.city.commands.second_person import SecondPersons
from host_tools.city.record.open_for_writing import open_for_writing
from host_tools.city.store.metadata import metadata
from host_tools.cli import run
from tests.host_tools.city.commands.receiver_bench import Receiver, introduce
from tests.postgres import sqlite_file

NAMES = ["P0001", "P0002", "P0003"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A record of Sagar that knows three poles."""
    path = tmp_path / "record.sqlite"
    writer = open_for_writing(path, {"root": "diya/1", "site": "sagar"}, {}, "")
    with writer.transaction() as connection:
        metadata.create_all(connection)
    writer.close()
    there = sqlite_file(path)
    introduce(there, NAMES, ["W21"])
    there.close()
    return path


@pytest.fixture
def receiver(file: Path) -> Iterator[Receiver]:
    """A receiver that turns as long as the test goes on; P0003 is away."""
    here = Receiver(sqlite_file(file), NAMES, file.parent)
    here.appear("P0003", False)
    over = threading.Event()

    def turn() -> None:
        while not over.is_set():
            here.now = int(time.time())
            here.turn()
            over.wait(0.02)

    with sqlite3.connect(file) as db:
        db.execute("UPDATE pole SET online = 0 WHERE name = 'P0003'")
    db.close()
    thread = threading.Thread(target=turn)
    thread.start()
    yield here
    over.set()
    thread.join()
    here.database.close()


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run([str(word) for word in words])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_what_each_pole_answered_is_printed_as_without_a_store(
    file: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "send", "--db", file, "--pole", "P0001", "--level", 60, "--ref", "F-12")
    assert (code, out, err) == (0, "applied: P0001\n", "")
    code, out, err = said(capsys, "send", "--db", file, "--group", "W21", "--level", 70, "--for", "1h")
    assert (code, out) == (1, "applied: P0001, P0002\noffline: P0003\n")
    assert "the receiver goes on with order 2 for those that did not answer, until" in err
    assert "more in the site's files have never reported: P0004 to P00" in err
    code, out, _err = said(capsys, "send", "--db", file, "--pole", "P0001", "--cancel", "--ref", "F-12", "--json")
    assert code == 0
    assert json.loads(out) == {
        "target": "P0001", "expiration": None, "orders": [3], "applied": ["P0001"], "rejected": {}, "nothingHeld": [],
        "noAnswer": [], "offline": [], "replaced": [], "neverReported": [], "refused": None,
        "needsSecondPerson": None, "noReceiver": False,
    }  # fmt: skip


def test_a_refusal_and_a_wait_for_another_person_are_said(
    file: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "send", "--db", file, "--pole", "P0001", "--level", 5)
    assert (code, out) == (1, "")
    assert err == (
        "diya: the receiver refused order 1: the level is 5 and must be, for operator, 20 to 100 percent.\n"
    )  # fmt: skip
    words = ("send", "--db", file, "--pole", "P0001", "--level", 5, "--role", "engineer", "--owner", "emergency")
    code, _out, err = said(capsys, *words)
    assert code == 1
    assert "a second person has to agree (--second and --code" in err
    import pyotp

    secret = pyotp.parse_uri(SecondPersons(file.parent).add("meera"))
    assert isinstance(secret, pyotp.TOTP)
    assert said(capsys, *words, "--second", "meera", "--code", secret.now())[:2] == (0, "applied: P0001\n")
    assert said(capsys, "audit", "verify", "--db", file, "--folder", file.parent) == (0, "6 rows, 0 wrong.\n", "")
    with sqlite3.connect(file) as db:
        db.execute("UPDATE audit SET who = 'nobody' WHERE number = 2")
    db.close()
    code, out, _err = said(capsys, "audit", "verify", "--db", file, "--folder", file.parent, "--json")
    assert code == 3
    assert json.loads(out)["wrong"] == ["row 2 was changed, or was not written by the receiver"]


def test_poles_near_a_place_and_a_preview_that_sends_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    near = "23.848135,78.732392,60"  # P0001 and P0002 of sagar
    code, out, err = said(capsys, "send", "--db", file, "--near", near, "--level", 60, "--preview")
    assert (code, err) == (0, "")
    assert out == (
        "poles: 2, 0 offline, 0 never reported\nlive by: not known: 2\ndarker: 2, brighter: 0\n"
        "energy: 92 Wh, and at the present level 150 Wh\n"
    )  # fmt: skip
    area = file.parent / "area.geojson"
    area.write_text(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {
        "type": "Polygon", "coordinates": [[[23.8, 78.7], [23.9, 78.7], [23.9, 78.8], [23.8, 78.7]]],
    }}]}))  # fmt: skip
    code, _out, err = said(capsys, "send", "--db", file, "--area", area, "--level", 60, "--preview")
    assert code == 1
    assert "if latitude and longitude were exchanged: GeoJSON has the longitude first" in err


def test_without_a_receiver_it_says_so_and_the_order_stays(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("host_tools.city.commands.by_store.TAKEN_S", 0.1)
    code, out, err = said(capsys, "send", "--db", file, "--pole", "P0001", "--level", 60)
    assert (code, out) == (1, "")
    assert "no receiver has taken order 1: `diya record run --db` must be running" in err
    here = Receiver(sqlite_file(file), NAMES, file.parent)
    here.now = int(time.time())
    here.go(2)
    assert here.outcomes(1) == {"applied": 1}
    here.database.close()


@pytest.mark.parametrize(("words", "why"), [
    (["--pole", "P0001", "--near", "1,2,3"], "exactly one of --pole, --group, --all, --near and --area"),
    (["--near", "here"], "--near is 'here' and must be LATITUDE,LONGITUDE,METRES"),
    (["--near", "nan,2,3"], "latitude"), (["--area", "missing.geojson"], "cannot be read as GeoJSON"),
    (["--pole", "P0001", "--key-file", "k"], "--key-file is the receiver's own with --db"),
    (["--pole", "P0001", "--broker", "mqtt://x"], "--broker is the receiver's own with --db"),
    (["--pole", "P0001", "--second", "meera"], "--second and --code go together"),
    (["--pole", "P9999"], "'P9999' is no pole of this site"),
    (["--pole", "P0001", "--reason", "a\nb"], "reason is"), (["--pole", "P0001", "--role", ""], "role is missing"),
    (["--pole", "P0050"], "none of the 1 poles it is for has ever reported"),
])  # fmt: skip
def test_what_does_not_go_together_is_one_sentence_and_writes_nothing(
    file: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "send", "--db", file, "--level", 60, *words)
    assert (code, out) == (1, "")
    assert why in err
    assert err.count("\n") == 1
    with sqlite3.connect(file) as db:
        assert db.execute("SELECT count(*) FROM command").fetchone() == (0,)
    db.close()


def test_options_of_the_store_need_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = said(capsys, "send", "--pole", "P0001", "--level", 60, "--preview")
    assert (code, err) == (1, "diya: --preview is for orders by a record's receiver: give --db too.\n")


def test_a_store_that_is_not_there_or_of_another_site_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = file.parent / "none.sqlite"
    assert "there is no record at" in said(capsys, "send", "--db", missing, "--pole", "P1", "--level", 60)[2]
    assert not missing.exists()
    other = said(capsys, "send", "--db", file, "--site", "pune", "--pole", "P0001", "--level", 60)[2]
    assert "is of sagar, and must be of pune" in other
