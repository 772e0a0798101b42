"""`diya record` as people use it, over a real Mosquitto and through TLS."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import pytest

from host_tools.broker.connection import Link, Message
from host_tools.broker.mosquitto import Mosquitto
from host_tools.city.record.record import Record
from host_tools.cli import run
from host_tools.keys.key import Key
from host_tools.wire.envelope import mac
from tests.host_tools.broker.test_mosquitto_config import City
from tests.host_tools.city.record.played_pole import HEAD, NOW, event
from tests.host_tools.city.record.recording_bench import Recording
from tests.installed import diya
from tests.patience import PATIENCE_S, until

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record made by `diya record run` from what two poles said."""
    file = tmp_path_factory.mktemp("record") / "record.sqlite"
    with Mosquitto() as broker:
        with Link(broker.address, ["x"]) as link:
            for pole, group in (("P0001", "market"), ("P0002", "park")):
                link.publish(f"{HEAD}/{pole}/presence", b'{"v":1,"online":true}', retain=True)
                birth = {"v": 1, "at": NOW, "groups": [group, "main-road"]}
                link.publish(f"{HEAD}/{pole}/birth", json.dumps(birth).encode(), retain=True)
                state = {"v": 1, "at": NOW, "level": 70, "owner": "calendar", "reason": "market: 22:30"}
                link.publish(f"{HEAD}/{pole}/state", json.dumps(state).encode(), retain=True)
        with Recording(file, "--broker", broker.url) as recording, Link(broker.address, ["x"]) as link:
            recording.knows("P0002")
            link.publish(f"{HEAD}/P0001/event", event("a-1", timestamp=NOW))
            link.publish(f"{HEAD}/P0001/event", event("a-2", timestamp=NOW + 3600, startEndFlag=False))
            link.publish(
                f"{HEAD}/P0001/event", event("a-4", timestamp=NOW + 7200, eventType="supplyLoss", replayed=True)
            )
            link.publish(f"{HEAD}/P0002/event", event("b-1", timestamp=NOW + 86400))
            recording.has(4)
    return file


def exported(db: Path, capsys: Capture, *options: str) -> list[tuple[str, int]]:
    assert run(["record", "export", "--db", str(db), "--format", "jsonl", *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    return [(row["pole"], row["sequence"]) for row in map(json.loads, lines)]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), [("P0001", 1), ("P0001", 2), ("P0001", 4), ("P0002", 1)]),
        (("--pole", "P0002"), [("P0002", 1)]),
        (("--group", "market"), [("P0001", 1), ("P0001", 2), ("P0001", 4)]),
        (("--group", "main-road", "--type", "supplyLoss"), [("P0001", 4)]),
        (("--type", "relayFailure"), []),
        (("--since", "2026-11-24T21:20:00", "--until", "2026-11-25"), [("P0001", 2), ("P0001", 4)]),  # local time
        (("--since", "2026-11-25"), [("P0002", 1)]),
        (("--type", "lampFailure", "--type", "relayFailure", "--pole", "P0001"), [("P0001", 1), ("P0001", 2)]),
    ],
)
def test_export_by_pole_group_type_and_time(
    db: Path, capsys: Capture, options: tuple[str, ...], found: list[tuple[str, int]]
) -> None:
    assert exported(db, capsys, *options) == found


