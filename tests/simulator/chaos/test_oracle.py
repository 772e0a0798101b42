"""The calendar worked out from the site's files alone, beside what is known of Sagar's nights."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from host_tools.site import load_site
from host_tools.site.model import SwitchPoint
from simulator.chaos.night_run import SITE
from simulator.chaos.oracle import CalendarOracle

STREET = load_site(SITE, 40)
MAIN_ROAD = next(pole for pole in STREET.poles if pole.road_class == "main-road")
MARKET = next((pole for pole in STREET.poles if pole.road_class == "market"), MAIN_ROAD)
KOLKATA = ZoneInfo("Asia/Kolkata")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=KOLKATA).timestamp())


def test_an_ordinary_night_of_a_main_road() -> None:
    oracle = CalendarOracle(STREET, MAIN_ROAD)
    asked = {time: oracle.levels(at(f"2026-12-02T{time}")) for time in ("12:00", "17:00", "20:00", "23:00", "23:45")}
    assert asked == {"12:00": {0}, "17:00": {0}, "20:00": {100}, "23:00": {100}, "23:45": {70}}
    assert oracle.levels(at("2026-12-03T04:45")) == {100}
    assert oracle.levels(at("2026-12-03T08:00")) == {0}


def test_near_a_switch_point_both_levels_are_right() -> None:
    assert CalendarOracle(STREET, MAIN_ROAD).levels(at("2026-12-02T23:30")) == {100, 70}


def test_on_the_night_before_a_poll_nothing_is_dimmed() -> None:
    assert CalendarOracle(STREET, MARKET).levels(at("2026-12-13T01:00")) == {100}


def test_sunset_in_sagar_is_that_of_the_almanac() -> None:
    """17:27 on 24 November: noon is at 12:02 by the sun at -20.5 degrees, and half a day is 5 h 26 min."""
    points = (SwitchPoint("sunset", 90, 0), SwitchPoint("sunrise", 0, 0))
    site = replace(STREET, programmes=dict.fromkeys(STREET.programmes, points), rules=())
    oracle = CalendarOracle(site, MAIN_ROAD)
    assert oracle.levels(at("2026-11-24T17:25")) == {0}
    assert oracle.levels(at("2026-11-24T17:30")) == {90}
