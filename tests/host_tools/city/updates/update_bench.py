"""A receiver as far as rollouts of releases go, without MQTT: record, store, a broker that retains, and poles.

The poles answer as the firmware does (docs/updates.md): they take the message of their topic, fetch each piece, wait,
restart, try the release and keep or undo it.  What a release does to a pole is the test's to say.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from host_tools.broker.connection import Message
from host_tools.city.record.record import Record
from host_tools.city.record.rollouts import Rollouts
from host_tools.city.rollouts import rollout_rows
from host_tools.city.updates import asking, kept_release
from host_tools.city.updates.kept_release import ReleaseFile
from host_tools.city.updates.update_roller import UpdateRoller
from host_tools.city.updates.update_share import UpdateShare
from host_tools.city.updates.wish import Wish
from host_tools.keys.key import Key
from host_tools.keys.signing import print_of
from host_tools.site import load_site
from host_tools.wire import envelope
from pole.wire import contract
from tests.bundles import signer
from tests.host_tools.city.rollouts.mortal_receiver import HEAD, Killed, MortalReceiver
from tests.host_tools.city.rollouts.rolling_bench import NOW, site_folder

__all__ = ["HEAD", "NOW", "BenchRelease", "Killed", "UpdateBench", "UpdatePole", "site_folder"]

SENDER = "receiver-u"
SERIAL = 1_795_000_000_000
PIECE_S = 2  # a piece, at the pace that leaves the control loop on time
RESTART_S = 20
BOARD = "virtual"


class BenchRelease:
    """A release file, signed with the key number *by* of the tests.

    ``does(pole)`` is what it does to a pole: "" (it is sound), or a trouble of an UpdatePole.
    """

    def __init__(
        self, version: str = "0.2.0", serial: int = SERIAL, boards: tuple[str, ...] = (BOARD,), *,
        downgrade: bool = False, window: int = 600, does: Callable[[str], str] = lambda pole: "", by: int = 0,
        **other: Any,
    ) -> None:  # fmt: skip
        self._signer = signer(by)
        self.public = self._signer.public
        self.version, self.serial, self.boards, self.does = version, serial, boards, does
        text = f"# {version} {serial}\n".encode()
        self._pieces = [text, *(bytes([at]) * 1000 for at in range(1, 6))]
        image = other.get("kind") == "image"
        signed = b"".join(self._pieces) if image else text
        self.content = hashlib.sha256(signed).hexdigest()
        said = {
            "bytes": len(signed) if image else 5000, "content": self.content, "downgrade": downgrade, "golden": 1,
            "kind": "app", "list": 0 if image else len(text), "mpy": 6, "serial": serial,
            "site": "sagar", "v": 1, "version": version, "window": window, **other,
        }  # fmt: skip
        self._manifest = {
            board: json.dumps({"board": board, **said}, sort_keys=True, separators=(",", ":")) for board in boards
        }

    def message(self, board: str) -> dict[str, str]:
        signed = self._signer.sign(self._manifest[board].encode())
        return {"manifest": self._manifest[board], "signature": base64.b64encode(signed).decode()}

    def pieces(self, board: str) -> list[tuple[str, bytes]]:
        return [(f"_update/{self.content[:16]}/{at}", piece) for at, piece in enumerate(self._pieces)]


class UpdatePole:
    """One pole, as its firmware answers; but told to stop, it takes the same release again later (contract of halting).

    Its ``trouble``, while or after it takes a release:

    "rejects" the message; "dies" (undone by itself); "hangs" (it is not heard again); "faulty" (a lamp failure, half an
    hour after it was confirmed); "mute" (its answers are lost); "stuck" (it never finishes).
    """

    def __init__(self, bench: UpdateBench, name: str) -> None:
        self.name, self._bench = name, bench
        self.on = False
        self.app: dict[str, Any] = {"slot": "", "version": "0.1.0", "probation": False, "serial": 0}
        self.app["key"] = print_of(signer().public)
        self.image: dict[str, Any] = {}
        self.board, self.micropython = BOARD, "1.24.1"
        self.nonce = "0011223344556677"
        self.tried = list[str]()  # versions, each time that it restarted into one
        self._do: list[tuple[int, Callable[[], None]]] = []  # what happens when
        self._under_way: dict[str, Any] | None = None
        self._sequence = 0
        self.random = random.Random(name)

    # -- its session

    def appear(self) -> None:
        self.on = True
        self._bench.say(self.name, contract.PRESENCE, online=True)
        said = {name: value for name, value in self.app.items() if name != "reverted" or value}
        image = {"image": self.image} if self.image else {}
        self.tell(
            contract.BIRTH, board=self.board, app=said, flashNonce=self.nonce, configVersion=1, configHash="a" * 32,
            **image,
        )  # fmt: skip
        if kept := self._bench.retained.get(f"{HEAD}/{self.name}/update"):
            self.take(kept)

    def leave(self) -> None:
        if self.on:
            self.on = False
            self._bench.say(self.name, contract.PRESENCE, online=False)

    def tell(self, kind: str, **values: Any) -> None:
        if self.on and self._trouble() != "mute":
            self._bench.say(self.name, kind, **values)

    def fault(self, kind: str, starts: bool | None = True, **attributes: Any) -> None:
        self._sequence += 1
        values = {"eventType": kind, "startEndFlag": starts, "timestamp": self._bench.now, "replayed": False}
        self.tell(contract.EVENT, id=f"e1-{self._sequence}", attributes=attributes, **values)

    def replace(self) -> None:
        """Another node is put in its place, with the software of the factory."""
        self._do, self._under_way = [], None
        self.leave()
        self.nonce = f"{int(self.nonce, 16) + 1:016x}"
        self.app |= {"slot": "", "version": "0.1.0", "probation": False, "serial": 0, "reverted": ""}
        self.appear()

    # -- an update

    def take(self, payload: bytes) -> None:
        if not self.on or not payload:
            return
        said = json.loads(payload)
        ack = {"sender": said["sender"], "n": said["n"], "key": said["key"]}
        if self._bench.keys:
            key, topic = self._bench.keys[self.name], f"{HEAD}/{self.name}/update"
            mac = envelope.mac(key.secret, topic, key.name, said["sender"], said["n"], said["body"], self.nonce)
            if mac != said.get("mac"):
                self.tell(contract.ACK, **ack, outcome="rejected", reason="badMac")
                return
        body = json.loads(said["body"])
        if body.get("cancel"):
            if self._under_way and not self._software(self._under_way["manifest"])["probation"]:
                self._do, self._under_way = [], None
            self.tell(contract.ACK, **ack, outcome="applied")
            return
        manifest = json.loads(body["manifest"])
        runs = self._software(manifest)
        if manifest["serial"] == runs["serial"] and runs["version"] == manifest["version"]:
            if not runs["probation"]:
                self.tell(contract.ACK, **ack, outcome="applied")
            return
        if self._under_way and self._under_way["manifest"]["serial"] == manifest["serial"]:
            return
        if runs.get("reverted") and manifest["serial"] <= self.app["serial"]:
            self.tell(contract.ACK, **ack, outcome="rejected", reason="replayed")
            return
        if self._bench.does(manifest["version"], self.name) == "rejects":
            self.tell(contract.ACK, **ack, outcome="rejected", reason="badSignature", detail="a test")
            return
        self.app["serial"] = manifest["serial"]
        self._do = []  # what was under way is dropped
        self._under_way = {"manifest": manifest, "ack": ack, "spread": body["spread"]}
        self.tell(contract.ACK, **ack, outcome="accepted")
        self._in(PIECE_S, lambda: self._fetch(0))

    def _fetch(self, at: int) -> None:
        assert self._under_way is not None
        topic = f"{HEAD}/_update/{self._under_way['manifest']['content'][:16]}/{at}"
        if not self.on or (at < 6 and topic not in self._bench.retained):
            self._in(60, lambda: self._fetch(at))
        elif at < 6:
            self._in(PIECE_S, lambda: self._fetch(at + 1))
        elif self._trouble() != "stuck":
            if self._of_image:
                self.image = {"version": self.micropython, "probation": False, "serial": self.app["serial"]}
                self.appear()  # with the new serial, while the former image runs
            self._in(self.random.randrange(self._under_way["spread"] + 1), self._switch)

    def _switch(self) -> None:
        assert self._under_way is not None
        manifest, trouble = self._under_way["manifest"], self._trouble()
        self.tried.append(manifest["version"])
        self._under_way["former"] = dict(self._software(manifest))
        self.leave()
        if trouble == "hangs":
            return
        if trouble == "dies":
            self._in(3 * RESTART_S, self._undo)
            return
        if self._of_image:
            self.image |= {"version": manifest["version"], "probation": True}
        else:
            self.app |= {"slot": "b" if self.app["slot"] == "a" else "a", "version": manifest["version"]}
            self.app |= {"probation": True, "reverted": ""}
        self._in(RESTART_S, self.appear)
        self._in(RESTART_S + manifest["window"], self._confirm)

    def _undo(self) -> None:
        assert self._under_way is not None
        ack, went_back = self._under_way["ack"], {**self._under_way["former"], "reverted": "died"}
        if self._of_image:
            self.image = went_back
        else:
            self.app = went_back
        manifest, self._under_way = self._under_way["manifest"], None
        if self._bench.by_ack:
            self._software(manifest)["reverted"] = ""
        self.appear()
        if self._bench.by_ack:
            self.tell(contract.ACK, **ack, outcome="reverted", reason="died", detail="3 starts ended by themselves")
        else:
            attributes = {"from": manifest["version"], "to": "0.1.0", "reason": "died"}
            self.fault("updateReverted", None, **attributes)

    def _confirm(self) -> None:
        assert self._under_way is not None
        self._software(self._under_way["manifest"])["probation"] = False
        if self._of_image:
            self.micropython = self.image["version"]
        ack, self._under_way = self._under_way["ack"], None
        self.tell(contract.ACK, **ack, outcome="applied")
        if self._trouble() == "faulty":
            self._in(1800, lambda: self.fault("lampFailure"))

    @property
    def _of_image(self) -> bool:
        return self._under_way is not None and self._under_way["manifest"]["kind"] == "image"

    def _software(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """What it says of the app, or of its MicroPython, as *manifest* is of the one or the other."""
        if manifest["kind"] != "image":
            return self.app
        return self.image or {"version": self.micropython, "probation": False, "serial": 0}

    def _trouble(self) -> str:
        version = self._under_way["manifest"]["version"] if self._under_way else self.app["version"]
        return self._bench.does(version, self.name)

    def _in(self, seconds: int, what: Callable[[], None]) -> None:
        self._do.append((self._bench.now + seconds, what))

    def live(self) -> None:
        due = [one for one in self._do if one[0] <= self._bench.now]
        self._do = [one for one in self._do if one[0] > self._bench.now]
        for _at, what in due:
            what()


class UpdateBench(MortalReceiver):
    """The receiver of the site in *folder* with its store at *where*, or with *record*; and its *poles*, but those of
    *without*, which are somebody else's.
    """

    def __init__(
        self, where: Path | str, folder: Path, keys: dict[str, Key] | None = None, record: Record | None = None,
        without: Collection[str] = (),
    ) -> None:  # fmt: skip
        super().__init__(NOW)
        self.where, self.folder, self.steady = where, folder, 0.0
        self.keys = keys or {}
        self.said = list[str]()
        self.published = list[str]()  # poles, in the order in which they were sent a release
        self.releases: dict[str, BenchRelease] = {}
        self.most_at_once: Counter[str] = Counter()  # feeder: poles that were under way at the same time
        self.by_ack = False  # poles say that they went back by their ack alone, and else by an event and their births
        self.site = load_site(folder)
        self._start(record)
        self.poles = {one.name: UpdatePole(self, one.name) for one in self.site.poles if one.name not in without}
        for pole in self.poles.values():
            pole.appear()
        self.go(2)

    def does(self, version: str, pole: str) -> str:
        """What the release *version* does to *pole*."""
        release = self.releases.get(version)
        return release.does(pole) if release else ""

    # -- the receiver

    def _start(self, record: Record | None = None) -> None:
        about = {"timezone": "Asia/Kolkata"}
        self.record = record or Record(self.where, "diya/1", "sagar", about, files=load_site(self.folder))
        self.rollouts = Rollouts(self.record, self._roller, self.said.append, "releases")
        self.connect()

    def _roller(self) -> UpdateRoller:
        roller = UpdateRoller("diya/1", "sagar", self.keys, SENDER, self.folder, self.folder, say=self.said.append)
        return self._mortal(roller)

    def connect(self) -> None:
        """A new session: the broker delivers what it retains of the poles."""
        self.rollouts.connected()
        kept = [Message(topic, payload, True) for topic, payload in self.retained.items() if "_update" not in topic]
        self._waiting = kept + [one for one in self._waiting if not one.retained]

    def turn(self) -> None:
        messages, self._waiting = self._waiting, []
        taken = self.record.take(messages, self.now, float(self.now))
        self.rollouts.hear(taken.told, self.now)
        self._many = 0
        self.rollouts.turn(self, self.now)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        self._retain(topic, payload, retain)
        name = topic.split("/")[-2]
        if topic.endswith("/update"):
            if b"cancel" not in payload:
                self.published.append(name)
            self.poles[name].take(payload)
        return True

    def go(self, seconds: int, step: int = 1, until: Callable[[], bool] = lambda: False) -> None:
        for _ in range(0, seconds, step):
            for pole in self.poles.values():
                pole.live()
            self.turn()
            self.now += step
            self.steady += step
            away = Counter(self.site.pole(one.name).feeder for one in self.poles.values() if one._under_way)
            self.most_at_once |= away
            if until():
                break

    # -- who rolls out

    def roll_out(self, release: ReleaseFile, role: str = "engineer", who: str = "asha", **fields: Any) -> int:
        """Keeps and writes it, as a page does."""
        if isinstance(release, BenchRelease):
            self.releases[release.version] = release
        given = {name: fields.pop(name) for name in ("second", "code", "reason") if name in fields}
        with self.record.transaction() as connection:
            kept_release.keep(connection, release, "sagar", who, self.now)
            wish = Wish(release.serial, **fields)
            [number] = asking.roll_out(connection, "sagar", who, role, "console", wish, self.now, **given)
        return number

    def take_back(self, number: int, release: ReleaseFile, **fields: Any) -> int:
        if isinstance(release, BenchRelease):
            self.releases[release.version] = release
        with self.record.transaction() as connection:
            kept_release.keep(connection, release, "sagar", "asha", self.now)
            row = rollout_rows.row_of(connection, number)
            wish = Wish(release.serial, **fields)
            [back] = asking.take_back(connection, "sagar", row, "asha", "engineer", "console", wish, self.now)
        return back

    def shares(self, number: int) -> dict[str, UpdateShare]:
        with self.record.transaction() as connection:
            return {one.pole: one for one in rollout_rows.shares_as(UpdateShare, connection, number)}

    def states(self, number: int) -> Counter[str]:
        return Counter(one.state for one in self.shares(number).values())

    def waves(self, number: int) -> dict[int, list[str]]:
        out: dict[int, list[str]] = {}
        for one in self.shares(number).values():
            out.setdefault(one.wave, []).append(one.pole)
        return out

    def versions(self) -> Counter[str]:
        """What the poles run, by the poles."""
        return Counter(one.app["version"] for one in self.poles.values())

    def close(self) -> None:
        self.record.close()
