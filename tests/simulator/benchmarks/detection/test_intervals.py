"""The intervals against published values."""

from __future__ import annotations

from simulator.benchmarks.detection.intervals import of_rank, poisson, wilson
from simulator.nearest_rank import rank


def test_the_wilson_interval_is_the_published_one() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
    for found, of, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        got = wilson(found, of)
        assert abs(got[0] - low) < 1e-4
        assert abs(got[1] - high) < 1e-4
    assert wilson(200, 200)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_poisson_interval_is_garwoods() -> None:
    for count, low, high in (
        (0, 0.0, 3.689),
        (1, 0.0253, 5.572),
        (5, 1.623, 11.668),
        (20, 12.217, 30.888),
        (100, 81.364, 121.627),
    ):
        got = poisson(count)
        assert abs(got[0] - low) < 2e-3
        assert abs(got[1] - high) < 2e-3


def test_a_rank_is_one_of_the_values() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert rank(values, 0.50) == 50.0
    assert rank(values, 0.99) == 99.0
    assert rank([7.0], 0.99) == 7.0


def test_the_interval_of_a_median_is_that_of_its_order_statistics() -> None:
    values = [float(value) for value in range(1, 101)]
    assert of_rank(values, 0.50) == (40.0, 61.0)  # of 100 values, the 40th and the 61st: tables of the sign test
    assert of_rank([1.0, 2.0], 0.99) == (2.0, 2.0)  # of two values the higher lies below it, 98 times in 100
    low, high = of_rank([float(value) for value in range(1000)], 0.99)
    assert low < 989 < high <= 999
