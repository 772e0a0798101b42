"""Dusk and dawn by astral, also where there are none."""

from datetime import UTC, datetime

import pytest

from simulator.report.nights import SUNRISE_ZENITH, TWILIGHT_ZENITH, Nights
from tests.simulator.small_site import LATITUDE, LONGITUDE, run_time


def unix(*moment: int) -> float:
    return datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[arg-type,misc]


def test_a_night_in_sagar() -> None:
    nights = Nights(LATITUDE, LONGITUDE)
    time = run_time()
    dusk, dawn = nights.between(nights.number(time.start_unix + 3600)) or (0, 0)
    assert f"{time.local(time.ms(dusk)):%d %H:%M}" == "24 17:51"
    assert f"{time.local(time.ms(dawn)):%d %H:%M}" == "25 06:12"
    sunset, sunrise = nights.between(nights.number(time.start_unix + 3600), SUNRISE_ZENITH) or (0, 0)
    assert sunset < dusk < dawn < sunrise


@pytest.mark.parametrize("longitude", [-179.9, -122.4, 0.0, 78.7, 179.9])
def test_every_night_of_a_year_follows_the_one_before_at_any_longitude(longitude: float) -> None:
    nights = Nights(35.0, longitude)
    first = nights.number(unix(2026, 1, 1))
    before = 0.0
    for number in range(first, first + 365):
        dusk, dawn = nights.between(number) or (0.0, 0.0)
        assert before < dusk < dawn < dusk + 15 * 3600
        assert not before or 23 * 3600 > dusk - before > 8 * 3600
        before = dawn


def test_white_nights_have_no_dark_and_polar_night_is_dark_at_noon() -> None:
    north = Nights(70.0, 20.0)
    june = unix(2026, 6, 21)
    assert north.between(north.number(june)) is None
    assert north.dark(june, june + 86400) == 0.0 and north.part(june, june + 86400) == 0.0
    far = Nights(85.0, 20.0)
    january = unix(2026, 1, 1)
    assert far.dark(january, january + 86400) == 86400
    assert abs(far.part(january, january + 86400) - 1.0) < 1e-9


def test_dark_time_adds_up_over_pieces() -> None:
    nights = Nights(LATITUDE, LONGITUDE)
    start = float(run_time().start_unix)
    whole = nights.dark(start, start + 3 * 86400)
    pieces = sum(nights.dark(start + at, start + at + 6_000) for at in range(0, 3 * 86400, 6_000)) - nights.dark(
        start + 3 * 86400, start + 3 * 86400 + 2400
    )
    assert abs(whole - pieces) < 1e-3
    assert abs(nights.part(start, start + 3 * 86400) - 3) < 1e-9
    assert TWILIGHT_ZENITH == 96.0
