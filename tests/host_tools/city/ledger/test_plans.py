"""What is asked of a lamp, by the poles' own calendar and sun: at home, where summer time is, and near the pole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from astral import Observer
from astral.sun import sun

from host_tools.city.ledger.plan import Order
from host_tools.city.ledger.plans import Plans
from host_tools.city.store.local_time import LocalTime
from host_tools.site.load import load_site
from host_tools.site.model import Site
from tests.town import SAGAR


@cache
def sagar() -> Site:
    return load_site(SAGAR)


def moved(latitude: float, longitude: float, zone: str) -> Site:
    poles = [replace(one, latitude=latitude, longitude=longitude) for one in sagar().poles[:2]]
    return replace(sagar(), latitude=latitude, longitude=longitude, timezone=zone, poles=tuple(poles))


def should(site: Site, day: date) -> int:
    plan = Plans(site).of("P0002", day)
    local = LocalTime(ZoneInfo(site.timezone))
    assert plan is not None
    return sum(plan.should(local.noon(day), local.ends(day)))


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 6, 21), date(2026, 2, 28), date(2026, 12, 31)])
def test_a_lamp_should_burn_from_sunset_to_sunrise_as_astral_has_them(day: date) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    pole = sagar().by_name["P0002"]
    place = Observer(pole.latitude, pole.longitude)
    sets = sun(place, day, tzinfo=zone)["sunset"]
    rises = sun(place, date.fromordinal(day.toordinal() + 1), tzinfo=zone)["sunrise"]
    assert abs(should(sagar(), day) - (rises - sets).total_seconds() / 60) <= 2


def test_a_pole_that_the_files_do_not_have_should_not_burn() -> None:
    assert Plans(sagar()).of("P9999", date(2026, 11, 24)) is None


@pytest.mark.parametrize("day", [date(2026, 10, 24), date(2026, 3, 28)])
def test_in_the_nights_of_the_change_of_summer_time_the_plan_is_as_long_as_the_night(day: date) -> None:
    site = moved(52.52, 13.4, "Europe/Berlin")
    local = LocalTime(ZoneInfo(site.timezone))
    hours = (local.ends(day) - local.noon(day)) // 3600
    assert hours in (23, 25)
    plan = Plans(site).of("P0002", day)
    assert plan is not None
    assert len(plan.should(local.noon(day), local.ends(day))) == hours * 60
    place, zone = Observer(52.52, 13.4), ZoneInfo(site.timezone)
    sets = sun(place, day, tzinfo=zone)["sunset"].timestamp()
    rises = sun(place, date.fromordinal(day.toordinal() + 1), tzinfo=zone)["sunrise"].timestamp()
    assert abs(should(site, day) - (rises - sets) / 60) <= 3


def test_near_the_pole_nothing_is_asked_at_midsummer_and_all_day_at_midwinter() -> None:
    tromso = moved(69.65, 18.96, "Europe/Oslo")
    assert should(tromso, date(2026, 6, 21)) == 0
    assert should(tromso, date(2026, 12, 21)) >= 23 * 60


def test_orders_in_force_count_and_those_that_only_raise_do_not_lower() -> None:
    local = LocalTime(ZoneInfo("Asia/Kolkata"))
    day = date(2026, 11, 24)
    low, high = local.noon(day), local.ends(day)
    plan = Plans(sagar()).of("P0002", day)
    assert plan is not None
    from_, to = (int(datetime(2026, 11, 24, hour, tzinfo=ZoneInfo("Asia/Kolkata")).timestamp()) for hour in (20, 21))
    usual = sum(plan.should(low, high))
    for owner, level, less in (("operator", 0, 60), ("emergency", 5, 60), ("incident", 0, 0), ("operator", 40, 0)):
        changed = plan.under([Order(from_, to, owner, level)])
        assert usual - sum(changed.should(low, high)) == less, owner
    both = plan.under([Order(from_, to, "lock", 100), Order(from_, to, "operator", 0)])
    assert sum(both.should(low, high)) == usual


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ((23.84, 78.73), "Asia/Kolkata"), ((52.52, 13.4), "Europe/Berlin"),
        ((-36.85, 174.76), "Pacific/Auckland"), ((-21.13, -175.2), "Pacific/Tongatapu"),
    ],
)  # fmt: skip
def test_the_sunrise_after_a_night_is_that_of_astral(place: tuple[float, float], zone: str) -> None:
    for night in (date(2026, 11, 24), date(2026, 6, 21), date(2026, 3, 28)):
        rises = Plans(moved(*place, zone)).sunrise(night)
        expected = sun(Observer(*place), night + timedelta(days=1), tzinfo=ZoneInfo(zone))["sunrise"].timestamp()
        assert rises is not None
        assert abs(rises - expected) < 60


def test_where_the_sun_does_not_rise_no_morning_comes_before_the_noon() -> None:
    rises = Plans(moved(78.2, 15.6, "Arctic/Longyearbyen")).sunrise(date(2026, 12, 20))
    noon = LocalTime(ZoneInfo("Arctic/Longyearbyen")).ends(date(2026, 12, 20))
    assert rises is None or rises + 3600 > noon