def test_every_format_says_the_same(db: Path, capsys: Capture, tmp_path: Path) -> None:
    said = {}
    for form in ("csv", "json", "jsonl"):
        assert run(["record", "export", "--db", str(db), "--format", form]) == 0
        said[form] = capsys.readouterr().out
    listed = json.loads(said["json"])
    assert [json.loads(line) for line in said["jsonl"].splitlines()] == listed
    table = list(csv.DictReader(io.StringIO(said["csv"])))
    assert [row["sequence"] for row in table] == [str(row["sequence"]) for row in listed]
    assert json.loads(table[0]["attributes"]) == listed[0]["attributes"] == {"activePower": 0}
    assert listed[0] | {"receivedAt": 0} == {
        "pole": "P0001", "epoch": "a", "sequence": 1, "eventType": "lampFailure", "startEndFlag": True,
        "timestamp": NOW, "replayed": False, "attributes": {"activePower": 0}, "receivedAt": 0, "source": "pole",
    }  # fmt: skip
    file = tmp_path / "out.csv"
    assert run(["record", "export", "--db", str(db), "--out", str(file)]) == 0
    assert file.read_text() == said["csv"]
    assert run(["record", "export", "--db", str(db), "--type", "relayFailure", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_showing_events_poles_and_gaps(db: Path, capsys: Capture) -> None:
    assert run(["record", "show", "--db", str(db), "--last", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "2026-11-24 22:20:00 P0001 supplyLoss begins (a-4, replayed)",
        "2026-11-25 20:20:00 P0002 lampFailure begins (b-1)",
        "2 poles, 2 online, 0 silent, 2 open faults; 4 events, 1 missing, 0 gone for good.",
    ]
    assert run(["record", "show", "--db", str(db), "--latest", "--group", "market"]) == 0
    assert "P0001 online" in (out := capsys.readouterr().out)
    assert "70 % calendar: market: 22:30" in out
    assert "P0002" not in out
    assert run(["record", "show", "--db", str(db), "--gaps", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [(gap["pole"], gap["epoch"], gap["from"], gap["to"], gap["state"]) for gap in said["gaps"]] == [
        ("P0001", "a", 3, 3, "missing")
    ]
    assert said["summary"]["events"] == 4
    assert run(["record", "show", "--db", str(db), "--gaps", "--pole", "P0002", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gaps"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "--db", "/nowhere/record"], "there is no record at /nowhere/record"),
        (["show", "--db", "DB", "--since", "soon"], "the time is 'soon' and must be such as 2026-11-08"),
        (["show", "--db", "DB", "--last", "0"], "--last is 0 and must be above 0"),
        (["show", "--db", "DB", "--latest", "--gaps"], "must be said by one of --latest and --gaps"),
        (["show", "--db", "DB", "--gaps", "--since", "2d"], "must be left out with --gaps"),
        (["show", "--db", "DB", "--latest", "--type", "lampFailure"], "must be left out with --latest"),
        (["run", "--seconds", "0"], "--seconds is 0 and must be above 0"),
        (["run", "--db", "DB", "--site", "elsewhere"], "has site 'sagar' and must have 'elsewhere'"),
        (["run", "--login", "/nowhere/login"], "the login file /nowhere/login cannot be read"),
        (["run", "--silent-after", "soon"], "the span is 'soon'"),
        (["run", "--seconds", "nan"], "--seconds is nan and must be above 0"),
        (["export", "--db", "DB", "--out", "/nowhere/x.csv"], "/nowhere/x.csv: No such file or directory"),
    ],
)
def test_an_error_is_one_sentence(db: Path, capsys: Capture, arguments: list[str], said: str) -> None:
    assert run(["record", *(str(db) if word == "DB" else word for word in arguments)]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert err.startswith("diya: ")
    assert err.count("\n") == 1


def test_faults_since_before_the_calendar_are_all(db: Path, capsys: Capture) -> None:
    assert run(["record", "faults", "--db", str(db), "--since", "99999999d", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["since"] == 0
    assert run(["record", "faults", "--db", str(db), "--since", "99999999d"]) == 0
    assert "over since 1970-01-01" in capsys.readouterr().out


def test_faults_are_shown_without_the_files_of_the_site(tmp_path: Path, capsys: Capture) -> None:
    now = int(time.time())
    record = Record(tmp_path / "r", "diya/1", "elsewhere")
    record.take([Message("diya/1/elsewhere/P0001/presence", b'{"v":1,"online":true}', False)], now, now)
    record.close()
    assert run(["record", "faults", "--db", str(tmp_path / "r"), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["faults"] == []
    assert err.startswith("the files of the site elsewhere are not here") and err.count("\n") == 1
    assert run(["record", "faults", "--db", str(tmp_path / "r"), "--site", "elsewhere"]) == 1


def test_the_faults_of_a_record_with_nothing_in_it(tmp_path: Path, capsys: Capture) -> None:
    Record(tmp_path / "r", "diya/1", "sagar").close()
    assert run(["record", "faults", "--db", str(tmp_path / "r")]) == 0
    assert capsys.readouterr().out == "the record holds nothing yet.\n"


def test_questions_are_signed_and_numbered(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"P0001:{'ab' * 32}\nP0002:{'cd' * 32}\n")
    with Mosquitto() as broker, Link(broker.address, [f"{HEAD}/+/command"]) as link:
        link.publish(f"{HEAD}/P0001/presence", b'{"v":1,"online":true}', retain=True)
        with Recording(tmp_path / "r", "--broker", broker.url, "--key-file", keys) as recording:
            recording.knows("P0001")
            link.publish(f"{HEAD}/P0001/event", event("a-3"))
            message = link.take(PATIENCE_S)
    assert message is not None
    said = json.loads(message.payload)
    assert message.topic == f"{HEAD}/P0001/command"
    assert not message.retained
    assert json.loads(said["body"]) == {"type": "resend", "epoch": "a", "from": 1, "to": 2}
    key = Key("P0001", bytes.fromhex("ab" * 32))
    assert said["mac"] == mac(key.secret, message.topic, "P0001", said["sender"], said["n"], said["body"])
    assert abs(said["n"] / 1000 - time.time()) < 60


def test_it_waits_for_a_broker_and_survives_its_loss(tmp_path: Path) -> None:
    file = tmp_path / "r"
    broker = Mosquitto()
    broker.start()
    broker.stop()
    with broker:
        broker.stop()
        with Recording(file, "--broker", broker.url, "--json") as recording:
            recording.says("no MQTT broker answers")
            broker.start()
            with Link(broker.address, ["x"]) as link:
                until(lambda: recording.holds(1) or link.post(f"{HEAD}/P0001/event", event("a-1")), "an event", 0.05)
            broker.crash()
            broker.start()
            with Link(broker.address, ["x"]) as link:
                until(lambda: recording.holds(2) or link.post(f"{HEAD}/P0001/event", event("a-2")), "another", 0.05)
    assert json.loads(recording.out)["events"] == 2
    assert json.loads(recording.out)["connections"] == 2
    assert "connected to" in recording.err


def test_over_tls_with_the_written_configuration(tmp_path: Path) -> None:
    with City(tmp_path / "city") as city:
        broker = ("--broker", f"mqtts://localhost:{city.city_port}", "--ca", city.out / "ca.pem", "--json")
        login = city.out / "secrets" / "iccc.login"
        with city.pole("P0001") as pole:
            pole.say(f"{HEAD}/P0001/presence", b'{"v":1,"online":true}', retain=True)
            with Recording(tmp_path / "r", *broker, "--login", login) as recording:
                recording.knows("P0001")
                pole.say(f"{HEAD}/P0001/event", event("a-1"))
                recording.has(1)
        assert json.loads(recording.out)["events"] == 1
        wrong = tmp_path / "login"
        wrong.write_text("iccc:wrong\n")
        refused = diya("record", "run", "--db", tmp_path / "r", *broker, "--login", wrong)
        assert refused.returncode == 1
        assert "does not let us in: Not authorized" in refused.stderr
