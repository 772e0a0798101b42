"""Energy hour by hour from a counter, as pure arithmetic."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from host_tools.city.store.hour_sums import LIMIT_W, Sample, step, sums
from host_tools.city.store.local_time import HOUR_S

MINUTES = 300


def counted(*readings: tuple[int, int | None]) -> list[Sample]:
    return [Sample(at, wh, None, None) for at, wh in readings]


def wh_of(samples: list[Sample], high: int, low: int = 0) -> list[int]:
    return [one.wh for one in sums(samples, None, None, low, high)]


def test_a_counter_that_starts_again_at_a_new_board_counts_nothing_for_that_step() -> None:
    # luuuis/hass_wibeee#191: 439,534 Wh, then 718: taken as a use of -438,816 Wh
    assert wh_of(counted((0, 439_524), (300, 439_534), (600, 718), (900, 730)), HOUR_S) == [10 + 12]


def test_a_counter_that_falls_by_one_step_and_rises_again_is_no_new_counter() -> None:
    # johanmeijer/grott#99: 215.7 kWh, then 215.6: taken as a reset, and 215.6 kWh as the use of five minutes
    assert wh_of(counted((0, 215_600), (300, 215_700), (600, 215_600), (900, 215_600)), HOUR_S) == [100]


def test_a_counter_that_shows_nothing_for_a_moment_gives_no_leap_when_it_is_back() -> None:
    # Philra94/homeassistant-hoymiles-cloud#54
    assert wh_of(counted((0, 439_524), (300, 0), (600, 439_540), (900, 439_552)), HOUR_S) == [12]


def test_energy_of_a_gap_is_shared_out_over_its_hours_and_not_put_into_the_last_one() -> None:
    # home-assistant/frontend#28177: a spike in the hour of the return
    found = sums(counted((0, 1000), (4 * HOUR_S, 1402)), None, None, 0, 5 * HOUR_S)
    assert [(one.wh, one.n) for one in found] == [(100, 1), (101, 0), (100, 0), (101, 0), (0, 1)]


def test_hours_have_the_mean_and_the_bounds_of_what_was_measured() -> None:
    samples = [Sample(0, 1, 100, 2301), Sample(300, None, None, None), Sample(600, 2, 201, 2199)]
    (hour,) = sums(samples, None, None, 0, HOUR_S)
    assert hour == (0, 1, 151, 201, 2199, 2301, 3)


steps = st.lists(st.tuples(st.integers(1, 3 * HOUR_S), st.integers(0, 2_000_000)), min_size=2, max_size=30)


@given(steps, st.integers(0, HOUR_S - 1))
def test_the_hours_sum_up_to_the_steps_however_the_counter_behaves(moves: list[tuple[int, int]], begin: int) -> None:
    at, readings = begin, []
    for seconds, wh in moves:
        at += seconds
        readings.append((at, wh))
    samples = counted(*readings)
    high = (at // HOUR_S + 1) * HOUR_S
    found = sums(samples, None, None, 0, high)
    pairs = list(itertools.pairwise(readings))
    assert sum(one.wh for one in found) == sum(step(*pair) for pair in pairs)
    assert all(0 <= one.wh <= LIMIT_W + len(moves) for one in found)
    assert sum(one.n for one in found) == len(readings)
    # each hour alone, with its neighbours' readings, is the same as all at once
    for hour in range(0, high, HOUR_S):
        before = max((one for one in readings if one[0] < hour), default=None)
        after = min((one for one in readings if one[0] >= hour + HOUR_S), default=None)
        inside = [one for one in samples if hour <= one.at < hour + HOUR_S]
        assert sums(inside, before, after, hour, hour + HOUR_S) == [one for one in found if one.hour == hour]


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 10**7))
def test_a_step_is_never_negative_nor_more_than_a_meter_can_measure(before: int, after: int, seconds: int) -> None:
    assert 0 <= step((0, before), (seconds, after)) <= LIMIT_W * seconds / 3600 + 1
