"""The figures of many poles, worked out from what is seen."""

from __future__ import annotations

from simulator.benchmarks.pole import many


def test_quantiles_are_values_that_were_seen() -> None:
    values = [float(value) for value in range(1, 201)]
    assert (
        many.quantile(values, 0.5) == 100 and many.quantile(values, 0.99) == 198 and many.quantile(values, 1.0) == 200
    )
    assert many.quantile([], 0.99) == float("inf")


def test_the_proportional_set_size_is_read_from_what_the_kernel_says() -> None:
    assert many.pss_of(["Rss:   5000 kB", "Pss:   1234 kB", "Pss_Anon: 1000 kB"]) == 1234 * 1024
