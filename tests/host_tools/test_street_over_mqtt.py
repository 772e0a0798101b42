"""`diya watch` and `diya send` over a real Mosquitto; the stand-in poles judge commands by the firmware's code."""

import itertools
import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from host_tools.broker.connection import Link
from host_tools.broker.mosquitto import Mosquitto
from host_tools.cli import run
from pole.commands.judge import Commands
from pole.wire import ack_reasons, contract
from tests.installed import start
from tests.patience import PATIENCE_S, until

NOW = 1795531800  # 24 November 2026, 20:20 in Sagar
HEAD = "diya/1/sagar"
GROUPS = {
    "P0001": ["main-road", "F01"],
    "P0002": ["main-road", "F01"],
    "P0003": ["market", "F02"],
    "P0004": ["market", "F02"],
}

Capture = pytest.CaptureFixture[str]


class Poles(threading.Thread):
    """Answers commands as poles do; P0004 is online and deaf."""

    def __init__(self, broker: Mosquitto) -> None:
        super().__init__(daemon=True)
        self._link = Link(broker.address, [f"{HEAD}/+/command", f"{HEAD}/_group/+/command"])
        self._over = threading.Event()
        self._tells_at = 0.0
        self._minds = {pole: Commands({}, {}) for pole in GROUPS}
        self.ready = threading.Event()
        self.held: dict[str, Any] = {}

    def run(self) -> None:
        with self._link as link:
            self._tell_time()
            for pole, groups in GROUPS.items():
                self._say(pole, contract.PRESENCE, {"v": 1, "online": True})
                self._say(pole, contract.BIRTH, {"v": 1, "at": NOW - 60, "groups": groups, "board": "virtual"})
                self._say(pole, contract.STATE, {
                    "v": 1, "at": NOW - 60, "level": 70, "target": 70, "reason": "main-road: 23:30",
                    "owner": "calendar", "until": NOW + 3600, "clock": "synced",
                })  # fmt: skip
            link.publish(f"{HEAD}/P0001/state", b"\xff\x00 rubbish")
            self.ready.set()
            while not self._over.is_set():
                message = link.take(0.05)
                self._tell_time()
                if message is None:
                    continue
                for pole, groups in GROUPS.items():
                    topics = [contract.topic("diya/1", "sagar", pole, "command"), contract.all_topic("diya/1", "sagar")]
                    topics += [contract.group_topic("diya/1", "sagar", group) for group in groups]
                    if message.topic in topics and pole != "P0004":
                        self._obey(pole, message.topic, message.payload)

    def end(self) -> None:
        self._over.set()
        self.join()

    def _tell_time(self) -> None:
        """As a simulator does; the time stands, so that what is said in it can be compared."""
        if time.monotonic() >= self._tells_at:
            self._tells_at = time.monotonic() + 0.2
            self._link.publish(f"{HEAD}/_sim/clock", json.dumps({"unix": NOW, "factor": 1}).encode(), retain=True)

    def _obey(self, pole: str, topic: str, payload: bytes) -> None:
        verdict = self._minds[pole].take(topic, payload, NOW, 20)
        ack = {
            "v": 1,
            "at": NOW,
            "key": verdict.key,
            "sender": verdict.sender,
            "n": verdict.n,
            "outcome": verdict.outcome,
        }
        if verdict.reason:
            ack |= {"reason": verdict.reason, "detail": verdict.detail}
        self.held[pole] = verdict.override or verdict.cancel
        self._say(pole, contract.ACK, ack)

    def _say(self, pole: str, kind: str, values: dict[str, Any]) -> None:
        _qos, retain = contract.DELIVERY[kind]
        self._link.publish(f"{HEAD}/{pole}/{kind}", json.dumps(values).encode(), retain=retain)


@pytest.fixture(scope="module")
def broker() -> Iterator[Mosquitto]:
    with Mosquitto() as one:
        yield one


@pytest.fixture(scope="module")
def poles(broker: Mosquitto) -> Iterator[Poles]:
    street = Poles(broker)
    street.start()
    assert street.ready.wait(PATIENCE_S)
    yield street
    street.end()


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own counters are left alone, and each test is another sender's first: poles remember numbers."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("host_tools.verbs.send.sender_name", lambda: tmp_path.name[:40])


def send(broker: Mosquitto, capsys: Capture, *arguments: str) -> tuple[int, dict[str, Any], str]:
    code = run(["send", "--broker", broker.url, "--simulated", "--json", *arguments])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else {}, err


