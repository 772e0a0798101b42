"""Hours and nights by a site's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools.city.store.local_time import HOUR_S, LocalTime

ZONES = ["Asia/Kolkata", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Europe/Dublin"]


def unix(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_an_hour_in_india_begins_at_half_past_by_utc() -> None:
    assert LocalTime(ZoneInfo("Asia/Kolkata")).hour(unix("2026-11-29T18:29:59")) == unix("2026-11-29T17:30:00")


def test_the_two_hours_that_the_clock_calls_alike_are_two() -> None:
    berlin = LocalTime(ZoneInfo("Europe/Berlin"))  # 2026-10-25: 03:00 summer time is 02:00
    assert [berlin.hour(unix(f"2026-10-25T0{h}:30:00")) for h in (0, 1)] == [
        unix("2026-10-25T00:00:00"), unix("2026-10-25T01:00:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 23), (date(2026, 6, 1), 24), (date(2026, 10, 24), 25)]
)  # fmt: skip
def test_a_night_goes_from_noon_to_noon_of_the_clock(day: date, hours: int) -> None:
    berlin = LocalTime(ZoneInfo("Europe/Berlin"))
    low, high = berlin.noon(day), berlin.ends(day)
    assert high - low == hours * HOUR_S
    assert [berlin.night(at) for at in (low - 1, low, high - 1, high)] == [
        date.fromordinal(day.toordinal() - 1), day, day, date.fromordinal(day.toordinal() + 1),
    ]  # fmt: skip


@given(st.integers(1_500_000_000, 2_000_000_000), st.sampled_from(ZONES))
def test_every_second_is_in_one_hour_and_one_night(at: int, name: str) -> None:
    local = LocalTime(ZoneInfo(name))
    hour, night = local.hour(at), local.night(at)
    assert hour <= at < hour + HOUR_S
    assert {local.hour(hour), local.hour(hour + HOUR_S - 1)} == {hour}
    assert local.noon(night) <= at < local.ends(night)
