"""`diya site configure` and `diya site rekey` over a real Mosquitto; the poles judge by the firmware's own code."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from host_tools.broker.connection import Link
from host_tools.broker.mosquitto import Mosquitto
from host_tools.cli import run
from host_tools.keys.key import Key
from host_tools.keys.key_file import KeyFile
from host_tools.site import load_site, pole_config
from pole.commands.judge import Commands
from pole.security.keyring import change
from pole.settings import at_start, schema
from pole.settings.trial import Configuring
from pole.wire import ack_reasons, contract
from tests.firmware.mortal_store import MortalStore
from tests.installed import start
from tests.patience import PATIENCE_S

Capture = pytest.CaptureFixture[str]
HEAD = "diya/1/sagar"
SITE = load_site("sagar", 4)
NAMES = [pole.name for pole in SITE.poles]
P1, P2, P3, P4 = NAMES
ALL = [word for name in NAMES for word in ("--pole", name)]


class Pole:
    """One pole: its flash, and what of its firmware has to do with configurations and keys."""

    def __init__(self, name: str, link: Link, keys: dict[str, str]) -> None:
        self.name = name
        self.deaf = self.mute = False
        self._link = link
        flashed = {**pole_config(SITE, SITE.pole(name), int(time.time())), "keys": keys, "link.password": "secret"}
        self._factory = MortalStore({schema.NAME: json.dumps(flashed).encode()})
        self.store = MortalStore()
        self.marks: dict[str, int] = {}
        self.boot()

    def boot(self) -> None:
        self.settings, _, standing = at_start.in_force(self.store, self._factory)
        self.configuring = Configuring(self.settings, self.store, standing, 0)

    def online(self) -> None:
        self.say(contract.PRESENCE, {"v": 1, "online": True})
        version, digest = self.settings["version"], self.configuring.digest
        groups = list(self.settings["groups"])
        self.say(contract.BIRTH, {"v": 1, "configVersion": version, "configHash": digest, "groups": groups})
        self.configuring.online()
        fields = self.configuring.report()
        if fields:
            self.say(contract.ACK, {"v": 1, **fields})
            self.configuring.told()

    def hear(self, topic: str, payload: bytes) -> None:
        if self.deaf or not payload:
            return
        now = int(time.time())
        if topic.endswith("config"):
            fields = self.configuring.take(topic, payload, now)
            if self.configuring.restart:
                self.boot()
                if self.settings["link.port"] == 9:  # no pole is there
                    self.configuring.due(None, self.settings["link.trial"] * 1000)
                    self.boot()
                self.online()
            if fields:
                self.say(contract.ACK, {"v": 1, **fields})
            return
        verdict = Commands(self.settings["keys"], self.marks).take(topic, payload, now, 20)
        if verdict.mark:
            envelope_mark, n = verdict.mark
            self.marks[envelope_mark] = n
        if verdict.rekey:
            assert change(self.store, self.settings["keys"], *verdict.rekey) == ""
        said = {"sender": verdict.sender, "n": verdict.n, "outcome": verdict.outcome, "reason": verdict.reason}
        self.say(contract.ACK, {"v": 1, **said, "detail": verdict.detail})

    def say(self, kind: str, values: dict[str, Any]) -> None:
        if not self.mute:
            _qos, retain = contract.DELIVERY[kind]
            self._link.publish(f"{HEAD}/{self.name}/{kind}", json.dumps(values).encode(), retain=retain)


class Street(threading.Thread):
    """Poles on a broker; the last one is offline."""

    def __init__(self, broker: Mosquitto, keys: dict[str, Key]) -> None:
        super().__init__(daemon=True)
        self._link = Link(broker.address, [f"{HEAD}/+/config", f"{HEAD}/+/command"])
        self._keys = keys
        self._over = threading.Event()
        self.ready = threading.Event()
        self.poles: dict[str, Pole] = {}

    def run(self) -> None:
        with self._link as link:
            for name in NAMES:
                own = {name: self._keys[name].secret.hex()} if name in self._keys else {}
                self.poles[name] = Pole(name, link, own)
                self.poles[name].online()
            self.poles[P4].deaf = True
            link.publish(f"{HEAD}/{P4}/presence", b'{"v":1,"online":false}', retain=True)
            self.ready.set()
            while not self._over.is_set():
                message = link.take(0.02)
                if message:
                    self.poles[message.topic.split("/")[-2]].hear(message.topic, message.payload)
            for name in NAMES:
                for kind in ("presence", "birth", "config"):
                    link.publish(f"{HEAD}/{name}/{kind}", b"", retain=True)

    def end(self) -> None:
        self._over.set()
        self.join()


@pytest.fixture(scope="module")
def broker() -> Iterator[Mosquitto]:
    with Mosquitto() as one:
        yield one


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "poles.keys"
    path.write_text("# sagar\n" + "".join(f"{name}:{bytes([5 + i]).hex() * 32}\n" for i, name in enumerate(NAMES)))
    path.chmod(0o600)
    return path


@pytest.fixture
def street(broker: Mosquitto, keys: Path) -> Iterator[Street]:
    one = Street(broker, KeyFile(keys).current)
    one.start()
    assert one.ready.wait(PATIENCE_S)
    yield one
    one.end()


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Sagar's files, to be changed."""
    folder = tmp_path / "sagar"
    folder.mkdir()
    here = Path(__file__).parents[4] / "simulator" / "sites" / "sagar"
    (folder / "site.toml").write_text((here / "site.toml").read_text())
    (folder / "poles.csv").write_text((here / "poles.csv").read_text())
    return folder


