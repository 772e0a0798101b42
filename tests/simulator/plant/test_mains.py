"""The voltage of a feeder through the day."""

from simulator.plant.mains import NOMINAL_V, Feeder, Supply
from tests.simulator.small_site import HOUR_MS, run_time

DAY = range(0, 24 * HOUR_MS, 10_000)


def test_voltage_stays_inside_what_a_node_must_survive_and_sags_in_the_evening() -> None:
    supply = Supply(Feeder("F01", 7, run_time()), "P0001", 7)
    day = [supply.volts(now) for now in DAY]
    assert min(day) > 0.80 * NOMINAL_V
    assert max(day) < 1.08 * NOMINAL_V
    evening = [supply.volts(now) for now in range(7 * HOUR_MS, 8 * HOUR_MS, 10_000)]
    small_hours = [supply.volts(now) for now in range(14 * HOUR_MS, 15 * HOUR_MS, 10_000)]
    assert sum(evening) / len(evening) < sum(small_hours) / len(small_hours) - 5


def test_the_far_end_of_a_feeder_has_less_and_both_ends_share_sags() -> None:
    feeder = Feeder("F01", 7, run_time())
    assert all(feeder.volts(now, 1.0) < feeder.volts(now, 0.0) for now in range(0, 24 * HOUR_MS, 600_000))
    sags = [now for now in range(0, 24 * HOUR_MS, 100) if feeder.sag(now) > 0]
    assert 1 <= len({now // 600_000 for now in sags}) <= 12  # about four a day
    deepest = max(sags, key=feeder.sag)
    assert feeder.volts(deepest, 0.0) < 0.96 * feeder.volts(deepest + 10_000, 0.0)


def test_feeders_and_seeds_differ_and_repeat() -> None:
    first, again = Feeder("F01", 7, run_time()), Feeder("F01", 7, run_time())
    other, seeded = Feeder("F02", 7, run_time()), Feeder("F01", 8, run_time())
    at = [feeder.volts(HOUR_MS, 0.5) for feeder in (first, again, other, seeded)]
    assert at[0] == at[1] and len(set(at)) == 3
