"""The voltage of a feeder through the day."""

from itertools import pairwise

from simulator.plant.faults import Faults
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


def test_sag_swell_wobble_and_dips_change_the_voltage_by_their_severity() -> None:
    supply = Supply(Feeder("F01", 7, run_time()), "P0001", 7)

    def parts(fault: Faults, step_ms: int) -> list[float]:
        return [supply.volts(now, fault) / supply.volts(now) for now in range(0, 6 * HOUR_MS, step_ms)]

    assert all(abs(part - 0.84) < 1e-9 for part in parts(Faults(mains_sag=0.4), 600_000))
    assert all(abs(part - 1.125) < 1e-9 for part in parts(Faults(mains_swell=0.5), 600_000))
    wobble = parts(Faults(mains_wobble=1.0), 10_000)
    assert 0.9199 < min(wobble) < 0.94 and 1.06 < max(wobble) < 1.0801
    assert max(abs(one - other) for one, other in pairwise(wobble)) < 0.02  # within minutes, not at once
    assert max(parts(Faults(mains_wobble=0.5), 10_000)) < 1.0401
    dips = parts(Faults(dips=1.0), 100)
    assert {round(part, 9) for part in dips} == {0.6, 1.0}
    low = sum(part < 0.7 for part in dips)
    assert low == 6 * 20 * 5  # twenty an hour, half a second each
    assert 0.3 < sum(part < 0.7 for part in parts(Faults(dips=0.5), 100)) / low < 0.7
    assert supply.volts(0, Faults(mains_cut=0.01)) == 0.0  # all or nothing


def test_feeders_and_seeds_differ_and_repeat() -> None:
    first, again = Feeder("F01", 7, run_time()), Feeder("F01", 7, run_time())
    other, seeded = Feeder("F02", 7, run_time()), Feeder("F01", 8, run_time())
    at = [feeder.volts(HOUR_MS, 0.5) for feeder in (first, again, other, seeded)]
    assert at[0] == at[1] and len(set(at)) == 3
