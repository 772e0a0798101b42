"""`diya update change-key` over a real Mosquitto: the pole that is online judges by the firmware's own code."""

from __future__ import annotations

import getpass
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from host_tools import cli
from host_tools.broker.connection import Link
from host_tools.broker.mosquitto import Mosquitto
from host_tools.city.record.record import Record
from host_tools.city.store.command_tables import audit
from host_tools.city.store.rollout_tables import RELEASE as RELEASES
from host_tools.city.store.rollout_tables import rollout, rollout_pole
from host_tools.city.store.tables import pole
from host_tools.city.updates import key_change_rows
from host_tools.keys.signing import read_signer
from host_tools.release.manifest import key_text, print_of
from host_tools.site import load_site
from pole.update import signer
from tests.firmware.update import short_key, update_bench
from tests.firmware.update.update_bench import OWN, Pole, Store

HEAD = "diya/1/sagar"
NONCE = "00112233aabbccdd"
ONLINE, THERE, RELEASE, AWAY, NEVER = (f"P000{number}" for number in range(1, 6))
POLES = [word for name in (ONLINE, THERE, RELEASE, AWAY, NEVER) for word in ("--pole", name)]

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    with Mosquitto() as one:
        yield one


class Street(threading.Thread):
    """One pole that is online, with the firmware's judge of updates; the others have only left retained messages."""

    def __init__(self, broker: Mosquitto) -> None:
        super().__init__(daemon=True)
        self.pole = Pole(Store(), {}, keys={ONLINE: OWN})
        self.pole.commanding.nonce = NONCE
        self.pole.reporter.identity["app"]["key"] = signer.print_of(short_key.MODULUS)
        self.over, self.ready = threading.Event(), threading.Event()
        self._link = Link(broker.address, [f"{HEAD}/{ONLINE}/update"])

    def run(self) -> None:
        with self._link as link:
            self.link = link
            self.born(ONLINE, self.pole.reporter.identity["app"]["key"], True)
            self.ready.set()
            while not self.over.is_set():
                message = link.take(0.05)
                if message and message.payload:
                    said = self.pole.hear(message.payload, message.topic)
                    if said:
                        link.publish(f"{HEAD}/{ONLINE}/ack", json.dumps({"v": 1, **said}).encode())
                        self.born(ONLINE, self.pole.reporter.identity["app"]["key"], True)

    def born(self, name: str, key: str, online: bool) -> None:
        app = {"slot": "", "version": "0.1.0", "probation": False, "serial": 0, "key": key}
        self.say(name, "birth", {"v": 1, "board": "virtual", "app": app, "flashNonce": NONCE})
        self.say(name, "presence", {"v": 1, "online": online})

    def say(self, name: str, kind: str, values: dict[str, Any]) -> None:
        self.link.publish(f"{HEAD}/{name}/{kind}", json.dumps(values).encode(), retain=True)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: the poles' keys, another key for updates, and the signed change to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(update_bench, "NOW", int(time.time()))
    (tmp_path / "keys.txt").write_text("".join(f"{name}:{OWN}\n" for name in (ONLINE, THERE, RELEASE, AWAY, NEVER)))
    (tmp_path / "keys.txt").chmod(0o600)
    text = key_text(read_signer(tmp_path / "new.pem", new=True).modulus, "sagar", 1_795_500_000_000)
    change = {"manifest": text, "signature": short_key.signed(text.encode())}
    (tmp_path / "change.json").write_text(json.dumps(change))
    return tmp_path


