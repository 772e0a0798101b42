"""A complaint's life in the receiver: it raises an alarm or joins one, is closed by proof, and moves no light.

The package's other modules (book, lamp, report, words) are tested here and in doors/test_open311.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from host_tools.city.alarms import actions, life
from host_tools.city.complaints import book
from host_tools.city.complaints.lamp import lamps
from host_tools.city.complaints.report import Report
from host_tools.city.complaints.words import ComplaintWords
from host_tools.city.store.alarm_tables import alarm, notice
from host_tools.city.store.command_tables import command, delivery
from host_tools.city.store.complaint_tables import complaint
from host_tools.language.language import Language
from tests.host_tools.city.console.console_bench import Bench

DAY = 86400


class Street:
    """A receiver of Sagar, at ten past eleven in the evening, and people who complain."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def complain(self, pole: str, code: str, **values: Any) -> int:
        with self.bench.record.transaction() as connection:
            return int(book.take(connection, Report(code, pole, **values), self.bench.now)["id"])

    def later(self, seconds: int) -> None:
        """The receiver looks every few seconds; only the last look counts here."""
        self.bench.now += seconds
        self.bench.record.look_at_street(self.bench.now)

    def meter(self, pole: str, power: float) -> None:
        self.bench.say(pole, "meter", activePower=power)

    def row(self, number: int) -> Any:
        with self.bench.record.transaction() as connection:
            return connection.execute(sa.select(complaint).where(complaint.c.id == number)).mappings().one()

    def alarms(self) -> list[tuple[str, str, int, str]]:
        """(kind, name, severity, state) of all, by their number."""
        with self.bench.record.transaction() as connection:
            rows = connection.execute(sa.select(alarm).order_by(alarm.c.id)).mappings()
            return [(row["kind"], row["name"], row["severity"], life.state(row)) for row in rows]

    def status(self, number: int, lang: str = "en") -> str:
        with self.bench.city() as city, city.reading() as connection:
            row = connection.execute(sa.select(complaint).where(complaint.c.id == number)).mappings().one()
            lamp = lamps(connection, [row["pole"]])[row["pole"]]
            first = book.leaders(connection, [row]).get(row["joined"] or 0)
            words = ComplaintWords(Language(lang), city.zone, self.rules(), self.bench.now)
            return words.status(row, lamp, first)

    def rules(self) -> Any:
        from host_tools.city.alarms.rules import rules_of

        assert self.bench.record.files is not None
        return rules_of(self.bench.record.files)


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(Bench(tmp_path / "record.sqlite"))
    yield made
    bench = made.bench
    with bench.record.transaction() as connection:  # a complaint never moves a light
        for table in (command, delivery):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
    bench.close()


def test_a_dark_lamp_whose_alarm_is_open_is_joined_and_closed_with_it(street: Street) -> None:
    street.bench.born("P0003", 100)
    street.meter("P0003", 4)
    street.bench.event("P0003", "lampFailure", level=100, activePower=4, expectedPower=148)
    number = street.complain("P0003", "SL01")
    street.later(5)
    assert street.alarms() == [("lampFailure", "P0003", 2, "open")]
    assert street.status(number).startswith("P0003: asked for 100 %, takes 4 W of 148 since 23:10 (The lamp gives no")
    with street.bench.record.transaction() as connection:
        actions.assign(connection, [1], "operator", street.bench.now, "crew 2")
    assert street.status(number).endswith("; crew 2 is on its way.")
    street.later(600)
    street.bench.event("P0003", "lampFailure", starts=False)
    street.later(5)
    row = street.row(number)
    assert (row["closed_by"], row["closed_at"]) == ("event", street.bench.now - 5)
    assert street.status(number) == "P0003: over at 23:20, by the pole's own report."


def test_a_fine_lamp_is_answered_at_once_and_closed_by_its_next_reading_without_an_alarm(street: Street) -> None:
    street.bench.born("P0004", 100)
    street.meter("P0004", 149)
    street.later(300)
    number = street.complain("P0004", "SL01")
    street.later(5)
    assert street.status(number) == (
        "P0004: asked for 100 %, takes 149 W of 150 at 23:10: the lamp burns; its next readings decide."
    )
    assert street.row(number)["closed_at"] is None  # what was read before the complaint proves nothing of it
    street.later(600)
    street.meter("P0004", 149)
    street.later(5)
    assert street.row(number)["closed_by"] == "power"
    assert street.status(number) == "P0004: the lamp burns: asked for 100 %, took 149 W of 150 at 23:25."
    assert street.status(number, "hi").startswith("P0004: लैम्प जल रहा है: 100 % रोशनी माँगी गई, 150 में से 149 W लिए")
    assert street.alarms() == []


def test_who_says_it_again_contradicts_the_meter_so_an_alarm_is_raised_that_a_person_closes(street: Street) -> None:
    street.bench.born("P0004", 100)
    street.meter("P0004", 149)
    first = street.complain("P0004", "SL01")
    street.later(600)
    street.meter("P0004", 149)
    street.later(5)
    assert street.row(first)["closed_by"] == "power"
    second = street.complain("P0004", "SL01")
    street.later(600)
    street.meter("P0004", 149)
    street.later(5)
    assert street.row(second)["closed_at"] is None
    assert street.alarms() == [("reportedDark", "P0004", 2, "open")]
    with street.bench.record.transaction() as connection:
        actions.close(connection, [1], "operator", street.bench.now, "a tree was before it, and was cut")
    street.later(5)
    assert street.row(second)["closed_by"] == "person"
    assert street.status(second).endswith("by the control room: a tree was before it, and was cut")


