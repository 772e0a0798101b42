"""One pole's plant: what it senses, what light it gives, when its faults can be seen."""

from collections.abc import Callable

import pytest

from simulator.plant import faults
from simulator.plant.luminaire import STANDBY_W
from simulator.plant.pole import PolePlant
from tests.simulator.small_site import HOUR_MS, LED_30, LED_90, plant

EVENING = 8 * HOUR_MS


def test_after_a_reset_the_contact_is_closed_and_the_lamp_at_full() -> None:
    sense = plant().sense(0)
    assert plant().light(0) == 1.0
    assert 85 < sense.power_w < 98 and 0.95 < sense.power_factor <= 1
    assert abs(sense.voltage_v * sense.current_a * sense.power_factor - sense.power_w) < 0.01


def test_dimming_lowers_power_power_factor_and_light() -> None:
    pole = plant()
    pole.set_outputs(True, 0.5, EVENING)
    sense = pole.sense(EVENING + HOUR_MS)
    assert abs(sense.power_w - 46.4) < 0.06 * 46.4
    assert 0.8 < sense.power_factor < 0.9
    assert 0.5 <= pole.light(EVENING + HOUR_MS) < 0.55


def test_an_open_contact_leaks_and_a_driver_told_zero_stands_by() -> None:
    pole = plant(kind=LED_30)
    pole.set_outputs(False, 0.1, EVENING)
    sense = pole.sense(EVENING + 1000)
    assert pole.light(EVENING) == 0.0
    assert sense.power_w < 0.1 and sense.current_a < 0.005 and sense.voltage_v > 200
    pole.set_outputs(True, 0.0, EVENING + 2000)
    sense = pole.sense(EVENING + 10_000)
    assert pole.light(EVENING + 10_000) == 0.0
    assert abs(sense.power_w - STANDBY_W) < 0.1 and sense.power_factor < 0.2


def test_the_inrush_is_in_the_current_of_one_reading_only() -> None:
    pole = plant()
    pole.set_outputs(False, 0.1, 0)
    pole.set_outputs(True, 1.0, EVENING)
    assert pole.sense(EVENING + 100).current_a > 1.5 * pole.sense(EVENING + 1000).current_a


def test_a_power_cut_takes_everything_electrical_and_the_light() -> None:
    pole = plant()
    pole.inject(1, "mains_cut", 1.0, EVENING)
    sense = pole.sense(EVENING + 5)
    assert (sense.voltage_v, sense.current_a, sense.power_w, sense.power_factor) == (0.0, 0.0, 0.0, 0.0)
    assert pole.mains(EVENING) == 0.0 and not pole.powered and pole.excused and pole.light(EVENING) == 0.0
    pole.inject(2, "feeder_trip", 1.0, EVENING + 10)
    pole.clear(1, EVENING + 20)
    assert not pole.powered  # the feeder is still open
    pole.clear(2, EVENING + 30)
    assert pole.powered and pole.light(EVENING + 30) > 0.999 and pole.mains(EVENING + 30) > 200
    assert not pole.excused


def test_an_open_string_takes_light_and_power_by_its_severity_and_an_open_lamp_takes_all() -> None:
    pole = plant()
    healthy = pole.sense(EVENING).power_w
    pole.inject(1, "string_open", 0.4, EVENING)
    part = pole.sense(EVENING + 1)
    assert abs(pole.light(EVENING) - 0.6) < 1e-3 and pole.excused
    assert 0.58 * healthy < part.power_w < 0.65 * healthy
    pole.inject(2, "lamp_open", 0.1, EVENING + 2)
    assert pole.light(EVENING + 2) == 0.0
    assert 0.5 < pole.sense(EVENING + 3).power_w < 3
    pole.clear(2, EVENING + 4)
    assert abs(pole.light(EVENING + 4) - 0.6) < 1e-3  # the first one is still there


def test_a_welded_relay_keeps_the_lamp_on_and_dimmable() -> None:
    pole = plant()
    pole.inject(1, "relay_welded", 1.0, EVENING)
    pole.set_outputs(False, 0.1, EVENING + 1000)
    assert 0.10 <= pole.light(EVENING + 1000) < 0.12
    assert pole.sense(EVENING + HOUR_MS).power_w > 10
    pole.clear(1, EVENING + 2 * HOUR_MS)
    assert pole.light(EVENING + 2 * HOUR_MS) == 0.0


def test_darkness_is_excused_by_a_fault_of_lamp_relay_or_gear_and_by_no_other() -> None:
    light = {
        "lamp_open", "string_open", "driver_short", "relay_welded", "relay_stuck_open", "dim_line_cut",
        "driver_ignores_dim", "cycling", "flicker", "pf_low", "gear_comm_lost",
    }  # fmt: skip
    excused = set()
    for fault in faults.NAMES:
        pole = plant()
        pole.inject(1, fault, 0.5, EVENING)
        excused |= {fault} if pole.excused else set()
    assert excused == light | {"mains_cut", "feeder_trip", "power_cycle"}


def test_an_unknown_fault_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="the fault is lightning and must be one of lamp_open"):
        plant().inject(1, "lightning", 1.0, 0)


