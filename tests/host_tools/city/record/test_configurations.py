"""What the broker retained for the poles is published again where it was lost, and only what the city sealed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.broker.connection import Message
from host_tools.city.record.configurations import MOST, SETTLE_S, Configurations
from host_tools.city.record.record import Record
from host_tools.keys.key import Key
from host_tools.wire import envelope
from tests.host_tools.city.record.played_pole import HEAD, ROOT, SITE

KEY = Key("P0001", bytes(range(32)))


class Broker:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.there = True

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        assert retain
        if self.there:
            self.sent.append((topic, payload))
        return self.there

    def hear(self, topic: str, on: bool) -> None:
        raise AssertionError("not needed here")


class Bench:
    """Configurations of a record, and the broker that retains them."""

    def __init__(self, where: Path | str, keys: dict[str, Key]) -> None:
        self.record = Record(where, ROOT, SITE)
        self.said: list[str] = []
        self.one = Configurations(self.record, HEAD, keys, self.said.append)
        self.now = 100.0

    def connects(self, *retained: tuple[str, bytes]) -> list[tuple[str, bytes]]:
        """What is published after a connection to a broker that has *retained*."""
        self.one.connected(self.now)
        self.one.heard([Message(topic, payload, True) for topic, payload in retained], self.now + 1)
        broker = Broker()
        self.one.turn(broker, self.now + SETTLE_S - 0.5)
        assert broker.sent == [], "it may still be on its way"
        for turn in range(1 + 400 // MOST):
            self.one.turn(broker, self.now + SETTLE_S + 2 + turn)
        self.now += 1000
        return broker.sent

    def hears(self, *messages: tuple[str, bytes]) -> None:
        self.one.heard([Message(topic, payload, False) for topic, payload in messages], self.now)


def sealed(pole: str, n: int, key: Key | None = None, nonce: str = "") -> tuple[str, bytes]:
    topic = f"{HEAD}/{pole}/config"
    return topic, envelope.seal(topic, "configure", n, json.dumps({"version": n}), key, nonce)


@pytest.fixture
def bench(new_store: Path | str) -> Iterator[Bench]:
    made = Bench(new_store, {})
    yield made
    made.record.close()


def test_what_an_empty_broker_lacks_is_published_again_as_it_was_and_said_once(bench: Bench) -> None:
    many = [sealed(f"P{number:04}", number) for number in range(1, 301)]
    assert bench.connects(*many) == []
    assert bench.connects() == many
    assert bench.connects(*many[:-1]) == many[-1:]
    assert bench.said == [
        "the broker has lost the configurations of 300 poles: published again",
        "the broker has lost the configuration of 1 pole: published again",
    ]


def test_the_newest_is_kept_and_what_was_taken_back_is_not(bench: Bench) -> None:
    bench.connects(sealed("P0001", 5), sealed("P0002", 5))
    bench.hears(sealed("P0001", 9), sealed("P0001", 7), (f"{HEAD}/P0002/config", b""))
    assert bench.connects() == [sealed("P0001", 9)]


def test_a_receiver_that_was_killed_knows_it_still(bench: Bench) -> None:
    bench.connects(sealed("P0001", 5))
    bench.record.close()
    again = Bench(bench.record.where, {})
    assert again.connects() == [sealed("P0001", 5)]
    again.record.close()


def test_where_the_connection_ends_meanwhile_all_of_it_is_published_with_the_next(bench: Bench) -> None:
    bench.connects(sealed("P0001", 5))
    bench.one.connected(bench.now)
    broker = Broker()
    broker.there = False
    bench.one.turn(broker, bench.now + SETTLE_S)
    bench.now += 1000
    assert bench.connects() == [sealed("P0001", 5)]


@pytest.mark.parametrize(
    "message",
    [
        sealed("P0001", 9),
        sealed("P0001", 9, Key("P0001", bytes(32))),
        (f"{HEAD}/P0001/config", b"{}"),
        (f"{HEAD}/P0001/config", b"\xff\x00"),
        (f"{HEAD}/P0001/config", '{"body":"{}","n":9,"sender":"x"}'.encode("utf-16")),
        (f"{HEAD}/_all/config", sealed("P0001", 9, KEY)[1]),
        ("diya/1/other/P0001/config", sealed("P0001", 9, KEY)[1]),
    ],
)
def test_what_the_city_did_not_seal_for_this_pole_is_not_kept(
    tmp_path: Path, empty_record: Path, message: tuple[str, bytes]
) -> None:
    path = tmp_path / "record.sqlite"
    path.write_bytes(empty_record.read_bytes())
    bench = Bench(path, {"P0001": KEY})
    good = sealed("P0001", 5, KEY, "00aa11bb22cc33dd")
    bench.connects(good, message)
    assert bench.connects() == [good]
    bench.record.close()
