"""Peaks, shares and what is said of them."""

from __future__ import annotations

import pytest

from simulator.benchmarks.stress import spread


def test_the_99_percent_and_the_last_are_said() -> None:
    assert spread.within(list(range(10, 1010, 10))) == "99 % within 0.99 s, the last after 1.00 s"
    assert spread.within([]) == "-"


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
