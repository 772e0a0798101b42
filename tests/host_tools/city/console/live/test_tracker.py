"""The city as the console knows it, brought up to date from the store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from host_tools.city.console.city import City
from host_tools.city.console.live.tracker import Tracker
from host_tools.city.store import receiver_status
from host_tools.city.store.receiver_status import ReceiverStatus
from tests.host_tools.city.console.console_bench import Bench
from tests.town import SAGAR


@pytest.fixture
def city(bench: Bench) -> Iterator[City]:
    with bench.city() as made:
        yield made


@pytest.fixture
def tracker(city: City) -> Tracker:
    made = Tracker(city, lambda: 0.0)
    made.turn()
    return made


def test_poles_of_the_files_that_were_never_heard_are_unknown(tracker: Tracker) -> None:
    assert (tracker.view.totals.unknown, tracker.view.totals.lit) == (240, 0)


def test_a_pole_that_changes_is_told_and_counted_and_told_once(bench: Bench, tracker: Tracker) -> None:
    bench.born("P0003")
    news = tracker.turn()
    assert news.poles["P0003"][:4] == ("P0003", "lit", 60, 60)
    assert (tracker.view.totals.lit, tracker.view.totals.unknown) == (1, 239)
    assert tracker.turn().poles == {}
    bench.lit("P0003", 0)
    assert tracker.turn().poles["P0003"].state == "off"
    assert (tracker.view.totals.lit, tracker.view.totals.off) == (0, 1)


def test_a_fault_rings_its_pole_until_it_is_over(bench: Bench, tracker: Tracker) -> None:
    bench.born("P0003")
    tracker.turn()
    bench.event("P0003", "leakageDetected")
    news = tracker.turn()
    (alarm,) = news.alarms.values()
    assert (alarm.kind, alarm.severity, alarm.state, alarm.own) == ("leakageDetected", 1, "open", True)
    assert alarm.opened > news.since
    assert news.poles["P0003"].worst == 1
    assert (tracker.view.totals.faults, tracker.view.totals.alarms) == (1, 1)
    bench.event("P0003", "leakageDetected", starts=False)
    news = tracker.turn()
    assert (news.alarms[alarm.id].state, news.poles["P0003"].worst) == ("closed", 0)
    assert (tracker.view.totals.faults, tracker.view.totals.alarms) == (0, 0)


def test_a_pole_whose_last_will_came_is_silent_and_keeps_what_it_said(bench: Bench, tracker: Tracker) -> None:
    bench.born("P0003")
    bench.lit("P0003", 80, owner="operator")
    tracker.turn()
    assert tracker.view.totals.command == 1
    bench.say("P0003", "presence", online=False)
    tracker.turn()
    seen = tracker.view.poles["P0003"]
    assert (seen.state, seen.level, seen.in_command) == ("silent", 80, False)
    assert (tracker.view.totals.silent, tracker.view.totals.command) == (1, 0)


def test_who_comes_back_gets_all_that_he_missed_from_any_process(bench: Bench, tracker: Tracker, city: City) -> None:
    bench.born("P0003")
    tracker.turn()
    seen = tracker.view.revision
    bench.born("P0004")
    bench.event("P0003", "lampFailure")
    for other in (tracker, Tracker(city, lambda: 0.0)):
        told = other.since(seen)
        assert set(told.poles) == {"P0003", "P0004"}
        assert [one.kind for one in told.alarms.values()] == ["lampFailure"]
        assert (told.since, told.anew) == (seen, False)
    assert tracker.since(tracker.view.revision).poles == {}


def test_a_store_out_of_a_backup_is_read_anew(tracker: Tracker) -> None:
    assert tracker.since(tracker.view.revision + 10).anew


def test_an_alarm_that_was_open_before_the_process_began_is_not_new(bench: Bench, city: City) -> None:
    bench.born("P0003")
    bench.event("P0003", "lampFailure")
    late = Tracker(city, lambda: 0.0)
    late.turn()
    assert [one.opened for one in late.view.alarms.values()] == [0]


def test_a_store_that_is_moved_away_is_said_and_found_again(bench: Bench, tracker: Tracker) -> None:
    there = Path(bench.where)
    bench.born("P0003")
    tracker.turn()
    away = there.with_name("away")
    os.rename(there, away)
    news = tracker.turn()
    assert (tracker.status.database, news.poles, there.exists()) == (False, {}, False)
    assert tracker.status.totals.lit == 1  # what was last known; the status says that it is not known now
    os.rename(away, there)
    tracker.turn()
    assert tracker.status.database


def test_the_clock_is_that_of_the_site(bench: Bench, tracker: Tracker, city: City) -> None:
    with city.writing() as connection:
        receiver_status.keep(connection, ReceiverStatus("", city.wall(), bench.now + 60, True, 90.0, True))
    tracker.turn()
    assert (tracker.status.clock, tracker.status.simulated, tracker.status.factor) == (
        "2026-11-24 23:11:00 IST", True, 90.0,
    )  # fmt: skip


def test_a_pole_on_a_feeder_that_is_switched_off_by_day_is_off_and_at_night_silent(
    bench: Bench, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    text = (SAGAR / "site.toml").read_text(encoding="utf-8")
    (folder / "site.toml").write_text(text + '\n[feeders.F01]\nswitched = "dusk-dawn"\n', encoding="utf-8")
    (folder / "poles.csv").write_bytes((SAGAR / "poles.csv").read_bytes())
    bench.say("P0003", "presence", online=False)
    now = bench.now - 10 * 3600
    city = City(replace(bench.settings, site=str(folder)), wall=lambda: now)
    tracker = Tracker(city, lambda: 0.0)
    tracker.turn()
    assert (tracker.view.poles["P0003"].state, tracker.status.by_day) == ("off", True)
    now = bench.now
    news = tracker.turn()
    assert (news.poles["P0003"].state, tracker.status.by_day) == ("silent", False)
    city.close()


def test_either_database_is_read(new_store: Path | str) -> None:
    bench = Bench(new_store)
    try:
        with bench.city() as city:
            tracker = Tracker(city, lambda: 0.0)
            tracker.turn()
            seen = tracker.view.revision
            bench.born("P0003")
            bench.event("P0003", "lampFailure")
            told = tracker.since(seen)
            assert (told.poles["P0003"].state, told.poles["P0003"].worst) == ("lit", 2)
            assert [one.name for one in told.alarms.values()] == ["P0003"]
    finally:
        bench.close()
