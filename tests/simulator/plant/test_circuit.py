"""What each fault of lamp, driver, relay and supply does to the meter and to the light."""

from itertools import pairwise

import pytest

from simulator.plant.pole import PolePlant
from simulator.plant.senses import Electricity
from tests.simulator.small_site import HOUR_MS, plant

EVENING = 8 * HOUR_MS
S = 1000


def with_fault(fault: str, severity: float = 1.0, dim: float = 1.0, relay: bool = True) -> tuple[PolePlant, PolePlant]:
    """Two poles alike, long warm, of which the first has *fault* from EVENING on."""
    pole, twin = plant(), plant()
    for each in (pole, twin):
        each.set_outputs(relay, dim, 4 * HOUR_MS)
    pole.inject(1, fault, severity, EVENING)
    twin.inject(1, "ageing", 0.0, EVENING)  # which is nothing
    return pole, twin


def ratio(pole: PolePlant, twin: PolePlant, now: int = EVENING + S) -> Electricity:
    """What the first's meter shows, as a part of what the second's does."""
    return Electricity(*(a / b for a, b in zip(pole.electricity(now), twin.electricity(now), strict=True)))


@pytest.mark.parametrize("dim", [1.0, 0.3])
@pytest.mark.parametrize("severity", [0.15, 0.5, 1.0])
def test_string_open_loses_its_part_of_light_and_power_but_for_the_load_of_nothing(dim: float, severity: float) -> None:
    pole, twin = with_fault("string_open", severity, dim)
    assert abs(pole.light(EVENING) / twin.light(EVENING) - (1 - severity)) < 1e-9
    idle = 1.8 / twin.electricity(EVENING + S).power_w  # 2 % of 90 W
    assert abs(ratio(pole, twin).power_w - (1 - severity + severity * idle)) < 0.01


@pytest.mark.parametrize("dim", [1.0, 0.1])
def test_driver_short_adds_power_at_every_level_and_no_light(dim: float) -> None:
    pole, twin = with_fault("driver_short", 0.3, dim)
    assert abs(ratio(pole, twin).power_w - 1.3) < 0.01
    assert abs(ratio(pole, twin).current_a - 1.3) < 0.02
    assert pole.light(EVENING) == twin.light(EVENING)
    by_day, twin = with_fault("driver_short", 1.0, relay=False)
    assert by_day.electricity(EVENING + S) == twin.electricity(EVENING + S)


def test_a_relay_that_is_stuck_open_leaves_the_leakage_of_its_snubber() -> None:
    pole, _twin = with_fault("relay_stuck_open", 0.2)
    shown = pole.electricity(EVENING + S)
    assert shown.power_w < 0.1 and shown.current_a < 0.003 and shown.voltage_v > 200
    assert pole.light(EVENING) == 0.0 and pole.excused and pole.powered
    pole.set_outputs(False, 1.0, EVENING + 2 * S)
    pole.set_outputs(True, 1.0, EVENING + 3 * S)
    assert pole.light(EVENING + 3 * S) == 0.0
    pole.clear(1, EVENING + 4 * S)
    assert pole.light(EVENING + 4 * S) > 0.99


def test_a_cut_dim_line_is_full_light_at_every_level() -> None:
    pole, twin = with_fault("dim_line_cut", 0.5, 0.4)
    assert pole.light(EVENING) > 0.999 > 0.5 > twin.light(EVENING)
    assert ratio(pole, twin).power_w > 2
    pole.set_outputs(False, 0.4, EVENING + S)
    assert pole.light(EVENING + S) == 0.0  # the relay still works
    pole.clear(1, EVENING + 2 * S)
    pole.set_outputs(True, 0.4, EVENING + 3 * S)
    assert abs(pole.light(EVENING + 3 * S) - twin.light(EVENING)) < 1e-3


