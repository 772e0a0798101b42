"""Percentiles, peaks and shares."""

from __future__ import annotations

import pytest

from simulator.benchmarks.stress import spread


def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed() -> None:
    values = list(range(1, 101))
    assert [spread.percentile(values, share) for share in (0.01, 0.5, 0.99, 1.0)] == [1, 50, 99, 100]
    assert spread.percentile([7], 0.01) == 7
    assert spread.percentile([3, 1, 2], 0.5) == 2


def test_the_peak_is_the_fullest_second_and_what_was_before_is_left_out() -> None:
    assert spread.peak([999, 1000, 1001, 1999, 2000], 1000) == 3
    assert spread.by_second([0, 500, 1500], 0) == {0: 2, 1: 1}
    assert spread.peak([], 0) == 0


def test_spans_that_only_touch_are_not_there_at_once() -> None:
    assert spread.most_at_once([(0, 10), (10, 20), (5, 12)]) == 2
    assert spread.most_at_once([(0, 10), (1, 9), (2, 8)]) == 3
    assert spread.most_at_once([]) == 0


def test_the_curve_ends_below_all_where_some_never_came() -> None:
    assert spread.shares([2.0, 1.0], 4) == ([1.0, 2.0], [25.0, 50.0])


@pytest.mark.parametrize(
    ("durations", "said"),
    [
        ([100, 200, None], "0.10 s / 0.20 s / 0.20 s; 1 never"),
        ([12_340] * 3, "12.3 s / 12.3 s / 12.3 s"),
        ([123_400], "123 s / 123 s / 123 s"),
        ([None], "never"),
        ([], "never"),
    ],
)
def test_durations_in_words(durations: list[int | None], said: str) -> None:
    assert spread.told(durations) == said