def test_hours_count_only_while_burning_and_old_lamps_are_dimmer() -> None:
    pole = plant()
    pole.set_outputs(False, 0.1, 2 * HOUR_MS)
    pole.set_outputs(True, 1.0, 5 * HOUR_MS)
    assert abs(pole.hours(6 * HOUR_MS) - 3.0) < 1e-9
    assert 0.83 < plant(hours=25_000).light(0) < 0.84


def test_the_enclosure_warms_by_its_lamp_and_by_the_sun() -> None:
    lit, dark = plant(), plant()
    dark.set_outputs(False, 0.1, 0)
    assert lit.sense(EVENING).temperature_c > dark.sense(EVENING).temperature_c + 6
    assert -10 < dark.sense(18 * HOUR_MS).temperature_c < dark.sense(2 * HOUR_MS).temperature_c < 75


def test_the_same_seed_senses_the_same_whatever_was_asked_before() -> None:
    one, other = plant(), plant()
    for now in range(0, EVENING, 30_000):
        one.sense(now)
    assert one.sense(EVENING) == other.sense(EVENING) != plant(seed=8).sense(EVENING)


def test_noise_of_a_reading_is_that_of_the_meter() -> None:
    pole = plant()
    watts = [pole.sense(EVENING + HOUR_MS + step * 20).power_w for step in range(400)]
    spread = (sum((value - sum(watts) / 400) ** 2 for value in watts) / 400) ** 0.5
    assert 0.05 < spread < 0.25  # 0.1 % of 90 W, and a little of the mains


# -- when a fault could first be seen


def test_a_lamp_that_opens_while_lit_is_observable_at_once_and_so_is_its_repair() -> None:
    pole = plant()
    pole.inject(3, "lamp_open", 1.0, EVENING)
    assert pole.observable_ms(3) == EVENING
    assert pole.end_observable_ms(3) is None
    pole.clear(3, EVENING + 60_000)
    assert pole.end_observable_ms(3) == EVENING + 60_000
    assert pole.observable_ms(4) is None  # no such happening here


def test_a_lamp_that_opens_by_day_is_observable_when_it_is_switched_on() -> None:
    pole = plant()
    pole.set_outputs(False, 0.1, 1000)
    pole.inject(1, "lamp_open", 1.0, HOUR_MS)
    pole.sense(2 * HOUR_MS)
    assert pole.observable_ms(1) is None
    pole.set_outputs(True, 0.1, 5 * HOUR_MS)
    assert pole.observable_ms(1) == 5 * HOUR_MS
    pole.set_outputs(False, 0.1, 18 * HOUR_MS)
    pole.clear(1, 20 * HOUR_MS)  # repaired by day
    assert pole.end_observable_ms(1) is None
    pole.set_outputs(True, 1.0, 29 * HOUR_MS)
    assert pole.end_observable_ms(1) == 29 * HOUR_MS


def test_a_welded_relay_is_observable_when_the_contact_should_open() -> None:
    pole = plant()
    pole.inject(1, "relay_welded", 1.0, EVENING)
    assert pole.observable_ms(1) is None
    pole.set_outputs(False, 0.1, EVENING + HOUR_MS)
    assert pole.observable_ms(1) == EVENING + HOUR_MS


@pytest.mark.parametrize(("severity", "seen"), [(0.02, False), (0.08, False), (0.13, True), (0.5, True)])
def test_a_fault_smaller_than_the_spread_of_healthy_luminaires_is_not_observable(severity: float, seen: bool) -> None:
    pole = plant()
    pole.inject(1, "string_open", severity, EVENING)
    for now in range(EVENING, EVENING + HOUR_MS, 30_000):
        pole.sense(now)
    assert (pole.observable_ms(1) is not None) == seen


def test_nothing_is_observable_while_there_is_no_mains() -> None:
    pole = plant()
    pole.inject(1, "mains_cut", 1.0, EVENING)
    pole.inject(2, "lamp_open", 1.0, EVENING + 1000)
    assert pole.observable_ms(1) is None and pole.observable_ms(2) is None
    pole.clear(1, EVENING + 2000)
    assert pole.observable_ms(1) == pole.observable_ms(2) == pole.end_observable_ms(1) == EVENING + 2000


def test_a_fault_that_came_and_went_unseen_stays_unseen() -> None:
    pole = plant()
    pole.set_outputs(False, 0.1, 0)
    pole.inject(1, "lamp_open", 1.0, HOUR_MS)
    pole.clear(1, 2 * HOUR_MS)
    pole.set_outputs(True, 1.0, EVENING)
    assert pole.observable_ms(1) is None and pole.end_observable_ms(1) is None


def test_without_a_meter_only_the_loss_of_the_mains_is_observable() -> None:
    pole = plant(board={"photocell": {}})
    assert pole.sense(EVENING).power_w == 0.0
    pole.inject(1, "lamp_open", 1.0, EVENING)
    pole.inject(2, "mains_cut", 1.0, EVENING)
    pole.clear(2, EVENING + HOUR_MS)
    assert pole.observable_ms(1) is None and pole.observable_ms(2) == EVENING + HOUR_MS


@pytest.mark.parametrize("change", [lambda p: p.set_outputs(True, 0.3, EVENING), lambda p: p.sense(EVENING)])
def test_observability_does_not_depend_on_being_asked(change: Callable[[PolePlant], object]) -> None:
    pole = plant(kind=LED_90)
    pole.inject(1, "lamp_open", 0.5, HOUR_MS)
    change(pole)
    assert pole.observable_ms(1) == HOUR_MS
