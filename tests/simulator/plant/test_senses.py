"""What a pole senses beside its meter: heat, daylight, how it stands, its door, what leaks, and its gear."""

from datetime import datetime
from math import acos, degrees, hypot

import pytest

from simulator.plant.column import SHOCKS_MS, Column
from simulator.plant.pole import PolePlant
from tests.simulator.small_site import HOUR_MS, plant

EVENING = 8 * HOUR_MS
MINUTE_MS = 60_000


def lean(pole: PolePlant, now: int) -> float:
    """Degrees between the column and upright."""
    x, y, z = pole.acceleration_g(now)
    assert abs(hypot(x, y, z) - 1.0) < 1e-9
    return degrees(acos(min(z, 1.0)))


def test_the_separate_readings_are_those_of_sense() -> None:
    one, other = plant(), plant()
    for now in (1000, EVENING, 20 * HOUR_MS):
        sense = one.sense(now)
        assert sense[:4] == other.electricity(now)
        assert sense.temperature_c == other.temperature(now)
        assert sense.lux == other.lux(now)
        assert sense.acceleration_g == other.acceleration_g(now)
        assert sense.leakage_a == other.leakage_a(now)
        assert (sense.door_open, sense.gear_answers) == (other.door_open, other.gear_answers) == (False, True)


def test_a_column_stands_within_two_degrees_and_sways_by_one() -> None:
    for number in range(1, 40):
        pole = plant(f"P{number:04}")
        leans = [lean(pole, now) for now in range(0, 24 * HOUR_MS, 7 * MINUTE_MS)]
        assert max(leans) < 2.0 + 2**0.5  # sway to either side, both ways at once
        assert max(leans) > min(leans)


def test_tilt_leans_the_column_by_its_severity_in_one_direction() -> None:
    pole = plant()
    upright = lean(pole, EVENING)
    pole.inject(1, "tilt", 0.5, EVENING)
    assert abs(lean(pole, EVENING + 1000) - 22.5) < 2.0 + 2**0.5
    pole.clear(1, EVENING + 2000)
    assert abs(lean(pole, EVENING + 3000) - upright) < 2 * 2**0.5


def test_wind_and_traffic_shake_less_than_a_fifth_of_g() -> None:
    pole = plant()
    shocks = [pole.shock_g(now - 20_000, now) for now in range(20_000, 24 * HOUR_MS, 20_000)]
    assert min(shocks) >= 0.0 and 0.1 < max(shocks) <= 0.2
    assert sum(shocks) / len(shocks) < 0.06


def test_one_blow_is_felt_once_in_whichever_span_it_lies() -> None:
    pole = plant()
    pole.inject(1, "impact", 0.5, EVENING)
    pole.clear(1, EVENING + 40)
    assert pole.shock_g(EVENING - 30_000, EVENING + 30_000) == 4.0
    assert pole.shock_g(EVENING - 1000, EVENING) == 4.0
    assert pole.shock_g(EVENING + 20, EVENING + 1000) == 4.0  # it lasts for tens of ms
    assert pole.shock_g(EVENING + 40, EVENING + 60_000) < 0.3
    assert pole.shock_g(EVENING - 1000, EVENING - 1) < 0.3


def test_blows_come_again_every_twenty_seconds_until_the_end() -> None:
    column = Column("P0001", 7)
    column.strike(1, 1.0, 5000)
    spans = range(0, 200_000, 1000)
    assert [at for at in spans if column.shock_g(at, at + 999) > 1] == list(range(5000, 200_000, SHOCKS_MS))
    column.leave(1, 65_000)
    assert [at for at in spans if column.shock_g(at, at + 999) > 1] == [5000, 25_000, 45_000]
    assert column.shock_g(0, 10**9) == 8.0


def test_the_door_is_open_or_not_whatever_the_severity() -> None:
    pole = plant()
    pole.inject(1, "door_open", 0.1, EVENING)
    assert pole.sense(EVENING).door_open
    pole.clear(1, EVENING + 1)
    assert not pole.sense(EVENING + 1).door_open


