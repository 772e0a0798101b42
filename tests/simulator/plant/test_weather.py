"""Daylight and air."""

from datetime import datetime
from itertools import pairwise

import pytest

from simulator.plant.weather import NIGHT_SKY_LUX, Weather, clear_sky_log, through_cloud
from tests.simulator.small_site import HOUR_MS, LATITUDE, LONGITUDE, run_time


def weather(start: datetime = datetime(2026, 11, 24, 12), seed: int = 7) -> Weather:
    return Weather(LATITUDE, LONGITUDE, seed, run_time(start))


@pytest.mark.parametrize(("degrees", "low", "high"), [(60, 80e3, 130e3), (0, 500, 1000), (-6, 2, 5), (-12, 5e-3, 2e-2)])
def test_clear_sky_light_is_what_observatories_give(degrees: float, low: float, high: float) -> None:
    assert low < 10 ** clear_sky_log(degrees) < high


def test_clear_sky_light_has_no_steps() -> None:
    steps = [clear_sky_log(tenths / 10) for tenths in range(-175, 900)]
    assert max(abs(a - b) for a, b in pairwise(steps)) < 0.06


def test_it_is_light_by_day_dark_by_night_and_goes_through_the_photocells_threshold_at_twilight() -> None:
    sky = weather()
    assert sky.lux(1 * HOUR_MS, LONGITUDE) > 5_000
    assert sky.lux(10 * HOUR_MS, LONGITUDE) == NIGHT_SKY_LUX
    dimming = [now for now in range(0, 12 * HOUR_MS, 60_000) if sky.lux(now, LONGITUDE) < 50]
    time = run_time()
    assert "17:30" < f"{time.local(dimming[0]):%H:%M}" < "17:51"  # between sunset (17:27) and the end of dusk


def test_joining_the_grid_by_straight_lines_is_right_to_two_percent() -> None:
    sky = weather()
    sky.cloud = lambda now_ms: 0.0  # type: ignore[method-assign]
    start = run_time().start_unix
    for minute in range(0, 24 * 60, 7):
        exact = 10 ** clear_sky_log(sky.sun_degrees(start + minute * 60))
        if exact > 1:
            assert abs(sky.lux(minute * 60_000, LONGITUDE) - NIGHT_SKY_LUX - exact) < 0.02 * exact


def test_a_pole_further_east_sees_dusk_earlier() -> None:
    sky = weather()
    dusk = 5 * HOUR_MS + 40 * 60_000
    assert sky.lux(dusk, LONGITUDE + 0.1) < sky.lux(dusk, LONGITUDE) < sky.lux(dusk, LONGITUDE - 0.1)


def test_the_monsoon_is_cloudier_than_november_and_may_is_hotter_than_january() -> None:
    hours = range(0, 20 * 24 * HOUR_MS, HOUR_MS)

    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    july, november = weather(datetime(2026, 7, 5, 12)), weather(datetime(2026, 11, 5, 12))
    assert mean([july.cloud(now) for now in hours]) > mean([november.cloud(now) for now in hours]) + 0.3
    may, january = weather(datetime(2026, 5, 5, 12)), weather(datetime(2026, 1, 5, 12))
    assert mean([may.air_c(now) for now in hours]) > mean([january.air_c(now) for now in hours]) + 12
    assert all(-5 < january.air_c(now) < 50 > may.air_c(now) for now in hours)
    assert through_cloud(0.0) == 1.0 and through_cloud(1.0) == 0.25


def test_the_same_seed_gives_the_same_sky() -> None:
    at = 2 * HOUR_MS
    assert weather().lux(at, LONGITUDE) == weather().lux(at, LONGITUDE) != weather(seed=8).lux(at, LONGITUDE)
