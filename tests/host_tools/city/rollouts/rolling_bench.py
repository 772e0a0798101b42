"""A receiver as far as rollouts go, without MQTT: record, store, what the broker retains, and poles of real firmware.

Poles judge, store and restart by the firmware's own code (settings/trial.py, settings/at_start.py); between them and
the receiver is a broker that retains, and delivers what it retains at each new session.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from host_tools.broker.connection import Message
from host_tools.city.record.configurations import SETTLE_S, Configurations
from host_tools.city.record.record import Record
from host_tools.city.record.rollouts import Rollouts
from host_tools.city.rollouts import requests, rollout_rows
from host_tools.city.rollouts.examine import Examined
from host_tools.city.rollouts.roller import Roller
from host_tools.keys.key import Key
from host_tools.site import load_site, pole_config, sections
from pole.settings import at_start, schema
from pole.settings.trial import Configuring
from pole.wire import ack_reasons, contract
from tests.firmware.mortal_store import MortalStore
from tests.host_tools.city.rollouts.mortal_receiver import HEAD, Killed, MortalReceiver
from tests.town import SAGAR

__all__ = ["HEAD", "NOW", "Killed", "RollingBench", "StreetPole", "site_folder"]

NOW = 1795542000  # an evening of November 2026 in Sagar
SENDER = "receiver-p"


def at_once(work: Callable[[], Examined]) -> Future[Examined]:
    """What takes seconds, done now."""
    done: Future[Examined] = Future()
    try:
        done.set_result(work())
    except Exception as error:
        done.set_exception(error)
    return done


def site_folder(path: Path, poles: int, first: int = 156) -> Path:
    """A copy of Sagar's *poles* poles from number *first* on, to be written into."""
    folder = path / "sagar"
    folder.mkdir(parents=True, exist_ok=True)
    lines = (Path(SAGAR) / "poles.csv").read_text().splitlines(True)
    (folder / "poles.csv").write_text("".join(lines[:2] + lines[2 + first : 2 + first + poles]))
    (folder / "site.toml").write_text((Path(SAGAR) / "site.toml").read_text())
    return folder


class StreetPole:
    """One pole.  ``trouble``: "reverts" (what it gets), "rejects", or "mute" (its words are lost)."""

    def __init__(self, bench: RollingBench, name: str) -> None:
        self.name, self._bench = name, bench
        self.on, self.trouble = False, ""
        flashed = {**pole_config(bench.site, bench.site.pole(name), NOW), "keys": {}}
        self._factory = MortalStore({schema.NAME: json.dumps(flashed).encode()})
        self.store = MortalStore()
        self.restarts = 0
        self._boot()

    def _boot(self) -> None:
        self.settings, _, standing = at_start.in_force(self.store, self._factory)
        self.configuring = Configuring(self.settings, self.store, standing, 0)

    def appear(self) -> None:
        self.on = True
        self._session()

    def leave(self) -> None:
        self.on = False
        self._bench.say(self.name, contract.PRESENCE, online=False)

    def _session(self) -> None:
        self._bench.say(self.name, contract.PRESENCE, online=True)
        digest, version = self.configuring.digest, self.settings["version"]
        self.configuring.online()
        self._tell(contract.BIRTH, configVersion=version, configHash=digest, groups=list(self.settings["groups"]))
        if fields := self.configuring.report():
            self._tell(contract.ACK, **fields)
            self.configuring.told()
        if kept := self._bench.retained.get(f"{HEAD}/{self.name}/config"):
            self.take(kept)

    def take(self, payload: bytes) -> None:
        if not self.on:
            return
        if self.trouble in ("rejects", "reverts"):
            said = json.loads(payload)
            refused = {"outcome": ack_reasons.REJECTED, "sender": said["sender"], "n": said["n"], "detail": "a test"}
            reason = ack_reasons.REVERTED if self.trouble == "reverts" else ack_reasons.BAD_FIELD
            self._tell(contract.ACK, **refused, reason=reason)
            return
        fields = self.configuring.take(f"{HEAD}/{self.name}/config", payload, self._bench.now)
        if self.configuring.restart:
            self.restarts += 1
            self._boot()
            self._session()
        if fields:
            self._tell(contract.ACK, **fields)

    def _tell(self, kind: str, **values: Any) -> None:
        if self.trouble != "mute":
            self._bench.say(self.name, kind, **values)

    @property
    def level_at_ten(self) -> int:
        """The level of its residential programme from 22:00 on."""
        return next(int(point[1]) for point in self.settings["programmes"]["residential"] if point[0] == "22:00")


