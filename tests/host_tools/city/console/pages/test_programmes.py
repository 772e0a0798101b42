"""The page of programmes, its calendar, and the picture of a night."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from host_tools.city.console.night_picture import picture
from host_tools.city.console.year_calendar import holds, months
from host_tools.site.load import load_site
from host_tools.site.model import Rule
from host_tools.site.night_preview import courses
from tests.host_tools.city.console.console_bench import Bench
from tests.town import SAGAR


def test_tonight_is_drawn_for_each_kind_of_pole_with_its_energy(bench: Bench) -> None:
    with bench.client("viewer") as client:
        page = client.get("/programmes").text
    assert 'value="2026-11-24"' in page  # the evening of the bench's now
    assert page.count("<svg") >= 4
    assert "residential" in page and "wedding-season" in page
    assert "kWh, against" in page


def test_before_noon_tonight_is_the_night_that_is_ending(bench: Bench) -> None:
    bench.now += 8 * 3600  # 07:10 of the next day
    with bench.client("viewer") as client:
        assert 'value="2026-11-24"' in client.get("/programmes").text


def test_a_night_that_is_no_date_is_refused_in_a_sentence(bench: Bench) -> None:
    with bench.client("viewer") as client:
        answer = client.get("/programmes?night=2026-13-40")
    assert answer.status_code == 422
    assert "must be a date from 2024-01-01" in answer.text


def test_the_energy_is_that_of_the_levels_and_a_dimmed_night_takes_less_than_a_full_one() -> None:
    site = load_site(SAGAR)
    for course in courses(site, site.poles, date(2026, 11, 24)):
        drawn = picture(site, course, ZoneInfo(site.timezone))
        lamps = [site.luminaires[pole.luminaire] for pole in course.poles]
        assert 0 < drawn.kwh < 14.5 * sum(lamp.power_at(100) for lamp in lamps) / 1000
        assert drawn.path.startswith("M0 140.0H")  # off two hours before sunset
        assert drawn.path.endswith("V140.0H720")  # and two hours after sunrise
        if course.name == "residential":
            assert 20 < drawn.saved < 60


def test_a_rule_of_the_calendar_holds_on_its_days_only() -> None:
    diwali = Rule("diwali", "full", dates=(date(2026, 11, 8),))
    republic = Rule("republic day", "full", month_days=((1, 26),))
    weekend = Rule("weekend", "late", first=date(2026, 6, 1), last=date(2026, 6, 30), weekdays=(6, 7))
    assert holds(diwali, date(2026, 11, 8)) and not holds(diwali, date(2027, 11, 8))
    assert holds(republic, date(2027, 1, 26)) and not holds(republic, date(2027, 1, 27))
    assert [day for day in range(1, 31) if holds(weekend, date(2026, 6, day))] == [6, 7, 13, 14, 20, 21, 27, 28]


def test_every_day_of_a_year_is_in_the_calendar_below_its_weekday() -> None:
    days = [
        (place % 7, day) for month in months((), 2028) for place, day in enumerate(month) if day is not None
    ]  # fmt: skip
    assert len(days) == 366
    assert all(place == day.date.weekday() for place, day in days)