def test_a_driver_that_ignores_its_dim_line_stays_until_it_was_without_mains() -> None:
    pole, twin = with_fault("driver_ignores_dim", 1.0, 0.4)
    assert pole.light(EVENING) == twin.light(EVENING)
    pole.set_outputs(True, 0.9, EVENING + S)
    assert abs(pole.light(EVENING + S) - twin.light(EVENING)) < 1e-6
    pole.set_outputs(False, 0.9, EVENING + 2 * S)
    assert pole.light(EVENING + 2 * S) == 0.0
    pole.set_outputs(True, 0.2, EVENING + 3 * S)
    assert pole.light(EVENING + 3 * S) > 0.99
    pole.clear(1, EVENING + 4 * S)
    assert pole.light(EVENING + 4 * S) < 0.3
    by_day, _twin = with_fault("driver_ignores_dim", 1.0, 0.4, relay=False)
    by_day.set_outputs(True, 0.4, EVENING + S)
    assert by_day.light(EVENING + S) > 0.99


@pytest.mark.parametrize(("severity", "period_s"), [(1.0, 120), (0.1, 1200)])
def test_a_cycling_lamp_goes_out_for_forty_percent_and_runs_up_again(severity: float, period_s: int) -> None:
    pole, twin = with_fault("cycling", severity)
    lights = [pole.light(EVENING + second * S) for second in range(6 * period_s)]
    out = [light == 0.0 for light in lights]
    assert out[0]  # it goes out first
    assert sum(out) == round(6 * period_s * 0.4)
    back = [second for second, (before, after) in enumerate(pairwise(out), 1) if before and not after]
    assert len(back) == 6 and back[1] - back[0] == period_s
    struck = back[0]
    assert lights[struck] < 0.15 < lights[struck + 10] < lights[struck + 60] and lights[struck + 60] > 0.9
    assert ratio(pole, twin, EVENING + (struck - 1) * S).power_w < 0.03
    assert 0.4 < ratio(pole, twin, EVENING + struck * S).power_w < 0.55
    assert ratio(pole, twin, EVENING + (struck + 65) * S).power_w > 0.95
    assert pole.excused


def test_a_cycling_lamp_that_is_switched_on_is_struck_first() -> None:
    pole, _twin = with_fault("cycling", 0.5, relay=False)
    pole.set_outputs(True, 1.0, EVENING + 100 * S)
    assert pole.light(EVENING + 243 * S) > 0.9  # 60 % of four minutes
    assert pole.light(EVENING + 245 * S) == 0.0


def test_flicker_wanders_within_its_depth_from_each_second_to_the_next() -> None:
    pole, twin = with_fault("flicker", 0.5)
    parts = [ratio(pole, twin, EVENING + second * S).power_w for second in range(600)]
    assert 0.84 < min(parts) < 0.87 and 1.13 < max(parts) < 1.16
    assert abs(sum(parts) / len(parts) - 1) < 0.02
    assert sum(abs(one - other) > 0.02 for one, other in pairwise(parts)) > 400
    lights = {round(pole.light(EVENING + second * S) / twin.light(EVENING), 3) for second in range(600)}
    assert len(lights) > 100 and min(lights) >= 0.85 and max(lights) <= 1.15


@pytest.mark.parametrize(("severity", "dim", "factor"), [(0.6, 1.0, 0.68), (1.0, 0.1, 0.2), (0.2, 0.5, 0.75)])
def test_a_drooping_capacitor_lowers_the_power_factor_at_the_same_power(
    severity: float, dim: float, factor: float
) -> None:
    pole, twin = with_fault("pf_low", severity, dim)
    assert abs(ratio(pole, twin).power_w - 1) < 0.01
    assert abs(pole.electricity(EVENING + S).power_factor - factor) < 0.03
    assert pole.light(EVENING) == twin.light(EVENING)


