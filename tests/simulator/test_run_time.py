"""Milliseconds of a run, and local time."""

from datetime import datetime

from simulator.run_time import RunTime
from tests.simulator.small_site import HOUR_MS, run_time


def test_a_run_starts_at_its_local_start() -> None:
    time = run_time(datetime(2026, 11, 24, 12))
    assert time.local(0).isoformat() == "2026-11-24T12:00:00+05:30"
    assert time.local_seconds(0) % 86400 == 12 * 3600
    assert time.unix(1999) == time.start_unix + 1
    assert time.ms(time.start_unix + 2) == 2000


def test_local_time_of_day_follows_daylight_saving() -> None:
    time = run_time(datetime(2026, 3, 28, 12), "Europe/Berlin")  # clocks go forward at 02:00 on the 29th
    assert time.local_seconds(13 * HOUR_MS) % 86400 == 1 * 3600
    assert time.local_seconds(14 * HOUR_MS) % 86400 == 3 * 3600
    assert time.local_ms(datetime(2026, 3, 29, 3)) == 14 * HOUR_MS


def test_a_time_that_happens_twice_is_its_first_and_one_that_does_not_comes_after_the_gap() -> None:
    time = RunTime(0, "Europe/Berlin")
    first = time.local_ms(datetime(2026, 10, 25, 2, 30))
    assert time.local(first).utcoffset() == time.local(first - HOUR_MS).utcoffset()
    gap = time.local(time.local_ms(datetime(2026, 3, 29, 2, 30)))
    assert (gap.hour, gap.minute) == (3, 30)