def test_one_pole_does_as_it_is_told(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    code, said, _ = send(
        broker,
        capsys,
        "--pole",
        "P0001",
        "--level",
        "55",
        "--for",
        "2h",
        "--reason",
        "match",
        "--ref",
        "T1",
        "--ramp",
        "9",
    )
    assert code == 0
    assert said["applied"] == ["P0001"]
    held = poles.held["P0001"]
    assert (held.owner, held.level, held.reason, held.ref, held.ramp_s) == ("operator", 55, "match", "T1", 9)
    assert abs(held.expiration - (NOW + 7200)) < 120  # on the simulation's clock
    assert said["expiration"] == held.expiration


def test_until_is_local_time_of_the_site(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    code, said, _ = send(broker, capsys, "--pole", "P0001", "--pole", "P0002", "--level", "90", "--until", "22:00")
    assert (code, said["applied"]) == (0, ["P0001", "P0002"])
    assert poles.held["P0002"].expiration == NOW + 6000


def test_a_command_always_expires(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    assert send(broker, capsys, "--pole", "P0001", "--level", "90")[0] == 0
    assert abs(poles.held["P0001"].expiration - (NOW + 1800)) < 120


def test_a_group_is_asked_at_once_and_the_deaf_are_named(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    for wait_s in ("0.7", "5", "60"):  # a busy computer answers later
        code, said, err = send(broker, capsys, "--group", "market", "--level", "80", "--wait", wait_s)
        if said["applied"]:
            break
    assert code == 1
    assert (said["applied"], said["noAnswer"]) == (["P0003"], ["P0004"])
    never, did_not = err.splitlines()
    assert never.startswith("diya: 43 more in the site's files have never reported: P0007 to P0009, P0021 to P0040")
    assert did_not == "diya: 1 of 2 poles did not do it."


def test_a_refusal_says_why(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    code, said, _ = send(broker, capsys, "--group", "main-road", "--level", "10")
    assert code == 1
    assert said["rejected"]["P0001"]["reason"] == ack_reasons.BELOW_FLOOR
    assert "must be at least 20" in said["rejected"]["P0002"]["detail"]
    assert run(["send", "--broker", broker.url, "--simulated", "--group", "main-road", "--level", "10"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("rejected, belowFloor: level is 10")
    assert out.endswith(": P0001, P0002\n")


def test_cancel_names_owner_and_reference(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    assert send(broker, capsys, "--pole", "P0002", "--cancel", "--owner", "incident", "--ref", "T1")[0] == 0
    assert (poles.held["P0002"].owner, poles.held["P0002"].ref) == ("incident", "T1")


def test_a_cancel_is_done_where_nothing_was_held(
    broker: Mosquitto, poles: Poles, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    obey = Poles._obey

    def holds_nothing(self: Poles, pole: str, topic: str, payload: bytes) -> None:
        if pole == "P0001":
            return obey(self, pole, topic, payload)
        ack = {
            "v": 1,
            "sender": json.loads(payload)["sender"],
            "n": json.loads(payload)["n"],
            "outcome": ack_reasons.REJECTED,
        }
        return self._say(pole, contract.ACK, {**ack, "reason": ack_reasons.UNKNOWN_REFERENCE})

    monkeypatch.setattr(Poles, "_obey", holds_nothing)
    code, said, _ = send(broker, capsys, "--group", "main-road", "--cancel")
    assert (code, said["applied"], said["nothingHeld"]) == (0, ["P0001"], ["P0002"])
    code, _, err = send(broker, capsys, "--pole", "P0002", "--cancel", "--ref", "mistyped")
    assert (code, err) == (1, "diya: 1 of 1 pole did not do it.\n")


def test_a_pole_that_is_offline_is_not_waited_for(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    topic = f"{HEAD}/P0009/presence"
    with Link(broker.address, ["x"]) as link:
        link.publish(topic, b'{"v":1,"online":false}', retain=True)
        code, said, _ = send(broker, capsys, "--pole", "P0009", "--level", "80", "--wait", "60")
        link.publish(topic, b"", retain=True)
    assert code == 1
    assert said["offline"] == ["P0009"]


def test_a_pole_or_group_nobody_knows_is_said_so(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    code, _, err = send(broker, capsys, "--pole", "P0404", "--level", "80")
    assert code == 1
    assert "P0404 has not reported to the broker" in err
    assert "P0001, P0002, P0003, P0004" in err
    assert (
        "give a group there is: F01, F02, main-road, market" in send(broker, capsys, "--group", "x", "--level", "8")[2]
    )


def test_watching_once(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    assert run(["watch", "--broker", broker.url, "--simulated", "--once", "--json"]) == 0
    seen = json.loads(capsys.readouterr().out)
    assert seen["simulated"]
    assert [row["pole"] for row in seen["poles"]] == ["P0001", "P0002", "P0003", "P0004"]
    assert seen["summary"]["online"] == seen["summary"]["lit"] == 4
    assert run(["watch", "--broker", broker.url, "--simulated", "--once"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("P0001  online")
    assert "70 % calendar: main-road: 23:30 until 21:20" in lines[0]
    assert lines[-1].startswith("4 poles, 4 online, 4 lit")


def test_watching_gives_a_line_for_each_change(broker: Mosquitto, poles: Poles, tmp_path: Path) -> None:
    def say(number: int) -> None:
        event = {"v": 1, "at": NOW, "id": f"a-{number}", "eventType": "lampFailure", "startEndFlag": True}
        link.publish(f"{HEAD}/P0002/event", json.dumps({**event, "timestamp": NOW}).encode())
        link.publish(f"{HEAD}/P0002/meter", b"\xfe\xfe")

    lines: list[str] = []
    watch = start("watch", "--broker", broker.url, "--simulated", cwd=tmp_path, env={"PYTHONUNBUFFERED": "1"})
    assert watch.stdout and watch.stderr
    reader = threading.Thread(target=lambda out: lines.extend(out), args=[watch.stdout])
    reader.start()
    numbers = itertools.count(1)
    with Link(broker.address, ["x"]) as link:  # again and again: what is said before it has subscribed is not heard
        until(lambda: "20:20:00 P0002 lampFailure\n" in lines or say(next(numbers)), "a line for the change", 0.1)
    watch.send_signal(signal.SIGINT)
    assert watch.wait(PATIENCE_S) == 0
    reader.join()
    with watch.stdout, watch.stderr:
        assert watch.stderr.read() == ""
    assert "\x1b" not in "".join(lines)


def test_a_site_that_is_nowhere_is_a_mistake(broker: Mosquitto, poles: Poles, capsys: Capture) -> None:
    assert run(["watch", "--broker", broker.url, "--site", "elsewhere", "--once", "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "no pole of a site called elsewhere has reported" in said.err
    assert said.err.count("\n") == 1
