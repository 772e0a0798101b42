"""From when on each kind of fault can be sensed, and its end: never before it shows, never for what is no fault."""

import pytest

from simulator.happenings import harmless
from simulator.plant import faults
from simulator.plant.observable import EVERY_PART, PART, SHOWS_IN
from simulator.plant.pole import PolePlant
from tests.simulator.small_site import HOUR_MS, plant

DAY, EVENING, MORNING = HOUR_MS, 8 * HOUR_MS, 20 * HOUR_MS
S, MINUTE_MS = 1000, 60_000
BENIGN = tuple(kind.name for kind in harmless.KINDS)


def look(pole: PolePlant, from_ms: int, to_ms: int, step_ms: int = 20 * S) -> None:
    for now in range(from_ms, to_ms, step_ms):
        pole.sense(now)


def test_every_fault_shows_in_something_and_what_is_none_in_nothing() -> None:
    assert set(faults.NAMES) == {*SHOWS_IN, *BENIGN}


@pytest.mark.parametrize("fault", BENIGN)
def test_what_is_no_fault_is_never_observable(fault: str) -> None:
    pole = plant()
    pole.inject(1, fault, 1.0, 0)
    look(pole, 0, 24 * HOUR_MS, 10 * MINUTE_MS)
    assert pole.observable_ms(1) is None


@pytest.mark.parametrize(
    ("fault", "too_little", "enough"),
    [
        ("string_open", 0.08, 0.15), ("driver_short", 0.08, 0.15), ("flicker", 0.30, 0.60), ("pf_low", 0.15, 0.25),
        ("mains_sag", 0.30, 0.45), ("mains_swell", 0.50, 0.75), ("leakage", 0.09, 0.11), ("tilt", 0.17, 0.19),
        ("impact", 0.30, 0.32), ("theft", 0.005, 0.02), ("overheat", 0.5, 0.9),
    ],
)  # fmt: skip
def test_a_fault_is_observable_from_the_severity_on_that_physics_gives(
    fault: str, too_little: float, enough: float
) -> None:
    for severity, seen in ((too_little, False), (enough, True)):
        pole = plant()
        pole.inject(1, fault, severity, EVENING)
        look(pole, EVENING, EVENING + HOUR_MS)
        assert (pole.observable_ms(1) is not None) is seen, severity


@pytest.mark.parametrize(
    "fault",
    ["lamp_open", "string_open", "driver_short", "relay_stuck_open", "cycling", "pf_low", "mains_sag", "mains_swell",
     "leakage", "theft", "tilt", "impact", "door_open", "gear_comm_lost",
     "photocell_stuck_light"],
)  # fmt: skip
def test_what_shows_by_night_shows_at_once_and_so_does_its_end(fault: str) -> None:
    pole = plant()
    pole.inject(1, fault, 1.0, EVENING)
    assert pole.observable_ms(1) == EVENING and pole.end_observable_ms(1) is None
    pole.clear(1, EVENING + HOUR_MS)
    assert pole.end_observable_ms(1) == EVENING + HOUR_MS


@pytest.mark.parametrize("fault", ["mains_cut", "feeder_trip", "power_cycle"])
def test_a_node_without_supply_learns_of_it_afterwards_unless_its_board_outlives_the_mains(fault: str) -> None:
    pole = plant()
    pole.inject(1, fault, 1.0, EVENING)
    assert pole.observable_ms(1) is None
    pole.inject(2, "mains_cut", 1.0, EVENING + MINUTE_MS)
    pole.clear(1, EVENING + HOUR_MS)
    assert pole.observable_ms(1) is None
    pole.clear(2, EVENING + 2 * HOUR_MS)
    back = EVENING + 2 * HOUR_MS
    assert [pole.observable_ms(n) for n in (1, 2)] == [pole.end_observable_ms(n) for n in (1, 2)] == [back, back]
    pole = plant(board={**EVERY_PART, "supply": {}})
    pole.inject(1, fault, 1.0, EVENING)
    assert pole.observable_ms(1) == EVENING
    pole.clear(1, back)
    assert pole.end_observable_ms(1) == back


