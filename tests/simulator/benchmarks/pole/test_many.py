"""The figures of many poles, worked out from what is seen."""

from __future__ import annotations

from simulator.benchmarks.pole import many


def test_a_share_of_the_changes_came_within_a_time_that_was_seen() -> None:
    found = many.Many(200, command_ms=[float(value) for value in range(200, 0, -1)])
    assert [found.changed_ms(share) for share in (0.5, 0.99, 1.0)] == [100, 198, 200]
    assert many.Many(200).changed_ms(0.99) == float("inf")


def test_the_proportional_set_size_is_read_from_what_the_kernel_says() -> None:
    assert many.pss_of(["Rss:   5000 kB", "Pss:   1234 kB", "Pss_Anon: 1000 kB"]) == 1234 * 1024
