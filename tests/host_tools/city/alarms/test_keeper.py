"""The alarms of a receiver, from the messages of poles to the store, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from host_tools.broker.connection import Message
from host_tools.city.alarms.keeper import STREET_S, AlarmKeeper
from host_tools.city.alarms.listing import Wanted, listed
from host_tools.city.record import book_rows, failure_events, taking
from host_tools.city.record.book import Changes
from host_tools.city.store.alarm_tables import alarm, alarm_event, notice
from host_tools.city.store.database import Database
from host_tools.city.store.local_time import LocalTime
from host_tools.site import load_site
from host_tools.site.alarm_settings import AlarmSettings, Channel, NotifyRule
from tests.host_tools.city.alarms.small_receiver import NIGHT, all_of

RULES = AlarmSettings(
    {"lampFlicker": 2}, None, {"sms": Channel("sms", url="http://127.0.0.1:9/")},
    (NotifyRule("duty", (1, 2), (), None, ("sms",)),), ("sms",), 3600,
)  # fmt: skip


class Receiver:
    """The parts of a receiver that belong to alarms, begun again before every message where *mortal*."""

    def __init__(self, database: Database, mortal: bool, zone: str = "") -> None:
        self.database, self.mortal, self.zone, self.now = database, mortal, zone, NIGHT
        self.site = replace(load_site("sagar", 24), alarms=RULES)
        self._numbers: dict[str, int] = {}
        self.start()

    def start(self) -> None:
        with self.database.transaction() as connection:
            self.book = book_rows.read_book(connection, self.zone)
        self.keeper = AlarmKeeper(self.site, self.zone)

    def say(self, pole: str, kind: str, **values: Any) -> None:
        if self.mortal:
            self.start()
        topic, payload = f"diya/1/sagar/{pole}/{kind}", json.dumps({"v": 1, **values}).encode()
        taking.take(
            self.book, "diya/1", "sagar", [Message(topic, payload, False)], self.now, self.now, lambda *_: False
        )
        self._store()

    def event(self, pole: str, kind: str, at: int, starts: bool | None, **attributes: Any) -> None:
        self._numbers[pole] = self._numbers.get(pole, 0) + 1
        self.say(pole, "event", id=f"a{pole}-{self._numbers[pole]}", eventType=kind, startEndFlag=starts, timestamp=at,
                 attributes=attributes, replayed=False)  # fmt: skip

    def state(self, pole: str, *faults: str) -> None:
        self.say(pole, "state", at=self.now + 2, level=50, target=50, reason="x", owner="calendar", faults=faults)

    def check(self, silent_s: int = 2100) -> None:
        heard = {name: float(entry.known.seen or 0) for name, entry in self.book.entries.items()}
        failure_events.check(self.book, self.now, float(self.now), heard, 0.0, silent_s, lambda pole: False)
        self._store()

    def look(self, later_s: int = STREET_S) -> None:
        if self.mortal:
            self.start()
        self.now += later_s
        with self.database.transaction() as connection:
            self.keeper.look(connection, self.now)
        self.keeper.kept()

    def _store(self) -> None:
        changes, self.book.changes = self.book.changes, Changes()
        batch = self.keeper.batch_of(changes)
        with self.database.transaction() as connection:
            _kept, revision = book_rows.write(connection, self.zone, LocalTime(ZoneInfo("Asia/Kolkata")), changes)
            self.keeper.take(connection, batch, self.now, revision)
        self.keeper.kept()

    def alarms(self) -> list[tuple[str, str, str]]:
        with self.database.engine.connect() as connection:
            found = listed(connection, Wanted(closed=50), self.now)
        return [(one.alarm.id, one.state, one.as_json()["closedBy"]) for one in found]


def a_night(receiver: Receiver) -> None:
    some = [*receiver.site.poles[:6], *receiver.site.poles[-4:]]
    for pole in some:
        receiver.say(pole.name, "presence", online=True)
    receiver.event("P0005", "lampFlicker", NIGHT + 1, True)
    receiver.state("P0005", "lampFlicker")
    off = [pole.name for pole in some if pole.feeder == some[0].feeder]
    for name in off:
        receiver.say(name, "presence", online=False)
    receiver.look()
    assert receiver.alarms()[0] == (f"feederOutage/{receiver.site.poles[0].feeder}", "open", "")
    receiver.now += 600
    for name in off:
        receiver.say(name, "presence", online=True)
        receiver.event(name, "supplyLoss", NIGHT - 20, True, lastAlive=NIGHT - 20)
        receiver.event(name, "supplyLoss", receiver.now, False, lastAlive=NIGHT - 20)
    receiver.look(300)
    receiver.state("P0005")
    receiver.look(300)


def test_a_feeder_is_one_alarm_that_ends_by_itself_and_a_restart_anywhere_changes_nothing(database: Database) -> None:
    receiver = Receiver(database, mortal=True)
    a_night(receiver)
    feeder = receiver.site.poles[0].feeder
    assert sorted(receiver.alarms()) == [
        (f"feederOutage/{feeder}", "closed", "event"), ("lampFlicker/P0005", "closed", "state"),
    ]  # fmt: skip
    rows = {row["kind"]: row for row in all_of(database, alarm) if row["proof"] != "superseded"}
    assert rows["lampFlicker"]["severity"] == 2 and rows["supplyLoss"]["swallowed_by"] == f"feederOutage/{feeder}"
    sent = [row["what"] for row in all_of(database, notice)]
    assert sorted(sent) == ["closed", "closed", "heartbeat", "heartbeat", "opened", "opened"]  # of two hours


def test_a_silent_pole_is_an_alarm_that_its_next_word_ends(database: Database) -> None:
    receiver = Receiver(database, mortal=False)
    for pole in ("P0001", "P0009", "P0017"):
        receiver.state(pole)
    receiver.now += 2200
    for pole in ("P0001", "P0009"):
        receiver.state(pole)
    receiver.check()
    receiver.look()
    assert receiver.alarms() == [("poleSilent/P0017", "open", "")]
    receiver.state("P0017")
    receiver.look()
    assert receiver.alarms() == [("poleSilent/P0017", "closed", "event")]


def test_a_transaction_that_failed_is_read_again_from_the_store(database: Database) -> None:
    receiver = Receiver(database, mortal=False)
    receiver.say("P0001", "presence", online=True)
    batch = receiver.keeper.batch_of(Changes())
    with receiver.database.engine.connect() as connection:  # never committed
        receiver.keeper.take(connection, batch, receiver.now, 1)
    receiver.keeper.forget()
    receiver.event("P0001", "lampFailure", NIGHT, True)
    assert receiver.alarms() == [("lampFailure/P0001", "open", "")]


def test_events_of_a_record_that_kept_no_alarms_become_alarms_that_are_not_sent(database: Database) -> None:
    receiver = Receiver(database, mortal=False)
    receiver.event("P0001", "lampFailure", NIGHT - 900, True)
    receiver.event("P0002", "lampFailure", NIGHT - 800, True)
    receiver.event("P0002", "lampFailure", NIGHT - 700, False)
    before = receiver.alarms()
    with database.transaction() as connection:
        for table in (alarm_event, notice, alarm):
            connection.execute(sa.delete(table))
    receiver.start()
    receiver.look()
    assert receiver.alarms() == before
    assert [row["what"] for row in all_of(database, notice)] == ["heartbeat"]
    receiver.start()
    receiver.look()
    assert receiver.alarms() == before


def test_two_receivers_of_two_zones_each_keep_the_alarms_of_their_own_poles(database: Database) -> None:
    east, west = Receiver(database, False, "east"), Receiver(database, False, "west")
    for receiver, first in ((east, 0), (west, 12)):
        for pole in receiver.site.poles[first : first + 12]:
            receiver.say(pole.name, "presence", online=True)
    for pole in east.site.poles[:12]:
        east.say(pole.name, "presence", online=False)
    west.event("P0013", "lampFailure", NIGHT, True)
    for receiver in (west, east, west):
        receiver.look()
    rows = {(row["zone"], row["kind"], row["name"]) for row in all_of(database, alarm)}
    assert rows == {("east", "feederOutage", east.site.poles[0].feeder), ("west", "lampFailure", "P0013")}
    east.start()
    east.look()
    assert len(all_of(database, alarm)) == 2
