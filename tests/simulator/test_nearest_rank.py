"""Percentiles are values that were seen."""

from __future__ import annotations

from simulator.nearest_rank import rank


def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed() -> None:
    values = list(range(1, 101))
    assert [rank(values, share) for share in (0.01, 0.5, 0.99, 1.0)] == [1, 50, 99, 100]
    assert rank([7], 0.01) == 7
    assert rank([3, 1, 2], 0.5) == 2