def test_a_little_always_leaks_and_a_fault_leaks_by_its_severity() -> None:
    for number in range(1, 30):
        assert 0.0004 < plant(f"P{number:04}").leakage_a(EVENING) < 0.0034
    pole = plant()
    pole.inject(1, "leakage", 0.5, EVENING)
    assert 0.14 < pole.sense(EVENING).leakage_a < 0.17
    assert pole.sense(EVENING).power_w < 100  # it leaks before the meter
    pole.inject(2, "mains_cut", 1.0, EVENING + 1)
    assert pole.sense(EVENING + 1).leakage_a == 0.0


def test_the_gear_answers_only_while_it_has_mains() -> None:
    pole = plant()
    pole.set_outputs(False, 0.1, EVENING)
    assert not pole.gear_answers
    pole.set_outputs(True, 0.1, EVENING + 1)
    assert pole.gear_answers
    pole.inject(1, "gear_comm_lost", 0.3, EVENING + 2)
    assert not pole.sense(EVENING + 2).gear_answers
    assert pole.light(EVENING + 2) > 0.05  # the lamp burns on
    pole.clear(1, EVENING + 3)
    pole.inject(2, "relay_stuck_open", 1.0, EVENING + 4)
    assert not pole.gear_answers


def test_overheating_takes_minutes_and_reaches_sixty_kelvin() -> None:
    pole, twin = plant(), plant()
    pole.inject(1, "overheat", 1.0, EVENING)

    def more(now: int) -> float:
        return pole.temperature(now) - twin.temperature(now)

    assert abs(more(EVENING)) < 0.01
    assert 10 < more(EVENING + MINUTE_MS) < 20
    assert abs(more(EVENING + HOUR_MS) - 60) < 0.1
    pole.clear(1, EVENING + HOUR_MS)
    assert abs(more(EVENING + 2 * HOUR_MS)) < 0.1
    half = plant()
    half.inject(1, "overheat", 0.5, EVENING)
    assert abs(half.temperature(EVENING + HOUR_MS) - twin.temperature(EVENING + HOUR_MS) - 30) < 0.1


def test_a_cold_night_is_colder_and_a_cold_lamp_draws_more() -> None:
    pole, twin = plant(), plant()
    pole.inject(1, "cold_night", 1.0, EVENING)
    later = EVENING + 4 * HOUR_MS
    assert abs(pole.temperature(later) - twin.temperature(later) + 25) < 0.1
    assert 1.02 < pole.electricity(later).power_w / twin.electricity(later).power_w < 1.03


def test_thermometers_differ_a_little() -> None:
    readings = [plant(f"P{number:04}").temperature(EVENING) for number in range(1, 60)]
    assert 0.5 < max(readings) - min(readings) < 5


def dusk(pole: PolePlant, below: float = 50.0) -> int:
    """First minute of the afternoon at which the photocell sees less than *below* lux."""
    return next(now for now in range(0, 10 * HOUR_MS, MINUTE_MS) if pole.lux(now) < below)


def dawn(pole: PolePlant, above: float = 90.0) -> int:
    return next(now for now in range(12 * HOUR_MS, 24 * HOUR_MS, MINUTE_MS) if pole.lux(now) > above)


@pytest.mark.parametrize("start", [datetime(2026, 11, 24, 12), datetime(2026, 6, 20, 12)])
def test_fog_makes_dusk_early_and_dawn_late_and_leaves_the_noon(start: datetime) -> None:
    clear, foggy, half = (plant(start=start) for _ in range(3))
    foggy.inject(1, "fog", 1.0, 0)
    half.inject(1, "fog", 0.5, 0)
    assert 35 < (dusk(clear) - dusk(foggy)) / MINUTE_MS < 45
    assert 16 < (dusk(clear) - dusk(half)) / MINUTE_MS < 24
    assert 35 < (dawn(foggy) - dawn(clear)) / MINUTE_MS < 45
    assert foggy.lux(10 * MINUTE_MS) > 0.8 * clear.lux(10 * MINUTE_MS)
    assert foggy.lux(12 * HOUR_MS) == clear.lux(12 * HOUR_MS)


def test_a_stuck_photocell_reads_nothing_or_its_full_scale() -> None:
    pole = plant(board={"photocell": {"full_scale_lux": 2000}})
    pole.inject(1, "photocell_stuck_dark", 0.5, 0)
    assert pole.sense(1000).lux == 0.0
    pole.clear(1, 2000)
    pole.inject(2, "photocell_stuck_light", 1.0, EVENING)
    assert pole.sense(EVENING).lux == 2000.0
