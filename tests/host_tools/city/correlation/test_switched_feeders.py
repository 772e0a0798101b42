"""Feeders that a contactor switches on at dusk and off at dawn: no outage each morning, one where dusk brings none."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from host_tools.city.correlation import Fault, History, Silence, SupplyLoss, Switched, street_faults
from tests.host_tools.city.correlation.streets import F1, F2, MINUTE, POLES, kinds, losses, name, wills

ZONE = ZoneInfo("Asia/Kolkata")  # in Sagar the sun rises at 06:34 and sets at 17:33 in these days
ON_F1 = Switched(frozenset(name(number) for number in F1), 23.84, 78.74)


def at(day: int, clock: str) -> int:
    hour, minute = map(int, clock.split(":"))
    return int(datetime(2026, 11, day, hour, minute, tzinfo=ZONE).timestamp())


def found(silences: list[Silence], gone: list[SupplyLoss], now: int) -> list[Fault]:
    known = frozenset(pole.name for pole in POLES)
    return street_faults(POLES, History(known, tuple(silences), tuple(gone), now), switched=ON_F1)


@pytest.mark.parametrize(("off", "on"), [("06:05", "18:05"), ("06:34", "17:33"), ("07:10", "17:00")])
def test_a_switched_feeder_is_no_outage_by_day_and_none_when_it_is_back(off: str, on: str) -> None:
    silences, gone = [], []
    for day in range(20, 24):
        silences += wills(F1, at(day, off), at(day, on))
        gone += losses(F1, at(day, off), at(day, on) + MINUTE)
    for now in (at(23, "12:00"), at(23, "20:00")):
        assert found([one for one in silences if one.begins < now], [one for one in gone if one.at < now], now) == []


def test_what_is_noticed_in_the_evening_began_then_and_not_at_dawn() -> None:
    silences = [Silence(name(number), at(20, "18:20"), None, "lastWill", at(20, "06:20")) for number in F1]
    (one,) = found(silences, [], at(20, "19:00"))
    assert kinds([one]) == [("feederOutage", "F1", 10)] and at(20, "18:13") <= one.begins <= at(20, "18:20")


def test_the_others_are_judged_as_ever() -> None:
    silences = wills(F1, at(20, "06:30")) + wills(F2, at(20, "06:30"))
    assert ("feederOutage", "F2", 10) in kinds(found(silences, [], at(20, "09:00")))


def test_a_switched_feeder_that_does_not_come_back_at_dusk_is_an_outage_from_then_on() -> None:
    silences = wills(F1, at(20, "06:30"))
    assert found(silences, [], at(20, "18:10")) == []
    (one,) = found(silences, [], at(20, "19:00"))
    assert kinds([one]) == [("feederOutage", "F1", 10)] and one.ends is None
    assert at(20, "18:13") <= one.begins <= at(20, "18:20")


def test_a_pole_that_does_not_come_back_with_its_feeder_is_silent() -> None:
    silences = wills(range(2, 11), at(20, "06:30"), at(20, "17:40")) + wills([1], at(20, "06:30"))
    assert kinds(found(silences, [], at(20, "20:00"))) == [("poleSilent", "P0001", 1)]


def test_a_trip_at_night_is_an_outage() -> None:
    silences = wills(F1, at(20, "23:00"), at(21, "00:30"))
    gone = losses(F1, at(20, "23:00"), at(21, "00:31"))
    (one,) = found(silences, gone, at(21, "02:00"))
    assert kinds([one]) == [("feederOutage", "F1", 10)] and one.ends is not None
    silences = wills(F1, at(20, "23:00"), at(21, "17:40"))  # until the next evening: it is over where day begins
    (one,) = found(silences, losses(F1, at(20, "23:00"), at(21, "17:41")), at(21, "20:00"))
    assert one.ends is not None and one.ends - at(21, "05:49") < 2 * MINUTE


def test_it_is_dark_by_day_only() -> None:
    assert ON_F1.dark("P0001", at(20, "12:00")) and not ON_F1.dark("P0011", at(20, "12:00"))
    assert not ON_F1.dark("P0001", at(20, "23:00")) and not ON_F1.dark("P0001", at(20, "03:00"))
    north = Switched(frozenset(["P0001"]), 69.65, 18.96)  # Tromso: from the end of November the sun does not rise
    assert not north.dark("P0001", at(30, "09:00")) and not north.dark("P0001", at(30, "23:00"))
