"""The repair clock of the contract."""

from __future__ import annotations

import pytest

from host_tools.city.alarms.repair_clock import DAY_S, REPAIR_S, repair_clock, runs_for

BEGAN = 1795542000


@pytest.mark.parametrize(
    ("over_s", "lights", "rupees"),
    [(-1, 1, 0), (0, 1, 0), (1, 1, 50), (DAY_S, 1, 50), (DAY_S + 1, 1, 100), (1, 40, 2000)],
)
def test_each_begun_day_beyond_costs_fifty_rupees_a_light(over_s: int, lights: int, rupees: int) -> None:
    clock = repair_clock(BEGAN, None, lights, BEGAN + REPAIR_S + over_s)
    assert (clock.rupees, clock.left_s, clock.due) == (rupees, -over_s, BEGAN + REPAIR_S)


def test_it_stops_at_the_proof() -> None:
    assert repair_clock(BEGAN, BEGAN + 3600, 1, BEGAN + 90 * DAY_S).rupees == 0


def test_it_runs_for_danger_dark_roads_and_lamps_and_not_for_silence_or_notes() -> None:
    kinds = (("leakageDetected", 1), ("lampFailure", 2), ("feederOutage", 2), ("lampFlicker", 3))
    assert all(runs_for(kind, severity) for kind, severity in kinds)
    assert not any(runs_for(kind, severity) for kind, severity in (("poleSilent", 3), ("powerFactorTooLow", 4)))