def test_poles_take_the_change_and_those_that_cannot_now_are_named(
    place: Path, broker: Mosquitto, capsys: Capture
) -> None:
    new = print_of(read_signer(place / "new.pem").modulus)
    old = print_of(short_key.MODULUS)
    verb = ["update", "change-key", "change.json", "--site", "sagar", "--key-file", "keys.txt"]
    verb += ["--broker", broker.url, *POLES]
    street = Street(broker)
    street.start()
    assert street.ready.wait(20)
    street.born(THERE, new, True)
    street.born(RELEASE, old, False)
    kept = json.dumps({"v": 1, "body": json.dumps({"cancel": True})}).encode()
    street.link.publish(f"{HEAD}/{RELEASE}/update", kept, retain=True)
    street.born(AWAY, old, False)
    assert cli.run([*verb, "--wait", "3"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        f"had the key {new} already: {THERE}", f"took the key {new}: {ONLINE}",
        f"offline, takes it when it comes back: {AWAY}", f"offline with another update to take first: {RELEASE}",
        f"never reported: {NEVER}",
    ]  # fmt: skip
    assert f"3 of 5 poles did not say that the key {new} is in force; the old one is needed until all do." in err
    assert signer.print_of(signer.modulus(street.pole.ports.store, street.pole.ports.factory)) == new
    assert cli.run([*verb, "--wait", "1", "--json"]) == 1  # again: whoever has it is sent nothing
    said = json.loads(capsys.readouterr().out)
    assert (said["key"], said["there"], said["applied"]) == (new, [ONLINE, THERE], [])
    assert (said["pending"], said["offline"], said["neverReported"]) == ([RELEASE], [AWAY], [NEVER])
    with Link(broker.address, [f"{HEAD}/+/update"]) as link:
        retained = {message.topic.split("/")[-2]: message.payload for message in link.settle(0.4, 20)}
    assert retained.keys() == {ONLINE, RELEASE, AWAY} and retained[RELEASE] == kept
    street.over.set()
    street.join()


def place_rollout(connection: sa.Connection, name: str) -> None:
    """A rollout of a release that is under way on the pole *name*."""
    pole_id = int(connection.execute(sa.insert(pole).values(name=name).returning(pole.c.id)).scalar_one())
    values = {"who": "asha", "role": "engineer", "door": "console", "text": "", "base": "", "written_at": 1}
    added = sa.insert(rollout).values(**values, kind=RELEASES, state="going", decided_at=1).returning(rollout.c.id)
    number = int(connection.execute(added).scalar_one())
    connection.execute(sa.insert(rollout_pole).values(rollout=number, pole=pole_id, wave=0, state="accepted"))


def test_who_changed_the_key_of_which_poles_is_in_the_audit_and_poles_under_way_are_left_alone(
    place: Path, broker: Mosquitto, capsys: Capture
) -> None:
    record = Record(place / "store.db", "diya/1", "sagar", {"timezone": "Asia/Kolkata"}, files=load_site("sagar", 5))
    with record.transaction() as connection:
        place_rollout(connection, AWAY)
    street = Street(broker)
    street.start()
    assert street.ready.wait(20)
    street.born(THERE, print_of(short_key.MODULUS), False)
    street.born(AWAY, print_of(short_key.MODULUS), True)
    verb = ["update", "change-key", "change.json", "--site", "sagar", "--key-file", "keys.txt", "--broker", broker.url]
    assert cli.run([*verb, *POLES, "--wait", "3", "--db", "store.db"]) == 1
    out, err = capsys.readouterr()
    assert f"a release is under way on them: give it again then: {AWAY}" in out and "no record was named" not in err
    new = print_of(read_signer(place / "new.pem").modulus)
    with record.transaction() as connection:
        rows = connection.execute(sa.select(audit).where(audit.c.door == key_change_rows.DOOR)).mappings().all()
        pending = key_change_rows.Changing("").read(connection)
    asked, over = (json.loads(row["detail"]) for row in rows)
    assert [row["what"] for row in rows] == ["changeKey", "changeKeyOver"] and rows[0]["who"] == getpass.getuser()
    assert (asked["key"], asked["serial"], asked["poles"][:2]) == (new, 1_795_500_000_000, [ONLINE, THERE])
    assert AWAY not in asked["poles"] and pending == dict.fromkeys(asked["poles"], new)
    assert over == {"key": new, "serial": 1_795_500_000_000, "took": [ONLINE], "refused": {}}
    assert cli.run([*verb, *POLES, "--wait", "1", "--db", "nowhere.db"]) == 1
    assert "there is no record at nowhere.db" in capsys.readouterr().err
    ahead = key_text(read_signer(place / "other.pem", new=True).modulus, "sagar", 4_000_000_000_000)  # 2096
    (place / "change.json").write_text(json.dumps({"manifest": ahead, "signature": short_key.signed(ahead.encode())}))
    assert cli.run([*verb, *POLES, "--wait", "1", "--db", "store.db"]) == 1
    assert "more than a day after now: the clock was wrong" in capsys.readouterr().err
    street.over.set()
    street.join()
    record.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "is no signed change of the key and must be what `diya update keygen --rotate` writes"),
        ('{"manifest": "{}", "signature": "x"}', "is no signed change of the key"),
        ("[", "is no signed change of the key"),
        (None, "cannot be read: No such file"),
    ],
)
def test_what_is_no_change_is_one_sentence(place: Path, text: str | None, words: str, capsys: Capture) -> None:
    file = place / "change.json"
    file.unlink()
    if text is not None:
        file.write_text(text)
    assert cli.run(["update", "change-key", "change.json", "--site", "sagar", "--all"]) == 1
    err = capsys.readouterr().err
    assert words in err and len(err.splitlines()) == 1


def test_the_change_of_another_city_is_not_sent(place: Path, broker: Mosquitto, capsys: Capture) -> None:
    text = key_text(read_signer(place / "new.pem").modulus, "indore", 1_795_500_000_000)
    (place / "change.json").write_text(json.dumps({"manifest": text, "signature": "x"}))
    assert cli.run(["update", "change-key", "change.json", "--site", "sagar", "--all", "--broker", broker.url]) == 1
    assert "is for the site indore and must be for sagar" in capsys.readouterr().err