class RollingBench(MortalReceiver):
    """The receiver of the site in *folder* with its store at *where*, or with *record*; and its *poles*."""

    def __init__(
        self, where: Path | str, folder: Path, keys: dict[str, Key] | None = None, record: Record | None = None,
        poles: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(NOW)
        self.where, self.folder, self.steady = where, folder, 0.0
        self.said = list[str]()
        self.published = list[str]()
        self._keys = keys or {}
        self.site = load_site(folder)
        self._start(record)
        self.poles = {one.name: StreetPole(self, one.name) for one in self.site.poles if poles}
        for pole in self.poles.values():
            pole.appear()
        self.go(2)

    # -- the receiver

    def _start(self, record: Record | None = None) -> None:
        about = {"timezone": "Asia/Kolkata"}
        self.record = record or Record(self.where, "diya/1", "sagar", about, files=load_site(self.folder))
        self._configurations = Configurations(self.record, HEAD, self._keys, self.said.append)
        self.rollouts = Rollouts(self.record, self._roller, self.said.append)
        self.connect()

    def _roller(self) -> Roller:
        roller = Roller(
            "diya/1", "sagar", self._keys, SENDER, self.folder, self.folder, timezone=self.record.timezone,
            say=self.said.append, run=at_once,
        )  # fmt: skip
        return self._mortal(roller)

    def connect(self) -> None:
        """A new session: the broker delivers what it retains."""
        self._configurations.connected(self.steady)
        retained = [Message(topic, payload, True) for topic, payload in self.retained.items()]
        self._waiting = retained + [one for one in self._waiting if not one.retained]

    def turn(self) -> None:
        messages, self._waiting = self._waiting, []
        taken = self.record.take(messages, self.now, float(self.now))
        self._configurations.heard(messages, self.steady)
        self.rollouts.hear(taken.told, self.now)
        self._configurations.turn(self, self.steady)
        self._many = 0
        self.rollouts.turn(self, self.now)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        self._retain(topic, payload, retain)
        self.published.append(topic.split("/")[-2])
        self._deliver(topic, payload)
        return True

    def _deliver(self, topic: str, payload: bytes) -> None:
        self._waiting.append(Message(topic, payload, False))
        self.poles[topic.split("/")[-2]].take(payload)

    def hear(self, topic: str, on: bool) -> None:
        raise AssertionError("not needed here")

    def go(self, seconds: int, step: int = 1) -> None:
        for _ in range(0, seconds, step):
            self.turn()
            self.now += step
            self.steady += step

    def settle(self) -> None:
        """Long enough for a broker to have delivered what it retains."""
        self.go(int(SETTLE_S) + 2)

    # -- who rolls out

    def present(self) -> dict[str, Any]:
        """The sections of the receiver's site file."""
        return sections.values_of((self.folder / "site.toml").read_text())

    def edited(self, level: int = 70, programme: str = "residential") -> dict[str, Any]:
        """The present sections with another level in the second switch point of *programme*."""
        values = self.present()
        values["programmes"][programme][1]["level"] = level
        return values

    def roll_out(self, values: dict[str, Any] | None = None, **fields: Any) -> int:
        """Writes it, as a page does."""
        text = sections.text_of(self.edited() if values is None else values)
        given = {"role": "engineer", "base": sections.digest(self.present()), **fields}
        with self.record.transaction() as connection:
            [number] = requests.write(connection, "asha", given.pop("role"), "console", text, given.pop("base"),
                                      self.now, **given)  # fmt: skip
        return number

    def take_back(self, number: int, **fields: Any) -> int:
        with self.record.transaction() as connection:
            row = rollout_rows.row_of(connection, number)
            [back] = requests.take_back(connection, row, "asha", "engineer", "console", self.now, **fields)
        return back

    def states(self, number: int) -> dict[str, str]:
        with self.record.transaction() as connection:
            return {one.pole: one.state for one in rollout_rows.shares(connection, number)}

    def waves(self, number: int) -> dict[int, list[str]]:
        out: dict[int, list[str]] = {}
        with self.record.transaction() as connection:
            for one in sorted(rollout_rows.shares(connection, number), key=lambda one: one.pole):
                out.setdefault(one.wave, []).append(one.pole)
        return out

    def close(self) -> None:
        self.record.close()