def test_a_dim_fault_shows_when_the_lamp_is_dimmed() -> None:
    for fault in ("dim_line_cut", "driver_ignores_dim"):
        pole = plant()
        pole.inject(1, fault, 1.0, EVENING)
        look(pole, EVENING, EVENING + HOUR_MS)
        assert pole.observable_ms(1) is None
        pole.set_outputs(True, 0.6, EVENING + HOUR_MS)
        assert pole.observable_ms(1) == EVENING + HOUR_MS


def test_a_driver_that_ignores_an_unchanged_level_shows_nothing_until_it_changes() -> None:
    pole = plant()
    pole.set_outputs(True, 0.6, HOUR_MS)
    pole.inject(1, "driver_ignores_dim", 1.0, EVENING)
    look(pole, EVENING, EVENING + HOUR_MS)
    assert pole.observable_ms(1) is None
    pole.set_outputs(True, 0.3, EVENING + HOUR_MS)
    assert pole.observable_ms(1) == EVENING + HOUR_MS


def test_what_needs_the_lamp_lit_shows_at_switch_on() -> None:
    for fault in ("relay_stuck_open", "driver_short", "pf_low", "gear_comm_lost", "flicker"):
        pole = plant()
        pole.set_outputs(False, 0.1, S)
        pole.inject(1, fault, 1.0, DAY)
        look(pole, DAY, DAY + HOUR_MS)
        assert pole.observable_ms(1) is None, fault
        pole.set_outputs(True, 1.0, EVENING)
        look(pole, EVENING, EVENING + MINUTE_MS, S)
        seen = pole.observable_ms(1)
        assert seen is not None and EVENING <= seen < EVENING + 10 * S, fault


def test_theft_shows_by_day_too() -> None:
    pole = plant()
    pole.set_outputs(False, 0.1, S)
    pole.inject(1, "theft", 0.1, DAY)
    assert pole.observable_ms(1) == DAY


def test_overheating_shows_once_it_is_hotter_than_a_node_stands() -> None:
    pole = plant()
    pole.inject(1, "overheat", 0.9, EVENING)
    look(pole, EVENING, EVENING + HOUR_MS, S)
    seen = pole.observable_ms(1)
    assert seen is not None and EVENING + MINUTE_MS < seen < EVENING + 15 * MINUTE_MS
    assert abs(pole.temperature(seen) - 72) < 3
    pole.clear(1, EVENING + HOUR_MS)
    look(pole, EVENING + HOUR_MS, EVENING + 2 * HOUR_MS, S)
    gone = pole.end_observable_ms(1)
    assert gone is not None and EVENING + HOUR_MS + S < gone < EVENING + HOUR_MS + 10 * MINUTE_MS


def test_a_stuck_photocell_shows_when_no_sky_could_be_so() -> None:
    dark = plant()
    dark.inject(1, "photocell_stuck_dark", 1.0, EVENING)
    look(dark, EVENING, MORNING, MINUTE_MS)
    seen = dark.observable_ms(1)
    assert seen is not None and 18 * HOUR_MS < seen < 19.9 * HOUR_MS  # the sun has been up (06:40) for a while
    assert plant().lux(seen) > 20
    light = plant()
    light.inject(1, "photocell_stuck_light", 1.0, DAY)
    look(light, DAY, EVENING, MINUTE_MS)
    seen = light.observable_ms(1)
    assert seen is not None and 4.8 * HOUR_MS < seen < 5.7 * HOUR_MS  # at sunset (17:27), or soon after it
    assert plant().lux(seen) < 1000


def test_that_a_photocell_works_again_shows_neither_at_dusk_nor_at_dawn() -> None:
    light = plant()
    light.inject(1, "photocell_stuck_light", 1.0, EVENING)
    dawn = 18.6 * HOUR_MS  # six minutes before sunrise
    look(light, EVENING, round(dawn), MINUTE_MS)
    light.clear(1, round(dawn))
    look(light, round(dawn), MORNING, MINUTE_MS)
    assert light.observable_ms(1) is not None and light.end_observable_ms(1) is None


