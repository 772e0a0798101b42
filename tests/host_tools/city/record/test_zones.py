"""Poles of one city behind several brokers: each receiver has its own, and a pole that moves is never two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from host_tools.broker.connection import Message
from host_tools.city.record import failure_events
from host_tools.city.record.query import Wanted, reading
from host_tools.city.record.record import Record
from host_tools.errors import RecordError
from tests.host_tools.city.record.played_pole import HEAD, NOW, ROOT, SITE, event
from tests.postgres import Server

WALL = 1000.0


class Zones:
    """The receivers of two zones on one database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.of = {zone: Record(url, ROOT, SITE, zone=zone) for zone in ("east", "west")}

    def say(self, zone: str, pole: str, kind: str, said: Any, retained: bool = False, now: int = NOW) -> Any:
        payload = said if isinstance(said, bytes) else json.dumps(said).encode()
        return self.of[zone].take([Message(f"{HEAD}/{pole}/{kind}", payload, retained)], now, WALL)

    def events(self) -> list[tuple[str, str, int]]:
        with reading(self.url) as reader:
            return [(row["pole"], row["epoch"], row["sequence"]) for row in reader.events(Wanted())]

    def check(self, zone: str, now: int) -> int:
        self.of[zone].look_elsewhere()
        with self.of[zone].change() as book:
            return failure_events.check(book, now, float(now), {}, float(NOW), 2100)


@pytest.fixture
def zones(postgresql_server: Server, empty_database: str) -> Iterator[Zones]:
    url = postgresql_server.create(empty_database)
    made = Zones(url)
    yield made
    for record in made.of.values():
        record.close()
    postgresql_server.drop(url)


def test_each_has_its_own_poles_and_all_are_in_one_record(zones: Zones) -> None:
    zones.say("east", "P0001", "event", event("a-1"))
    zones.say("west", "P0002", "event", event("b-1"))
    assert zones.events() == [("P0001", "a", 1), ("P0002", "b", 1)]
    assert list(zones.of["east"].book.entries) == ["P0001"]
    assert zones.check("east", NOW + 3000) == 1, "only its own is missed"


def test_a_zone_has_one_receiver(zones: Zones) -> None:
    with pytest.raises(RecordError, match="is being written by another"):
        Record(zones.url, ROOT, SITE, zone="east")


def test_a_pole_that_moves_is_neither_missed_nor_asked_for_what_is_there(zones: Zones) -> None:
    zones.say("east", "P0001", "presence", {"online": True})
    for number in (1, 2, 4):
        zones.say("east", "P0001", "event", event(f"a-{number}"))
    zones.say("west", "P0001", "birth", {"v": 1, "journal": {"epoch": "a", "first": 1, "last": 5}})
    taken = zones.say("west", "P0001", "event", event("a-2"))
    assert (taken.events, taken.doubles) == (0, 1)
    assert zones.say("west", "P0001", "event", event("a-3")).events == 1
    assert zones.check("east", NOW + 5000) == 0
    zones.say("east", "P0001", "presence", {"online": False})  # its will at the broker that it has left
    zones.say("east", "P0001", "state", {"v": 1, "level": 0}, retained=True)
    assert [gap.low for gap in zones.of["west"].book.entries["P0001"].journals["a"].journal.gaps] == [5]
    with reading(zones.url) as reader:
        (row,) = reader.latest(Wanted())
        assert row["online"] and row["failing"] is None and row["state"] is None
    assert zones.events() == [("P0001", "a", number) for number in (1, 2, 3, 4)]


def test_what_its_former_broker_still_had_for_it_is_taken(zones: Zones) -> None:
    zones.say("east", "P0001", "event", event("a-1"))
    zones.say("west", "P0001", "state", {"v": 1, "level": 40})
    zones.of["east"].look_elsewhere()
    assert zones.say("east", "P0001", "event", event("a-2")).events == 1
    zones.of["west"].look_elsewhere()
    assert zones.say("west", "P0001", "event", event("a-3")).events == 1
    assert [sequence for _pole, _epoch, sequence in zones.events()] == [1, 2, 3]
