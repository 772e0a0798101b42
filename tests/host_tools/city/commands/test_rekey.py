"""Thousands of poles get new keys: the key file is written now and then, and wherever that ends no key is lost."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from host_tools.broker.connection import Message
from host_tools.city.commands.place import Place
from host_tools.city.commands.rekey import Rekeyer
from host_tools.files import write_secret
from host_tools.keys.key import Key
from host_tools.keys.key_file import KeyFile
from host_tools.site.broker_address import BrokerAddress
from host_tools.wire.envelope import mac

POLES = [f"P{number:04}" for number in range(400)]
PLACE = Place("town", "diya/1", BrokerAddress("127.0.0.1", 1883), ZoneInfo("UTC"), 10, "A town")


class Town:
    """A link to poles, each of which lives by one key, and takes the new one; ``breaks_after`` so many words."""

    connected = False

    def __init__(self, file: KeyFile) -> None:
        self.file = file
        self.keys = dict(file.current)
        self.breaks_after = 10**9
        self._words: deque[Message] = deque()

    def taken(self, wait_s: float) -> None:
        pass

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:
        said = json.loads(payload)
        pole = topic.split("/")[3]
        proof = mac(self.keys[pole].secret, topic, said["key"], said["sender"], said["n"], said["body"])
        answer: dict[str, Any] = {"v": 1, "sender": said["sender"], "n": said["n"], "outcome": "applied"}
        if proof == said["mac"]:
            self.keys[pole] = self.file.proposed(pole)
        else:
            answer |= {"outcome": "rejected", "reason": "badMac"}
        word = Message(f"diya/1/town/{pole}/ack", json.dumps(answer).encode(), False)
        self._words += [word, word]  # QoS 1: it may come twice

    def take(self, wait_s: float) -> Message | None:
        self.breaks_after -= 1
        if self.breaks_after < 0:
            raise KeyboardInterrupt
        return self._words.popleft() if self._words else None


class Numbers:
    def __init__(self) -> None:
        self._next: Iterator[int] = count(1)

    def next(self, sender: str, unix_ms: int, simulated: str = "", many: int = 1) -> int:
        first, *_ = (next(self._next) for _ in range(many))
        return first


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    path = tmp_path / "keys"
    write_secret(path, "".join(f"{name}:{number:064x}\n" for number, name in enumerate(POLES)))
    return KeyFile(path)


def rekeyer(town: Town) -> Rekeyer:
    return Rekeyer(PLACE, town, "desk", Numbers())  # type: ignore[arg-type]


def test_the_key_file_is_not_written_for_every_pole(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[str] = []
    monkeypatch.setattr(
        "host_tools.keys.key_file.write_secret", lambda path, text: writes.append(write_secret(path, text))
    )
    town = Town(file)
    outcome = rekeyer(town).change(file, POLES, None, False, 60)
    assert outcome.complete and outcome.applied == POLES and len(writes) < 40
    found = KeyFile(file.path)
    assert (found.current, found.pending) == (town.keys, {})


@pytest.mark.parametrize("killed", [False, True])
def test_an_end_in_the_middle_loses_no_key_that_a_pole_lives_by(
    file: KeyFile, killed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(file)
    town.breaks_after = 301
    if killed:  # not even what is known is written down
        monkeypatch.setattr(KeyFile, "settle", lambda self, *names: None)
    with pytest.raises(KeyboardInterrupt):
        rekeyer(town).change(file, POLES, None, False, 60)
    monkeypatch.undo()
    found = KeyFile(file.path)
    for name in POLES:
        assert town.keys[name] in (found.current[name], found.pending.get(name))
    assert (len(found.pending) == len(POLES)) is killed
    town.file, town.breaks_after = found, 10**9
    known: dict[str, Key] = dict(town.keys)
    assert rekeyer(town).change(found, POLES, None, False, 60).complete
    assert KeyFile(file.path).current == town.keys and KeyFile(file.path).pending == {}
    assert sum(known[name] != town.keys[name] for name in POLES) < len(POLES)  # who had its new key keeps it
