"""A node that was flashed hears its own key, and its retained configuration sealed for it; the broker is played."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from host_tools.broker.connection import Message
from host_tools.city.record.flashed_nodes import Flashings
from host_tools.city.record.record import Record
from host_tools.keys.key import Key
from host_tools.wire import envelope
from host_tools.wire.from_pole import Ack
from pole.wire import ack_reasons

HEAD = "diya/1/sagar"
CONFIG, COMMAND = f"{HEAD}/P0001/config", f"{HEAD}/P0001/command"
KEY = Key("P0001", bytes(range(32)))
BEFORE, NOW = "00000000000000aa", "00000000000000bb"


class Broker:
    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any], bool]] = []
        self.heard: list[tuple[str, bool]] = []

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        self.sent.append((topic, json.loads(payload), retain))
        return True

    def hear(self, topic: str, on: bool) -> None:
        self.heard.append((topic, on))


class Bench:
    def __init__(self, path: Path) -> None:
        self.record = Record(path / "record.sqlite", "diya/1", "sagar")
        self.broker, self.said = Broker(), [""]
        self.n = 1000
        self.one = Flashings(self.record, HEAD, {"P0001": KEY}, lambda: "record", self.number, self.said.append)

    def number(self) -> int:
        self.n += 1
        return self.n

    def birth(self, nonce: str, version: int = 5) -> None:
        payload = json.dumps({"v": 1, "flashNonce": nonce, "configVersion": version}).encode()
        self.one.heard([Message(f"{HEAD}/P0001/birth", payload, True)], self.broker)
        self.one.turn(self.broker)

    def config(self, version: int, nonce: str = BEFORE, key: Key = KEY) -> None:
        body = json.dumps({"version": version, "pole": "P0001"})
        payload = envelope.seal(CONFIG, "ops", 7, body, key, nonce)
        self.one.heard([Message(CONFIG, payload, True)], self.broker)

    def answer(self, reason: str = "") -> None:
        outcome = "rejected" if reason else "applied"
        self.one.answered(Ack("P0001", "record", self.broker.sent[0][1]["n"], outcome, reason), self.broker)

    @property
    def signed_again(self) -> list[dict[str, Any]]:
        return [sealed for topic, sealed, retain in self.broker.sent if topic == CONFIG and retain]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.record.close()


def genuine(sealed: dict[str, Any], topic: str) -> bool:
    parts = (topic, "P0001", sealed["sender"], sealed["n"], sealed["body"], sealed["flashNonce"])
    return bool(sealed["mac"] == envelope.mac(KEY.secret, *parts))


def test_a_new_node_hears_its_own_key_and_its_configuration_is_sealed_for_it(bench: Bench) -> None:
    bench.birth(NOW)
    (topic, word, retained), *_ = bench.broker.sent
    assert topic == COMMAND and not retained and genuine(word, COMMAND) and word["flashNonce"] == NOW
    assert bench.broker.heard == [(CONFIG, True)]
    bench.config(5)
    (again,) = bench.signed_again
    assert genuine(again, CONFIG) and again["flashNonce"] == NOW and json.loads(again["body"])["version"] == 5
    bench.config(5, NOW)  # its own, heard again
    bench.answer()
    assert len(bench.signed_again) == 1 and bench.broker.heard[-1] == (CONFIG, False)
    bench.birth(NOW)
    assert len(bench.broker.sent) == 2, "a pole that has heard is left alone"


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (lambda bench: bench.config(4), "has version 4, and the pole had 5 before"),
        (lambda bench: bench.config(9, key=Key("P0001", bytes(32))), "is not of its key"),
    ],
)
def test_a_broker_cannot_have_an_old_or_a_made_up_one_sealed_again(
    bench: Bench, config: Callable[[Bench], None], why: str
) -> None:
    bench.birth(BEFORE, version=5)
    bench.birth(NOW, version=1)
    config(bench)
    config(bench)
    assert bench.signed_again == []
    assert len(bench.said) == 2 and why in bench.said[1] and "diya site configure --pole P0001" in bench.said[1]


def test_a_pole_that_did_not_answer_is_asked_again_with_its_next_birth(bench: Bench) -> None:
    bench.birth(NOW)
    bench.answer(ack_reasons.BAD_MAC)
    bench.one.forget_all()
    bench.birth(NOW)
    assert [topic for topic, _sealed, _retained in bench.broker.sent] == [COMMAND] * 2


def test_a_pole_whose_key_is_not_in_the_file_and_one_without_a_nonce_are_left_alone(bench: Bench) -> None:
    bench.birth("")
    payload = json.dumps({"flashNonce": NOW}).encode()
    bench.one.heard([Message(f"{HEAD}/P0002/birth", payload, True)], bench.broker)
    bench.one.turn(bench.broker)
    assert bench.broker.sent == []
