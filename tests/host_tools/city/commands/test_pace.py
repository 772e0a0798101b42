"""When each pole is sent its configuration: never a whole street at once, and nobody waits for one that is offline."""

from __future__ import annotations

from collections import Counter

import pytest

from host_tools.city.commands.pace import POLES_A_S, SPREAD_S, paced
from host_tools.site import load_site

FULL_LIGHT_S, AWAY_S = 2.8, 38.0  # while a pole restarts: docs/performance.md


def posts(count: int, offline: int = 0) -> tuple[list[tuple[float, str]], dict[str, str]]:
    """(second, pole) for the first *count* poles, of which the first *offline* are so; and the feeder of each."""
    poles = load_site("sagar", count).poles
    found = paced(poles, [pole.name for pole in poles[:offline]])
    assert sorted(name for _s, name in found) == [pole.name for pole in poles]
    return found, {pole.name: pole.feeder for pole in poles}


def most_within(times: list[float], window_s: float) -> int:
    return max(sum(0 <= other - one < window_s for other in times) for one in times)


@pytest.mark.parametrize("count", [1, 4, 40, 300, 1000])
def test_few_lamps_are_at_full_light_at_once_and_a_bench_does_not_wait(count: int) -> None:
    times = [at_s for at_s, _pole in posts(count)[0]]
    assert times == sorted(times) and times[0] == 0
    assert times[-1] < min(SPREAD_S, count / POLES_A_S + 0.001)
    assert most_within(times, FULL_LIGHT_S) <= max(FULL_LIGHT_S * POLES_A_S + 1, 0.05 * count)
    assert most_within(times, AWAY_S) <= max(AWAY_S * POLES_A_S + 1, 0.65 * count)


def test_poles_that_follow_each_other_are_of_different_feeders() -> None:
    found, feeder = posts(200)
    feeders = len(set(feeder.values()))
    assert feeders > 5
    for first in range(0, 200 - feeders, feeders):
        round_ = Counter(feeder[pole] for _s, pole in found[first : first + feeders])
        assert max(round_.values()) == 1


def test_what_is_for_a_pole_that_is_offline_is_left_with_the_broker_at_once() -> None:
    found, _feeder = posts(100, offline=60)
    assert [at_s for at_s, _pole in found[:60]] == [0.0] * 60
    assert found[-1][0] == pytest.approx(39 / POLES_A_S)