@pytest.mark.parametrize("relay", [True, False])
def test_theft_adds_its_current_by_night_and_by_day(relay: bool) -> None:
    pole, twin = with_fault("theft", 0.5, relay=relay)
    shown, was = pole.electricity(EVENING + S), twin.electricity(EVENING + S)
    assert abs(shown.power_w - was.power_w - 2.5 * 0.95 * shown.voltage_v) < 10
    assert 2.4 < shown.current_a - was.current_a < 2.6
    assert 0.93 < shown.power_factor < 0.97
    assert pole.light(EVENING) == twin.light(EVENING) and not pole.excused


def test_sag_and_swell_change_the_voltage_and_a_deep_sag_the_power() -> None:
    pole, twin = with_fault("mains_sag", 0.5)
    assert abs(ratio(pole, twin).voltage_v - 0.8) < 0.01
    assert abs(ratio(pole, twin).power_w - 1) < 0.02  # the driver takes what it needs
    assert ratio(pole, twin).current_a > 1.2
    deep, twin = with_fault("mains_sag", 1.0)
    assert deep.electricity(EVENING + S).power_w < 0.97 * twin.electricity(EVENING + S).power_w and deep.powered
    high, twin = with_fault("mains_swell", 1.0)
    assert abs(ratio(high, twin).voltage_v - 1.25) < 0.01


def test_dips_and_wobble_reach_the_meter() -> None:
    dipping, twin = with_fault("dips")
    volts = [ratio(dipping, twin, EVENING + step * 100).voltage_v for step in range(36_000)]
    assert sum(part < 0.65 for part in volts) == pytest.approx(100, abs=2)  # of an hour
    wobbling, twin = with_fault("mains_wobble")
    volts = [ratio(wobbling, twin, EVENING + second * S).voltage_v for second in range(0, 36_000, 10)]
    assert min(volts) < 0.95 and max(volts) > 1.05


def test_faults_of_one_pole_add_up_and_leave_one_by_one() -> None:
    pole, twin = with_fault("string_open", 0.5)
    pole.inject(2, "driver_short", 0.2, EVENING)
    pole.inject(3, "theft", 1.0, EVENING)
    pole.inject(4, "mains_sag", 0.25, EVENING)
    shown, was = pole.electricity(EVENING + S), twin.electricity(EVENING + S)
    assert abs(shown.voltage_v / was.voltage_v - 0.9) < 0.01
    assert abs(shown.power_w - 0.71 * was.power_w - 4.75 * shown.voltage_v) < 15
    pole.clear(3, EVENING + 2 * S)
    pole.clear(4, EVENING + 2 * S)
    assert abs(ratio(pole, twin, EVENING + 3 * S).power_w - 0.71) < 0.02
    pole.inject(5, "lamp_open", 1.0, EVENING + 4 * S)
    assert pole.light(EVENING + 4 * S) == 0.0
    for number in (1, 2, 5):
        pole.clear(number, EVENING + 5 * S)
    assert abs(ratio(pole, twin, EVENING + 6 * S).power_w - 1) < 0.02


def test_two_of_one_kind_are_as_bad_as_the_worse() -> None:
    pole, twin = with_fault("string_open", 0.2)
    pole.inject(2, "string_open", 0.6, EVENING)
    assert abs(pole.light(EVENING) / twin.light(EVENING) - 0.4) < 1e-4
    pole.clear(2, EVENING + S)
    assert abs(pole.light(EVENING + S) / twin.light(EVENING + S) - 0.8) < 1e-4


@pytest.mark.parametrize(
    "fault",
    ["lamp_open", "relay_welded", "relay_stuck_open", "dim_line_cut", "driver_ignores_dim", "cycling", "flicker",
     "string_open", "driver_short", "pf_low", "theft", "mains_sag", "overheat", "door_open", "mains_cut"],
)  # fmt: skip
def test_severity_nothing_is_nothing(fault: str) -> None:
    pole, twin = with_fault(fault, 0.0, 0.6)
    assert pole.sense(EVENING + S) == twin.sense(EVENING + S) and pole.light(EVENING + S) == twin.light(EVENING + S)
    assert not pole.excused and pole.observable_ms(1) is None