def test_a_silent_lamp_is_not_taken_for_a_fine_one(street: Street) -> None:
    street.bench.born("P0003", 100)
    street.meter("P0003", 149)
    street.bench.say("P0003", "presence", online=False)
    number, never = street.complain("P0003", "SL01"), street.complain("P0011", "SL01")
    street.later(5)
    raised = [one[:3] for one in street.alarms() if one[0].startswith("reported")]
    assert raised == [("reportedDark", "P0003", 2), ("reportedDark", "P0011", 2)]
    assert street.status(number) == (
        "P0003: nothing was heard of it since 23:10; what its lamp does is not known; an alarm was raised."
    )
    assert street.status(never).startswith("P0011: it has never reported; what its lamp does is not known")
    street.later(600)
    street.bench.born("P0003", 100)
    street.meter("P0003", 149)
    street.later(5)
    assert street.row(number)["closed_by"] == "power"
    assert ("reportedDark", "P0003", 2, "closed") in street.alarms()


def test_a_shock_is_an_alarm_of_severity_1_at_once_which_no_meter_closes(street: Street) -> None:
    street.bench.born("P0003", 100)
    street.meter("P0003", 149)
    number = street.complain("P0003", "SL05")
    street.later(5)
    assert street.alarms() == [("reportedShock", "P0003", 1, "open")]
    street.later(900)
    street.meter("P0003", 149)
    street.later(5)
    assert street.row(number)["closed_at"] is None
    light = street.complain("P0003", "SL01")  # another matter does not swallow it, and it does not swallow this
    assert street.row(light)["joined"] is None


def test_the_alarm_of_a_complaint_is_there_once_after_the_receiver_began_again(street: Street) -> None:
    street.complain("P0003", "SL04")
    street.later(5)
    where, now = street.bench.where, street.bench.now
    street.bench.close()
    again = Bench(where)
    again.now = now
    street.bench = again
    street.later(5)
    street.complain("P0003", "SL04", who="cm", account="CM1")
    street.later(5)
    assert street.alarms() == [("reportedLeaning", "P0003", 1, "open")]
    with street.bench.record.transaction() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(notice)).scalar() == 0  # Sagar sends none


def test_a_second_complaint_joins_the_first_and_one_sent_twice_is_one(street: Street) -> None:
    first = street.complain("P0003", "SL01", who="cm", account="CM1")
    assert street.complain("P0003", "SL01", who="cm", account="CM1") == first
    second = street.complain("P0003", "SL06", who="cm", account="CM2")
    street.later(5)
    assert street.row(second)["joined"] == first
    assert f"it joins the complaint {street.row(first)['public']}" in street.status(second)
    assert len(street.alarms()) == 1
    street.bench.born("P0003", 100)
    street.later(60)
    street.meter("P0003", 149)
    street.later(5)
    assert street.row(first)["closed_by"] == street.row(second)["closed_by"] == "power"


def test_a_lamp_that_is_off_by_day_is_no_dark_lamp_and_one_that_is_on_by_order_no_forgotten_one(street: Street) -> None:
    street.bench.now += 12 * 3600
    street.bench.born("P0003", 0)
    street.bench.born("P0004", 60)
    street.bench.lit("P0004", 60, owner="operator", reason="test of lamps")
    dark, by_day = street.complain("P0003", "SL01"), street.complain("P0004", "SL02")
    street.later(3600)
    assert street.alarms() == []
    assert "asked for 0 %" in street.status(dark) and "asked for 60 % by an operator" in street.status(by_day)
    street.bench.lit("P0004", 0)
    street.meter("P0004", 0.5)
    street.later(5)
    assert street.row(by_day)["closed_by"] == "power"
    assert street.status(by_day).startswith("P0004: the lamp is off: asked for 0 %, took 0.5 W")
    assert street.row(dark)["closed_at"] is None  # tonight will tell


def test_a_dark_stretch_is_over_when_its_neighbours_burn_too(street: Street) -> None:
    for name in ("P0002", "P0003", "P0004"):
        street.bench.born(name, 100)
        street.meter(name, 149)
    number = street.complain("P0003", "SL06")
    street.later(600)
    for name in ("P0002", "P0003"):
        street.meter(name, 149)
    street.later(5)
    assert street.row(number)["closed_at"] is None
    assert [one[0] for one in street.alarms()] == []
    street.meter("P0004", 149)
    street.later(5)
    assert street.row(number)["closed_by"] == "power"


def test_a_person_cannot_close_what_the_lamp_can_prove(street: Street) -> None:
    street.bench.born("P0003", 100)
    number = street.complain("P0003", "SL01")
    street.later(5)
    with street.bench.record.transaction() as connection:
        actions.close(connection, [1], "operator", street.bench.now, "done")
    street.later(5)
    assert street.row(number)["closed_at"] is None
    street.later(60)
    street.meter("P0003", 149)
    street.later(5)
    assert street.row(number)["closed_by"] == "power"


def test_contacts_are_deleted_after_90_days_and_the_complaint_stays(street: Street) -> None:
    number = street.complain("P0003", "SL04", contact={"phone": "9876543210"})
    street.later(90 * DAY - 3600)
    assert "9876543210" in street.row(number)["contact"]
    street.later(2 * 3600)
    assert street.row(number)["contact"] is None
    assert street.row(number)["code"] == "SL04"
