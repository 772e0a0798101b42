"""The record of messages: one row an id, gaps, silence; for any bytes."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy.exc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_tools.broker.connection import Message
from host_tools.city.correlation import Switched
from host_tools.city.record import book_rows
from host_tools.city.record.book import Changes
from host_tools.city.record.failure_events import check
from host_tools.city.record.query import Reader, Wanted, reading
from host_tools.city.record.record import Record
from host_tools.city.record.resend_requests import Asker
from host_tools.errors import RecordError
from host_tools.wire.from_pole import Ack
from host_tools.wire.journal import LAST
from tests.host_tools.city.record.hurried import hurried
from tests.host_tools.city.record.played_pole import HEAD, NOW, ROOT, SITE, event

WALL = 1000.0


class Desk:
    """A record, and what it asked."""

    def __init__(self, where: Path | str) -> None:
        self.record = Record(where, ROOT, SITE, {"timezone": "Asia/Kolkata"})
        self.views = ExitStack()
        self.asked: list[tuple[str, str, int, int]] = []
        self.asker = Asker(self.record, self._send, 15.0)
        self.wall = WALL

    def say(self, pole: str, kind: str, payload: bytes | dict[str, Any], retained: bool = False, now: int = NOW) -> Any:
        text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.record.take([Message(f"{HEAD}/{pole}/{kind}", text, retained)], now, self.wall)

    def events(self, *ids: str, pole: str = "P0001") -> None:
        for one in ids:
            self.say(pole, "event", event(one))

    def gone(self, id_: str, **attributes: Any) -> None:
        self.say("P0001", "event", event(id_, eventType="eventsDropped", startEndFlag=None, attributes=attributes))

    def ask(self, after_s: float) -> list[tuple[str, str, int, int]]:
        self.wall += after_s
        self.asked.clear()
        self.asker.ask(self.wall)
        return list(self.asked)

    def answer(self, applied: bool = True, reason: str = "") -> None:
        self.asker.answered(Ack("P0001", "me", self.count, "applied" if applied else "rejected", reason), self.wall)

    def gaps(self) -> list[tuple[str, int, int, str]]:
        return [(row["epoch"], row["from"], row["to"], row["state"]) for row in self.reader.gaps()]

    @property
    def reader(self) -> Reader:
        self.views.close()  # the one before
        return self.views.enter_context(reading(self.record.where))

    def close(self) -> None:
        self.views.close()
        self.record.close()

    def open_ends(self) -> None:
        with self.record.change() as book:
            book.open_ends(self.wall)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.record.transaction() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    count = 0

    def _send(self, pole: str, body: str) -> int:
        said = json.loads(body)
        assert said["type"] == "resend"
        self.asked.append((pole, said["epoch"], said["from"], said["to"]))
        self.count += 1
        return self.count


@pytest.fixture
def desk(new_store: Path | str) -> Any:
    one = Desk(new_store)
    yield one
    one.close()


def rows(desk: Desk, **wanted: Any) -> list[dict[str, Any]]:
    return list(desk.reader.events(Wanted(**wanted)))


def test_an_id_that_comes_twice_is_one_row(desk: Desk) -> None:
    desk.events("a-1", "a-1", "a-2")
    taken = desk.say("P0001", "event", event("a-2", replayed=True))
    assert (taken.events, taken.doubles) == (0, 1)
    assert [(row["sequence"], row["replayed"]) for row in rows(desk)] == [(1, False), (2, False)]
    assert desk.reader.summary()["conflicts"] == 0


def test_an_id_given_twice_is_noticed_and_the_first_is_kept(desk: Desk) -> None:
    desk.events("a-1")
    desk.say("P0001", "event", event("a-1", eventType="supplyLoss"))
    assert [row["eventType"] for row in rows(desk)] == ["lampFailure"]
    assert desk.reader.summary()["conflicts"] == 1


def test_the_same_id_of_another_pole_is_another_event(desk: Desk) -> None:
    desk.events("a-1")
    desk.events("a-1", pole="P0002")
    assert len(rows(desk)) == 2


def test_what_was_skipped_is_asked_for_after_a_moment(desk: Desk) -> None:
    desk.events("a-1", "a-2", "a-6", "a-9")
    assert desk.gaps() == [("a", 3, 5, "missing"), ("a", 7, 8, "missing")]
    assert desk.ask(1) == []  # it may be on its way
    assert desk.ask(3) == [("P0001", "a", 3, 8)]  # in one question
    desk.events("a-3", "a-4", "a-5", "a-7", "a-8")
    assert desk.gaps() == []
    assert desk.ask(100) == []


def test_what_came_before_the_first_seen_is_asked_for_too(desk: Desk) -> None:
    desk.events("a-5")
    assert desk.ask(4) == [("P0001", "a", 1, 4)]


def test_a_long_gap_is_asked_for_in_portions(desk: Desk) -> None:
    desk.events("a-1000")
    assert desk.ask(4) == [("P0001", "a", 1, 200)]
    desk.events(*[f"a-{number}" for number in range(1, 201)])
    assert desk.ask(0) == [("P0001", "a", 201, 400)]


def test_without_an_answer_it_is_asked_later_and_later_and_for_ever(desk: Desk) -> None:
    desk.events("a-2")
    times = []
    for second in range(40000):
        if desk.ask(1):
            times.append(second)
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert waits[:5] == [15, 30, 60, 120, 240]
    assert max(waits) == waits[-1] == 3600


def test_a_pole_that_is_offline_is_asked_when_it_is_back(desk: Desk) -> None:
    desk.events("a-2")
    desk.say("P0001", "presence", {"v": 1, "online": False})
    assert desk.ask(10000) == []
    desk.say("P0001", "presence", {"v": 1, "online": True})
    assert desk.ask(4) == [("P0001", "a", 1, 1)]


def test_what_the_pole_says_is_gone_is_given_up(desk: Desk) -> None:
    desk.events("a-10")
    desk.gone("a-11", first=2, last=8)
    assert desk.gaps() == [("a", 1, 1, "missing"), ("a", 2, 8, "dropped"), ("a", 9, 9, "missing")]
    assert desk.reader.summary()["gone"] == 7
    desk.events("a-5")  # and came after all
    assert ("a", 6, 8, "dropped") in desk.gaps()
    assert ("a", 2, 4, "dropped") in desk.gaps()


def test_what_is_gone_up_to_the_last_there_can_be_leaves_room_for_what_comes_all_the_same(desk: Desk) -> None:
    """The recorder ended at this, and at each start again, for the broker kept the message."""
    desk.events("a-2", "b-1")
    desk.open_ends()
    desk.gone("b-2", epoch="a", first=4, last=LAST)
    desk.events("a-4", "a-3")
    assert desk.gaps() == [("a", 1, 1, "missing")]


def test_a_message_that_the_file_cannot_hold_takes_no_other_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = book_rows.write

    def cannot(connection: Any, zone: str, local: Any, changes: Changes) -> int:
        if any(one.sequence == 2 for one in changes.events):
            raise sqlalchemy.exc.IntegrityError("", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))
        return write(connection, zone, local, changes)

    monkeypatch.setattr(book_rows, "write", cannot)
    messages = [Message(f"{HEAD}/P0001/event", event(f"a-{n}"), False) for n in (1, 2, 3)]
    taken = desk.record.take(messages, NOW, desk.wall)
    assert (taken.events, taken.malformed) == (2, 1)
    assert [row["sequence"] for row in desk.reader.events(Wanted())] == [1, 3]


def test_what_an_older_journal_has_lost_is_given_up_too(desk: Desk) -> None:
    desk.events("a-3", "b-1")
    desk.gone("b-2", epoch="a", first=1, last=2, count=2)
    assert desk.gaps() == [("a", 1, 2, "dropped")]


def test_a_journal_the_pole_no_longer_has_is_given_up(desk: Desk) -> None:
    desk.events("a-3", "b-1")
    desk.ask(4)
    desk.answer(applied=False, reason="unknownReference")
    assert desk.gaps() == [("a", 1, 2, "unknownEpoch")]


def test_a_refusal_of_another_kind_is_not_the_end(desk: Desk) -> None:
    desk.events("a-3")
    desk.ask(4)
    desk.answer(applied=False, reason="busy")
    assert desk.ask(15) == [("P0001", "a", 1, 2)]


def test_after_a_connection_the_end_is_asked_for_until_nothing_comes(desk: Desk) -> None:
    desk.events("a-1", "a-2")
    desk.open_ends()
    assert desk.ask(4) == [("P0001", "a", 3, LAST)]
    desk.answer()
    desk.events("a-3", "a-5")  # the broker had lost them; 4 is still lost
    assert desk.gaps() == [("a", 4, 4, "missing")]
    assert desk.ask(15) == [("P0001", "a", 4, 4)]
    desk.events("a-4")
    assert desk.ask(15) == [("P0001", "a", 6, LAST)]
    desk.answer()
    assert desk.ask(15) == []
    assert desk.ask(100_000) == []
    assert desk.gaps() == []


def test_an_end_that_was_agreed_on_is_asked_for_again_when_the_pole_was_away(desk: Desk) -> None:
    desk.events("a-1")
    desk.open_ends()
    desk.ask(4)
    desk.answer()
    desk.say("P0001", "presence", {"v": 1, "online": False})
    desk.say("P0001", "presence", {"v": 1, "online": True})
    assert desk.ask(15) == [("P0001", "a", 2, LAST)]


def test_a_journal_that_is_closed_is_not_asked_for_its_end_again(desk: Desk) -> None:
    desk.events("a-1", "b-1")
    desk.open_ends()
    desk.gone("b-2", epoch="a", first=2, last=LAST)
    assert desk.ask(4) == [("P0001", "b", 3, LAST)]
    desk.open_ends()
    assert all(epoch == "b" for _pole, epoch, _low, _high in desk.ask(100))


def test_a_birth_tells_what_there_is(desk: Desk) -> None:
    birth = {"v": 1, "at": NOW, "groups": ["market"], "journal": {"epoch": "a", "first": 3, "last": 5}}
    desk.say("P0001", "birth", birth)
    assert desk.record.book.groups_of("P0001") == ["market"]  # whose key it may have
    assert desk.record.book.groups_of("P0002") == []
    assert desk.gaps() == [("a", 1, 2, "dropped"), ("a", 3, 5, "missing")]
    assert desk.ask(4) == [("P0001", "a", 3, 5)]


def test_an_old_birth_does_not_close_the_end(desk: Desk) -> None:
    birth = {"v": 1, "at": NOW, "journal": {"epoch": "a", "first": 1, "last": 1}}
    desk.events("a-1", "a-2")
    desk.open_ends()
    desk.say("P0001", "birth", birth, retained=True)
    assert desk.ask(4) == [("P0001", "a", 3, LAST)]


def failures(desk: Desk) -> list[tuple[bool, int, str]]:
    found = rows(desk, types=("communicationFailure",))
    assert all(row["source"] == "recorder" for row in found)
    return [(row["startEndFlag"], row["timestamp"], row["attributes"]["cause"]) for row in found]


def test_a_last_will_begins_a_failure_and_presence_ends_it(desk: Desk) -> None:
    desk.say("P0001", "presence", {"online": True})
    desk.say("P0001", "presence", {"online": False}, now=NOW + 10)
    desk.say("P0001", "presence", {"online": False}, retained=True, now=NOW + 11)
    desk.events("a-1")  # it had waited at the broker
    desk.say("P0001", "presence", {"online": True}, retained=True, now=NOW + 60)
    assert failures(desk) == [(True, NOW + 10, "lastWill"), (False, NOW + 60, "lastWill")]


def test_a_pole_that_speaks_after_its_will_is_online_and_asked_for_what_is_missing(desk: Desk) -> None:
    desk.say("P0001", "presence", {"online": True})
    desk.say("P0001", "presence", {"online": False}, now=NOW + 1)  # of the session before
    desk.say("P0001", "meter", {"v": 1, "at": NOW + 60, "activePower": 90.0}, now=NOW + 60)
    assert desk.rows("SELECT online, failing FROM pole") == [(1, None)]


def test_a_will_that_the_broker_retains_does_not_outweigh_a_pole_that_spoke_after_it(desk: Desk) -> None:
    desk.say("P0001", "presence", {"online": True})
    desk.say("P0001", "presence", {"online": False}, now=NOW + 1)  # of the session before
    desk.say("P0001", "meter", {"v": 1, "at": NOW + 60, "activePower": 90.0}, now=NOW + 60)
    desk.record.close()
    again = Desk(desk.record.where)  # and reads what the broker retains
    again.say("P0001", "presence", {"online": False}, retained=True, now=NOW + 300)
    assert failures(again) == [(True, NOW + 1, "lastWill"), (False, NOW + 60, "lastWill")]
    assert again.reader.summary()["online"] == 1
    again.say("P0001", "presence", {"online": False}, now=NOW + 400)  # a will of its own
    again.say("P0001", "presence", {"online": True}, now=NOW + 500)
    again.say("P0001", "presence", {"online": False}, retained=True, now=NOW + 600)
    assert [row[:2] for row in failures(again)[2:]] == [(True, NOW + 400), (False, NOW + 500), (True, NOW + 600)]
    again.close()


def switched(desk: Desk) -> Callable[[str, int], bool]:
    one = Switched(frozenset(["P0001", "P0002"]), 23.84, 78.74)
    desk.record.dark = one.dark
    return one.dark


def test_a_feeder_that_is_switched_off_by_day_fails_by_no_morning_and_in_the_evening_where_it_is_not_back(
    desk: Desk,
) -> None:
    dark = switched(desk)
    morning, evening = 1795481400, 1795523400  # 06:20 and 18:00 in Sagar
    for pole in ("P0001", "P0002", "P0003"):
        desk.say(pole, "presence", {"online": True}, now=morning - 100)
        desk.say(pole, "presence", {"online": False}, now=morning)
        desk.say(pole, "presence", {"online": False}, retained=True, now=morning + 3600)

    heard: dict[str, float] = {}

    def look(now: int) -> int:
        with desk.record.change() as book:
            return check(book, now, float(now), heard, morning - 100.0, 2100, lambda pole: dark(pole, now))

    assert [row["pole"] for row in desk.reader.events(Wanted(types=("communicationFailure",)))] == ["P0003"]
    assert look(morning + 21_600) == look(evening) == 0
    desk.say("P0001", "presence", {"online": True}, now=evening + 60)
    heard["P0001"] = evening + 3600.0
    assert look(evening + 3600) == 1 and look(evening + 3700) == 0  # 19:00: P0002 is missed, and once
    rows = [row for row in desk.reader.events(Wanted(types=("communicationFailure",))) if row["pole"] != "P0003"]
    assert [(row["pole"], row["timestamp"], row["attributes"]["cause"]) for row in rows] == [
        ("P0002", evening + 3600, "lastWill"),
    ]  # fmt: skip


def test_a_feeder_that_is_switched_fails_at_night_as_any_other(desk: Desk) -> None:
    switched(desk)
    desk.say("P0001", "presence", {"online": True}, now=1795540000)
    desk.say("P0001", "presence", {"online": False}, now=1795550400)  # 01:30
    assert failures(desk) == [(True, 1795550400, "lastWill")]


def test_a_pole_without_a_word_begins_a_failure(desk: Desk) -> None:
    desk.say("P0001", "state", {"v": 1, "level": 70})
    desk.say("P0002", "state", {"v": 1, "level": 70})
    heard = {"P0001": 0.0, "P0002": 2000.0}
    with desk.record.change() as book:
        assert check(book, NOW + 2099, 2099.0, heard, 0.0, 2100) == 0
        assert check(book, NOW + 2100, 2100.0, heard, 0.0, 2100) == 1
        assert check(book, NOW + 2200, 2200.0, heard, 0.0, 2100) == 0
    desk.say("P0001", "presence", {"online": True}, retained=True, now=NOW + 2250)  # proves nothing
    desk.say("P0001", "state", {"v": 1, "level": 70}, now=NOW + 2300)
    assert failures(desk) == [(True, NOW + 2100, "silent"), (False, NOW + 2300, "silent")]


def test_our_own_absence_is_not_the_poles_silence(desk: Desk) -> None:
    desk.say("P0001", "state", {"v": 1, "level": 70})
    with desk.record.change() as book:
        assert check(book, NOW + 90_000, 90_000.0, {"P0001": 0.0}, 89_000.0, 2100) == 0


@pytest.mark.parametrize("step", [86_400, -31_536_000, -NOW])
def test_a_computer_whose_clock_is_set_invents_no_silence(desk: Desk, step: int) -> None:
    desk.say("P0001", "state", {"v": 1, "level": 70})
    desk.say("P0002", "state", {"v": 1, "level": 70})
    with desk.record.change() as book:
        assert check(book, NOW + step + 10, 10.0, {"P0001": 0.0}, 0.0, 2100) == 0
    desk.say("P0001", "state", {"v": 1, "level": 70}, now=NOW + step + 11)
    assert desk.reader.latest(Wanted(poles=("P0001",)))[0]["lastSeen"] == NOW + step + 11


def test_a_meter_that_waited_at_the_broker_is_no_sign_of_life(desk: Desk) -> None:
    desk.say("P0001", "presence", {"online": True}, retained=True)
    desk.say("P0001", "presence", {"online": False}, now=NOW + 10)
    assert "P0001" not in desk.say("P0001", "meter", {"v": 1, "at": NOW - 3600}, now=NOW + 20).spoke
    assert "P0001" in desk.say("P0001", "meter", {"v": 1, "at": NOW + 25}, now=NOW + 30).spoke
    assert failures(desk) == [(True, NOW + 10, "lastWill"), (False, NOW + 30, "lastWill")]


def test_the_latest_of_each_pole_is_kept(desk: Desk) -> None:
    desk.say("P0001", "state", {"v": 1, "at": NOW - 50, "level": 70}, retained=True)
    desk.say("P0001", "state", {"v": 1, "at": NOW, "level": 40, "reason": "\ud800"})
    desk.say("P0001", "birth", {"v": 1, "groups": ["market", 7]})
    one = desk.reader.latest(Wanted(group="market"))[0]
    assert (one["state"]["level"], one["groups"], one["lastSeen"]) == (40, ["market"], NOW)
    assert desk.reader.latest(Wanted(group="park")) == []


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b"\xff", b"{}", event("a"), event("a-01"), event("-1"), event("_recorder-1"),
     event(f"a-{2**30}"), event("a-1", eventType="=1+1"), event("a-1", eventType=None), event("a" * 33 + "-1"),
     b'{"id":' + b"[" * 5000],
)  # fmt: skip
def test_what_makes_no_sense_is_counted_and_never_stops_it(desk: Desk, payload: bytes) -> None:
    assert desk.say("P0001", "event", payload).malformed == 1
    assert rows(desk) == []
    assert desk.reader.latest(Wanted())[0]["malformed"] == 1


def test_what_can_be_read_is_kept(desk: Desk) -> None:
    desk.say("P0001", "event", event("a-1", timestamp=None, attributes="no", startEndFlag="x", more=2**80))
    desk.say("P0001", "event", event("a-2", attributes={"deep": {"\ud800": [1e999, 2**90, None]}}))
    first, second = rows(desk)
    assert (first["timestamp"], first["attributes"], first["startEndFlag"]) == (None, {}, None)
    assert second["attributes"] == {}  # JSON has no infinity


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
ids = st.builds(lambda epoch, n: f"{epoch}-{n}", st.sampled_from("ab"), st.integers(0, 12) | st.just(LAST - 1))
spans = st.fixed_dictionaries(
    {"first": st.integers(-1, 20), "last": st.integers(-1, 20) | st.just(LAST)},
    optional={"epoch": st.sampled_from("abc") | json_values},
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "id": ids | json_values, "eventType": st.sampled_from(["eventsDropped", "x"]) | json_values,
        "attributes": spans | json_values, "timestamp": json_values, "startEndFlag": json_values,
        "online": st.booleans() | json_values, "groups": json_values, "at": json_values, "sender": json_values,
        "n": json_values, "outcome": json_values, "reason": json_values,
        "journal": json_values | st.fixed_dictionaries(
            {"epoch": st.sampled_from("ab"), "first": st.integers(0, 9), "last": st.integers(0, 9)}
        ),
    },
)  # fmt: skip
messages = st.tuples(
    st.sampled_from(["event", "event", "event", "birth", "presence", "state", "ack", "meter", "x", "event/x"]),
    fields.map(lambda values: json.dumps(values).encode()) | st.binary(max_size=20),
    st.booleans(),
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(messages | st.just("ends"), max_size=12))
def test_whatever_is_said_every_sequence_is_a_row_or_a_gap_or_gone(
    tmp_path: Path, empty_record: Path, said: list[Any]
) -> None:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite"
    shutil.copyfile(empty_record, path)
    desk = Desk(path)
    hurried(desk.record)
    for one in said:
        if one == "ends":
            desk.open_ends()
            desk.ask(4)
            desk.answer()
        else:
            desk.say("P0001", one[0], one[1], one[2])
    for id_, pole, epoch, highest in desk.rows("SELECT id, pole, epoch, highest FROM journal"):
        have = {n for (n,) in desk.rows(f"SELECT sequence FROM event WHERE pole = {pole} AND epoch = '{epoch}'")}
        spans_ = desk.rows(
            f"SELECT low, high FROM gap WHERE journal = {id_}"
            f" UNION ALL SELECT low, high FROM gone WHERE journal = {id_} ORDER BY low"
        )
        at = 1
        for low, high in spans_:
            while at in have:
                at += 1
            assert low == at, (low, at, spans_, have)
            assert high >= low
            assert not any(low <= n <= high for n in have)
            at = high + 1
        while at in have:
            at += 1
        assert at in (highest + 1, LAST + 1)
    desk.close()


def test_a_record_belongs_to_one_site_and_one_writer(desk: Desk) -> None:
    where = desk.record.where
    with pytest.raises(RecordError, match="being written by another"):
        Record(where, ROOT, SITE)
    desk.record.close()
    with pytest.raises(RecordError, match="has site 'sagar' and must have 'other'"):
        Record(where, ROOT, "other")
    desk.record = Record(where, ROOT, SITE)


def test_a_file_of_another_kind_is_no_record(tmp_path: Path) -> None:
    other = tmp_path / "text.sqlite"
    other.write_text("this is no database at all, but a text\n" * 40)
    with pytest.raises(RecordError, match="is no record: it is not an SQLite file"):
        Record(other, ROOT, SITE)


@pytest.mark.parametrize(
    "url, sentence",
    [
        ("postgresql://", "cannot be written"),
        ("postgresql://x:secret@127.0.0.1:1/none", "cannot be written"),
    ],
)
def test_a_server_that_is_not_there_is_said_and_no_password_with_it(
    url: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "/nowhere")
    with pytest.raises(RecordError, match=sentence) as said:
        Record(url, ROOT, SITE)
    assert "secret" not in str(said.value)
    assert "\n" not in str(said.value)
