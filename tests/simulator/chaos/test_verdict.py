"""A night in which a promise is broken is told; one in which all are kept is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from pole.lighting import calendar
from pole.reporting.reporter import Reporter
from simulator.chaos import night_run
from simulator.chaos.mix import Night
from simulator.chaos.night_run import run_night
from simulator.chaos.verdict import complaints

DOOR = {"kind": "door_open", "pole": "P0001", "at": "+10m", "until": "+30m"}
EVENING = Night(1, datetime(2026, 12, 1, 17, 10), 1.0, 2, ({**DOOR, "expect": ["cabinetDoorOpen"]},))


def told(night: Night) -> list[str]:
    return complaints(run_night(night))


def test_promises_that_are_kept_are_no_complaint() -> None:
    assert told(EVENING) == []


def test_a_false_alarm_is_told() -> None:
    night = replace(EVENING, tables=(DOOR,))
    assert [line.split(" at ")[0] for line in told(night)] == ["false alarm: cabinetDoorOpen of P0001"]


def test_darkness_and_a_level_that_the_calendar_does_not_ask_for_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = calendar.Calendar.at

    def dark(self, unix):
        switch = plain(self, unix)
        return type(switch)(0, switch.ramp_s, switch.reason, switch.since, switch.until)

    monkeypatch.setattr(calendar.Calendar, "at", dark)
    said = told(EVENING)
    assert any(line.endswith("dark minutes") for line in said)
    assert any(line.startswith("P0001 aims at 0 % at ") for line in said)


def test_an_event_that_is_lost_on_its_way_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.street.transcript import Transcript

    plain = Transcript.add

    def add(self, ms, pole, kind, payload):
        if kind != "event":
            plain(self, ms, pole, kind, payload)

    monkeypatch.setattr(Transcript, "add", add)
    assert any(line.endswith("is in its journal and was not heard") for line in told(EVENING))


def test_an_event_that_is_told_again_and_again_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Reporter.event

    def event(self, now, event_type, attributes, *more, **named):
        for _ in range(3):
            plain(self, now, event_type, attributes, *more, **named)

    monkeypatch.setattr(Reporter, "event", event)
    assert "cabinetDoorOpen of P0001 was told to begin 3 times, for 1 happenings" in told(EVENING)


def test_a_failing_night_is_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = tuple({"kind": "cold_night", "at": f"+{minute}m", "until": "+40m"} for minute in range(11, 14))
    night = replace(EVENING, tables=(*noise, DOOR))
    monkeypatch.setattr(night_run, "night", lambda seed, site: night)
    assert night_run.small(1, 2).tables == (DOOR,)


WRONG_CHIP = {"kind": "rtc_wrong", "pole": "P0001", "at": "+50m", "seconds": -18000, "allow": ["supplyLoss"]}
UNHEARD = {"kind": "network_outage", "at": "+49m", "until": "+51m", "allow": ["communicationFailure"]}


def test_a_clock_chip_that_is_wrong_may_cost_what_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    night = replace(EVENING, tables=(WRONG_CHIP, UNHEARD))  # it starts while no time server can tell it better
    outcome = run_night(night)
    assert 0.0 < outcome.street.darkness.minutes()["P0001"] < 1.6
    assert complaints(outcome) == []
    monkeypatch.setattr("simulator.chaos.verdict.WRONG_MIN", 0.0)
    said = complaints(outcome)
    assert any(line.endswith("dark minutes") for line in said)
    assert any("by a wrong clock" in line for line in said)


def test_a_pole_that_says_another_time_than_the_true_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from pole.timekeeping.clock import Clock

    plain = Clock.now
    monkeypatch.setattr(Clock, "now", lambda self, ticks: (plain(self, ticks) or -60) + 60)
    said = told(replace(EVENING, hours=0.4, tables=()))
    assert any(line.startswith("P0001 says that it is ") for line in said)
    assert any(line.startswith("P0001 says in the end that it is ") for line in said)