def test_that_a_photocell_which_took_night_for_day_works_again_shows_by_night_only() -> None:
    reversed_ = plant()
    reversed_.inject(1, "photocell_reversed", 1.0, EVENING)
    look(reversed_, EVENING, MORNING, 10 * MINUTE_MS)
    reversed_.clear(1, MORNING)
    look(reversed_, MORNING, MORNING + 8 * HOUR_MS, 10 * MINUTE_MS)
    assert reversed_.observable_ms(1) is not None and reversed_.end_observable_ms(1) is None


def test_a_frozen_meter_shows_with_its_second_frame_and_hides_everything_electrical() -> None:
    pole = plant()
    pole.sense(EVENING - 20 * S)
    pole.inject(1, "meter_frozen", 1.0, EVENING)
    pole.inject(2, "lamp_open", 1.0, EVENING + S)
    pole.inject(3, "mains_sag", 1.0, EVENING + S)
    pole.inject(4, "door_open", 1.0, EVENING + S)
    look(pole, EVENING + 20 * S, EVENING + HOUR_MS)
    assert pole.observable_ms(1) is not None
    assert pole.observable_ms(2) is pole.observable_ms(3) is None
    assert pole.observable_ms(4) == EVENING + S
    pole.clear(1, EVENING + HOUR_MS)
    assert pole.observable_ms(2) == pole.observable_ms(3) == EVENING + HOUR_MS


def test_a_node_without_mains_senses_nothing_but_that() -> None:
    pole = plant()
    pole.inject(1, "mains_cut", 1.0, EVENING)
    waiting = ("tilt", "impact", "door_open", "leakage", "photocell_stuck_light", "lamp_open", "mains_sag")
    for number, fault in enumerate(waiting, 2):
        pole.inject(number, fault, 1.0, EVENING + S)
    look(pole, EVENING + S, EVENING + MINUTE_MS)
    assert [pole.observable_ms(number) for number, _fault in enumerate(waiting, 2)] == [None] * len(waiting)
    pole.clear(1, EVENING + MINUTE_MS)
    assert {pole.observable_ms(number) for number, _fault in enumerate(waiting, 2)} == {EVENING + MINUTE_MS}


def test_what_its_board_has_no_part_for_a_pole_never_senses() -> None:
    for fault, shows_in in SHOWS_IN.items():
        part = PART.get(shows_in)
        if part is None:
            continue
        pole = plant(board={name: table for name, table in EVERY_PART.items() if name != part})
        pole.inject(1, fault, 1.0, EVENING)
        look(pole, EVENING, EVENING + 12 * HOUR_MS, 10 * MINUTE_MS)
        assert pole.observable_ms(1) is None, fault


def test_a_fault_behind_a_worse_one_of_its_kind_adds_nothing_to_see() -> None:
    pole = plant()
    pole.inject(1, "tilt", 1.0, EVENING)
    pole.inject(2, "tilt", 0.9, EVENING + S)
    look(pole, EVENING + S, EVENING + MINUTE_MS)
    assert pole.observable_ms(2) is None
    pole.clear(1, EVENING + MINUTE_MS)
    assert pole.observable_ms(2) == EVENING + MINUTE_MS


def test_what_shows_for_less_than_a_minute_was_a_glimpse() -> None:
    pole = plant()
    pole.set_outputs(False, 0.1, S)
    pole.inject(1, "lamp_open", 1.0, HOUR_MS)
    pole.set_outputs(True, 1.0, 2 * HOUR_MS)  # a node that starts by day has its relay closed
    assert pole.observable_ms(1) == 2 * HOUR_MS
    pole.set_outputs(False, 0.1, 2 * HOUR_MS + 3 * S)
    assert pole.observable_ms(1) is None
    pole.set_outputs(True, 1.0, EVENING)
    look(pole, EVENING, EVENING + HOUR_MS)
    pole.set_outputs(False, 0.1, MORNING)
    assert pole.observable_ms(1) == EVENING
