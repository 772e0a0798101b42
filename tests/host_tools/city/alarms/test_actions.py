"""The life of an alarm in the store, on both databases: what people do, and what of it counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from host_tools.city.alarms import actions, life
from host_tools.city.alarms.batch import Batch, Seen
from host_tools.city.alarms.listing import Wanted, history_of, listed
from host_tools.city.alarms.turns import Turn
from host_tools.city.alarms.work_orders import make_order, order_of
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.database import Database
from host_tools.city.store.tables import revision
from host_tools.errors import CommandError
from host_tools.site import load_site
from tests.host_tools.city.alarms.small_receiver import NIGHT, SmallReceiver

DAY = 86400


def turn(pole: str, kind: str, at: int, begins: bool, **attributes: Any) -> Turn:
    return Turn(pole, kind, NIGHT + at, begins, f"e{pole}", at + DAY, NIGHT + at, attributes)


class Desk:
    """A receiver with two lamps that have failed, and a person at the console."""

    def __init__(self, database: Database) -> None:
        self.receiver, self.database = SmallReceiver(database), database
        self.receiver.receive(
            Batch([turn("P0003", "lampFailure", 0, True), turn("P0001", "leakageDetected", 5, True)]), NIGHT + 9
        )

    def do(self, action: Any, *values: Any, **named: Any) -> Any:
        with self.database.transaction() as connection:
            return action(connection, *values, **named)

    def all(self, closed: int = 20, now: int = NIGHT) -> dict[str, Any]:
        with self.database.engine.connect() as connection:
            return {one.alarm.id: one for one in listed(connection, Wanted(closed=closed), now)}

    def states(self) -> dict[str, str]:
        return {name: one.state for name, one in self.all().items()}

    def number(self, name: str) -> int:
        (number,) = self.do(actions.numbers_of, [name])
        return int(number)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_from_open_to_closed_by_proof(desk: Desk) -> None:
    lamp = desk.number("lampFailure/P0003")
    seen = []
    for action, values in (
        (actions.acknowledge, ()), (actions.assign, ("crew 2",)), (actions.mend, ("a new driver",)),
    ):  # fmt: skip
        desk.do(action, [lamp], "Asha", NIGHT + 60, *values)
        seen.append(desk.states()["lampFailure/P0003"])
    assert seen == ["acknowledged", "assigned", "mended"]
    desk.receiver.start()  # phoebus#3078, bosun#115: what was acknowledged is so after a restart
    assert desk.states() == {"leakageDetected/P0001": "open", "lampFailure/P0003": "mended"}
    desk.receiver.receive(Batch([turn("P0003", "lampFailure", 300, False)]))
    one = desk.all()["lampFailure/P0003"].as_json()
    assert (one["state"], one["closedBy"], one["ended"], one["mendedBy"]) == ("closed", "event", NIGHT + 300, "Asha")
    with desk.database.engine.connect() as connection:
        told = [(entry["what"], entry["who"], entry["text"]) for entry in history_of(connection, lamp)]
    assert told == [
        ("opened", "", ""), ("acknowledged", "Asha", ""), ("assigned", "Asha", "crew 2"),
        ("mended", "Asha", "a new driver"), ("ended", "", "event"),
    ]  # fmt: skip


def test_what_comes_again_is_open_whatever_was_done_before(desk: Desk) -> None:
    lamp = desk.number("lampFailure/P0003")  # signalk-server#2665: it would be silent for good
    desk.do(actions.acknowledge, [lamp], "Asha", NIGHT + 60)
    again = [turn("P0003", "lampFailure", 300, False), turn("P0003", "lampFailure", 400, True)]
    desk.receiver.receive(Batch(again))
    one = desk.all()["lampFailure/P0003"]
    assert (one.state, one.alarm.times, one.row["id"]) == ("open", 2, lamp)


def test_what_a_person_does_with_one_alarm_does_nothing_to_another_of_the_pole(desk: Desk) -> None:
    desk.receiver.receive(Batch([turn("P0003", "dimmingFailure", 7, True)]))  # phoebus#1928
    desk.do(actions.acknowledge, [desk.number("lampFailure/P0003")], "Asha", NIGHT + 60)
    assert desk.states()["dimmingFailure/P0003"] == "open"


def test_a_pole_whose_clock_is_ahead_is_acknowledged_all_the_same(desk: Desk) -> None:
    desk.receiver.receive(Batch([turn("P0005", "lampFailure", 4000, True)]), NIGHT + 4000)
    desk.do(actions.acknowledge, [desk.number("lampFailure/P0005")], "Asha", NIGHT + 100)
    assert desk.states()["lampFailure/P0005"] == "acknowledged"


def test_danger_is_closed_by_its_own_end_or_a_person_with_a_reason(desk: Desk) -> None:
    desk.receiver.receive(Batch(states=[Seen("P0001", NIGHT + 60, frozenset())]))
    leak = desk.number("leakageDetected/P0001")
    with pytest.raises(CommandError, match="the reason has 0 characters and must have 1 to 400"):
        desk.do(actions.close, [leak], "Asha", NIGHT + 60, "  ")
    desk.do(actions.close, [leak], "Asha", NIGHT + 90, "measured: 0 mA, the pole was wet")
    one = desk.all()["leakageDetected/P0001"].as_json()
    assert (one["state"], one["closedBy"], one["reason"]) == ("closed", "person", "measured: 0 mA, the pole was wet")
    with pytest.raises(CommandError, match=r"leakageDetected/P0001\) is closed and must be open for this"):
        desk.do(actions.acknowledge, [leak], "Asha", NIGHT + 99)


def test_all_of_many_are_changed_or_none(desk: Desk) -> None:
    with pytest.raises(CommandError, match="the alarm is 999 and must be the number of an alarm of this record"):
        desk.do(actions.acknowledge, [desk.number("lampFailure/P0003"), 999], "Asha", NIGHT)
    assert set(desk.states().values()) == {"open"}


def test_quiet_has_an_end_and_a_reason_and_the_repair_clock_goes_on(desk: Desk) -> None:
    for until, reason, said in (
        (NIGHT + 60, "", "the reason has 0"), (NIGHT, "planned", "must be after its beginning and after now"),
        (NIGHT + 31 * DAY, "planned", "must be at most 30"),
    ):  # fmt: skip
        with pytest.raises(CommandError, match=said):
            desk.do(actions.make_quiet, "P0003", "Asha", NIGHT, until, reason)
    number = desk.do(actions.make_quiet, "P0003", "Asha", NIGHT, NIGHT + 3600, "the cable is changed")
    one = desk.all()["lampFailure/P0003"]
    assert (one.quiet_until, one.alarm.since, one.state) == (NIGHT + 3600, NIGHT, "open")
    assert desk.all()["leakageDetected/P0001"].quiet_until is None
    assert desk.all(now=NIGHT + 3600)["lampFailure/P0003"].quiet_until is None  # it ended by itself
    desk.do(actions.end_quiet, number, "Asha", NIGHT + 30)
    assert desk.all(now=NIGHT + 31)["lampFailure/P0003"].quiet_until is None


def test_an_order_has_poles_by_way_and_parts_summed_and_assigns_its_alarms(desk: Desk) -> None:
    site = load_site("sagar", 6)
    told = [turn(pole, "lampFlicker", 20, True, carry="driver") for pole in ("P0006", "P0002", "P0004")]
    desk.receiver.receive(Batch(told))
    numbers = [desk.number(f"lampFlicker/{pole}") for pole in ("P0006", "P0002", "P0004")]
    order = desk.do(make_order, numbers, "Asha", NIGHT, "crew 2", site, NIGHT + DAY)
    assert order.poles in (("P0002", "P0004", "P0006"), ("P0006", "P0004", "P0002"))
    assert order.lines()[1] == f"          carry: 3 drivers {site.poles[1].luminaire}, 1 ladder truck"
    one = desk.all()["lampFlicker/P0002"].as_json()
    assert (one["state"], one["assignedTo"], one["order"]) == ("assigned", "crew 2", order.number)
    assert desk.do(order_of, order.number) == order
    assert json.loads(json.dumps(order.as_json()))["carry"][1] == {"count": 1, "part": "ladder truck"}


def test_every_change_is_seen_by_who_asks_for_a_newer_revision(desk: Desk) -> None:
    with desk.database.engine.connect() as connection:
        before = connection.execute(sa.select(revision.c.number)).scalar_one()
    desk.do(actions.acknowledge, [desk.number("lampFailure/P0003")], "Asha", NIGHT + 60)
    with desk.database.engine.connect() as connection:
        assert connection.execute(sa.select(alarm.c.name).where(alarm.c.rev > before)).scalars().all() == ["P0003"]
        rows = connection.execute(sa.select(alarm).where(life.is_open())).mappings().all()
    assert {life.state(row) for row in rows} == {"open", "acknowledged"}