def change_site(site: Path, old: str, new: str) -> None:
    text = (site / "site.toml").read_text()
    assert old in text
    (site / "site.toml").write_text(text.replace(old, new))


def call(broker: Mosquitto, capsys: Capture, *arguments: str | Path) -> tuple[int, dict[str, Any], str]:
    code = run(["site", *map(str, arguments), "--broker", broker.url, "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else {}, err


def test_poles_are_told_what_the_files_say_and_left_alone_when_they_live_by_it(
    broker: Mosquitto, street: Street, site: Path, keys: Path, capsys: Capture
) -> None:
    arguments = ("configure", site, "--key-file", keys, "--wait", "120")
    code, said, err = call(broker, capsys, *arguments, "--pole", P1, "--pole", P2)
    assert (code, said["applied"], said["there"]) == (0, [P1, P2], []), err
    assert said["sent"][P1]["version"] == 2
    pole = street.poles[P1]
    assert (pole.settings["version"], pole.configuring.digest) == (2, said["sent"][P1]["hash"])
    assert (pole.settings["link.password"], list(pole.settings["keys"])) == ("secret", [P1])
    code, said, _ = call(broker, capsys, *arguments, "--pole", P1, "--pole", P2)
    assert (code, said["sent"], said["there"]) == (0, {}, [P1, P2])
    change_site(site, "floor = 20", "floor = 30")
    code, said, err = call(broker, capsys, *arguments[:-1], "10", *ALL)  # all of it: one is deaf
    assert (code, said["applied"], said["noAnswer"], said["offline"]) == (1, [P1, P2, P3], [P4], [P4])
    assert "1 of 4 poles did not say" in err
    assert (said["sent"][P1]["version"], said["sent"][P3]["version"]) == (3, 2)
    assert {street.poles[name].settings["floor"] for name in (P1, P2, P3)} == {30}
    assert (
        run(["site", "configure", str(site), "--broker", broker.url, "--key-file", str(keys), "--wait", "0.3", *ALL])
        == 1
    )
    assert capsys.readouterr().out == f"says the same already: {P1}, {P2}, {P3}\nno answer yet, offline: {P4}\n"


def test_a_pole_that_refuses_or_goes_back_is_shown_with_its_reason(
    broker: Mosquitto, street: Street, site: Path, keys: Path, capsys: Capture
) -> None:
    arguments = ("configure", site, "--key-file", keys, "--wait", "120")
    street.poles[P2].settings["keys"][P2] = "00" * 32  # it has another key than the city believes
    change_site(site, "mqtt://127.0.0.1:1883", "mqtt://127.0.0.1:9")
    code, said, _ = call(broker, capsys, *arguments, "--pole", P1, "--pole", P2)
    assert code == 1
    assert said["rejected"][P2]["reason"] == ack_reasons.BAD_MAC
    assert said["reverted"] == {P1: "no session within 900 s after it came in force"}
    assert street.poles[P1].settings["link.port"] == 1883
    change_site(site, "mqtt://127.0.0.1:9", "mqtt://127.0.0.1:1883")
    code, said, _ = call(broker, capsys, *arguments, "--pole", P1)
    assert (code, said["applied"], said["sent"][P1]["version"]) == (0, [P1], 3)


def test_nothing_is_sent_where_anything_is_wrong(
    broker: Mosquitto, street: Street, site: Path, keys: Path, capsys: Capture
) -> None:
    keys.write_text("".join(line for line in keys.read_text().splitlines(keepends=True) if P3 not in line))
    code, _, err = call(broker, capsys, "configure", site, "--key-file", keys, *ALL)
    assert (code, err) == (1, f"diya: the key file has no key called {P3}, and only the pole's own may configure it.\n")
    change_site(site, "floor = 20", "floor = 200")
    code, _, err = call(broker, capsys, "configure", site, "--key-file", keys, "--pole", P1)
    assert code == 1
    assert "light.floor is 200 and must be 0 to 100 percent" in err
    for wrong, words in (
        (["--pole", "P0999"], "'P0999'"), (["--group", "moon"], "the group is 'moon'"), ([], "exactly one of"),
    ):  # fmt: skip
        assert words in call(broker, capsys, "configure", "sagar", *wrong)[2]
    assert {pole.settings["version"] for pole in street.poles.values()} == {1}


def test_what_a_broker_made_up_is_not_taken_for_what_was_sent(
    broker: Mosquitto, street: Street, site: Path, keys: Path, capsys: Capture
) -> None:
    arguments = ("configure", site, "--key-file", keys, "--wait", "120", "--pole", P1)
    assert call(broker, capsys, *arguments)[0] == 0
    topic = f"{HEAD}/{P1}/config"
    with Link(broker.address, [topic]) as link:
        retained = link.take(PATIENCE_S)
        assert retained is not None
        kept = json.loads(retained.payload)
        link.publish(topic, json.dumps({**kept, "mac": "00" * 32}).encode(), retain=True)
    code, said, _ = call(broker, capsys, *arguments)
    assert (code, said["applied"]) == (0, [P1])


def test_each_pole_gets_a_new_key_of_its_own(
    broker: Mosquitto, street: Street, site: Path, keys: Path, capsys: Capture
) -> None:
    before = KeyFile(keys).current
    code, said, err = call(broker, capsys, "rekey", site, "--key-file", keys, *ALL, "--wait", "10")
    assert (code, said["applied"], said["noAnswer"], said["pending"]) == (1, [P1, P2, P3], [P4], [P4])
    assert err == f"diya: 1 of 4 poles did not do it; their new keys are pending in {keys}: run it again.\n"
    after = KeyFile(keys)
    for name in (P1, P2, P3):
        assert after.current[name] != before[name]
        assert street.poles[name].settings["keys"] == {name: after.current[name].secret.hex()}
    assert after.current[P4] == before[P4]
    assert keys.read_text().startswith("# sagar\n")
    assert keys.stat().st_mode & 0o777 == 0o600
    street.poles[P4].deaf = False
    pending = after.pending[P4]
    code, said, _ = call(broker, capsys, "rekey", site, "--key-file", keys, "--pole", P4)
    assert (code, said["pending"], KeyFile(keys).current[P4]) == (0, [], pending)


def test_a_pole_whose_word_was_lost_is_asked_again_under_the_new_key(
    broker: Mosquitto, street: Street, site: Path, keys: Path, capsys: Capture
) -> None:
    street.poles[P1].mute = True  # it applies the message, and its ack is lost
    arguments = ("rekey", site, "--key-file", keys, "--pole", P1)
    assert call(broker, capsys, *arguments, "--wait", "0.5")[0] == 1
    pending = KeyFile(keys).pending[P1]
    assert street.poles[P1].settings["keys"][P1] == pending.secret.hex()
    street.poles[P1].mute = False
    assert call(broker, capsys, *arguments)[0] == 0
    assert KeyFile(keys).current[P1] == pending
    assert KeyFile(keys).pending == {}


def test_a_shared_key_is_in_force_when_every_pole_has_it_and_can_be_taken_back(
    broker: Mosquitto, street: Street, site: Path, keys: Path, capsys: Capture
) -> None:
    arguments = ("rekey", site, "--key-file", keys, "--name", "W21", "--pole", P1, "--pole", P2)
    street.poles[P2].deaf = True
    assert call(broker, capsys, *arguments, "--wait", "0.5")[0] == 1
    assert "W21" not in KeyFile(keys).current
    street.poles[P2].deaf = False
    assert call(broker, capsys, *arguments)[0] == 0
    shared = KeyFile(keys).current["W21"].secret.hex()
    assert {street.poles[name].settings["keys"]["W21"] for name in (P1, P2)} == {shared}
    assert call(broker, capsys, *arguments, "--remove")[0] == 0
    assert all("W21" not in street.poles[name].settings["keys"] for name in (P1, P2))
    code, _, err = call(broker, capsys, "rekey", site, "--key-file", keys, "--remove", "--pole", P1)
    assert (code, err) == (1, "diya: a pole's own key can be changed and not removed: --name must name another.\n")


def test_a_key_file_that_others_can_read_is_said_and_closed_when_it_is_written(
    broker: Mosquitto, street: Street, site: Path, keys: Path, capsys: Capture
) -> None:
    keys.chmod(0o644)
    code, _, err = call(broker, capsys, "rekey", site, "--key-file", keys, "--pole", P1)
    assert (code, err) == (0, f"warning: everybody can read the key file {keys}: chmod 600 {keys}.\n")
    assert keys.stat().st_mode & 0o777 == 0o600
    assert call(broker, capsys, "rekey", site, "--key-file", keys, "--pole", P1)[2] == ""


def test_a_key_file_that_makes_no_sense_is_refused(tmp_path: Path, broker: Mosquitto, capsys: Capture) -> None:
    path = tmp_path / "keys"
    path.write_text("P0001:00\n")
    code, _, err = call(broker, capsys, "rekey", "sagar", "--key-file", path, "--pole", "P0001")
    assert (code, err) == (
        1,
        f"diya: line 1 of the key file {path} has a key of 2 digits: "
        "it must be a key's name, a colon and 64 hexadecimal digits.\n",
    )  # fmt: skip


def test_a_simulated_street_is_configured_over_the_wire(broker: Mosquitto, tmp_path: Path, capsys: Capture) -> None:
    started = ["simulate", "--broker", broker.url, "--poles", "2", "--hours", "3", "--speed", "40"]
    live = start(*started, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=None)
    try:
        with Link(broker.address, [f"{HEAD}/+/birth"]) as link:
            born: set[str] = set()
            while len(born) < 2:
                message = link.take(PATIENCE_S)
                assert message is not None, born
                if message.payload:
                    born.add(message.topic.split("/")[-2])
        code, said, err = call(
            broker, capsys, "configure", "sagar", "--simulated", "--pole", P1, "--pole", P2, "--wait", "120"
        )
        assert (code, said["applied"]) == (0, [P1, P2]), (said, err)
        code, said, err = call(
            broker, capsys, "configure", "sagar", "--simulated", "--pole", P1, "--pole", P2, "--wait", "120"
        )
        assert (code, said["there"]) == (0, [P1, P2]), (said, err)
    finally:
        live.terminate()
        live.wait(PATIENCE_S)
