"""A pole commissioned from end to end over the simulator's plant: what passes, what fails and why, and the light."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from host_tools.field.commission import Outcome, Visit, commission
from host_tools.field.commission.checks import ramp
from host_tools.field.commission.expected import Type
from host_tools.field.commission.outcome import Figure
from host_tools.field.console_client import PoleGone, Service
from host_tools.site.model import Luminaire
from tests.host_tools.field.console_client.fake_pole import EVENING, NOON, PARTS, FakePole
from tests.simulator.small_site import LATITUDE, LED_30, LED_90, LONGITUDE

PLACE = (LATITUDE, LONGITUDE)
SODIUM = Luminaire(
    "hps-168", 168.0, 15000.0, ((0, 0.6, 0.10), (10, 168.0, 0.90), (100, 168.0, 0.90)), technology="hps",
    driver="follows-voltage",
)  # fmt: skip
DUSK = datetime(2026, 11, 24, 16, 45)  # an hour before the visit: it has burnt for that long


def visit_to(pole: FakePole, kind: Any = LED_90, **options: Any) -> Visit:
    service = Service(pole, "port", None, pole.monotonic)
    options = {"position": PLACE, "wall": lambda: float(pole.unix()), **options}
    return Visit(service, service.hello(), Type.of(kind) if kind else None, **options)


def outcomes_of(pole: FakePole, kind: Any = LED_90, **options: Any) -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in commission(visit_to(pole, kind, **options))}


def failed(outcomes: dict[str, Outcome]) -> dict[str, list[str]]:
    return {
        name: [figure.bound.name for figure in outcome.figures if not figure.good]
        for name, outcome in outcomes.items()
        if not outcome.passed
    }


def figure(outcome: Outcome, name: str) -> Figure:
    return next(figure for figure in outcome.figures if figure.bound.name == name)


def darkest(pole: FakePole, since_ms: int) -> float:
    """The least light from *since_ms* on."""
    before = [light for ms, light in pole.lights if ms <= since_ms][-1:]
    return min([light for ms, light in pole.lights if ms > since_ms] + before)


def test_a_sound_pole_passes_at_night_and_stays_lit_all_the_while() -> None:
    pole = FakePole(EVENING)
    begin = pole.ms
    outcomes = outcomes_of(pole)
    assert list(outcomes) == [
        "clock", "meter", "relay", "ramp", "curve", "photocell", "tilt", "radio", "broker"
    ]  # fmt: skip
    assert {outcome.result for outcome in outcomes.values()} == {"pass"}
    assert darkest(pole, begin) > 0.1  # the lowest level there is, 10 percent
    assert pole.ms - begin < 60_000
    assert pole.plant.light(pole.ms) > 0.99  # and it has its programme back
    assert pole.requests[-1]["do"] != "set"


def test_a_sound_pole_passes_by_day_and_is_dark_again_afterwards() -> None:
    pole = FakePole(NOON, scheduled=0)
    outcomes = outcomes_of(pole)
    assert failed(outcomes) == {}
    assert figure(outcomes["relay"], "opens").good  # which is seen without opening it
    assert figure(outcomes["photocell"], "daylight").good
    pole.pass_ms(5000)
    assert pole.plant.light(pole.ms) == 0


@pytest.mark.parametrize(("start", "scheduled"), [(EVENING, 100), (NOON, 0)])
def test_the_curve_is_that_of_the_warm_lamp_at_nominal_voltage(start: datetime, scheduled: int) -> None:
    pole = FakePole(start, scheduled)  # warm and at 235 V in the evening, cold and at 241 V at noon
    outcomes_of(pole)
    reference = pole.plant.curve([10, 25, 50, 75, 100])
    assert len(pole.curve) == 5
    for (level, milliwatts, factor), (_level, watts, pf) in zip(pole.curve, reference, strict=True):
        assert abs(milliwatts / 1000 - watts) < 0.01 * watts, level
        assert abs(factor / 1000 - pf) < 0.006


def test_the_relay_is_opened_at_night_only_when_asked_for_and_briefly() -> None:
    pole = FakePole(EVENING)
    begin = pole.ms
    outcomes = outcomes_of(pole, relay_opens=True)
    assert failed(outcomes) == {}
    assert figure(outcomes["relay"], "opens").good
    dark = [ms for ms, light in pole.lights if ms > begin and light == 0]
    assert len(dark) == 1
    lit = next(ms for ms, light in pole.lights if ms > dark[0] and light > 0)
    assert lit - dark[0] <= 13_000


def test_a_welded_relay_is_found_when_it_is_to_be_open() -> None:
    pole = FakePole(NOON, scheduled=0)
    pole.stuck_shut = True
    pole.pass_ms(100)
    assert failed(outcomes_of(pole)) == {"relay": ["opens"]}


def test_a_lamp_that_takes_nothing_fails_and_its_curve_is_not_learned() -> None:
    pole = FakePole()
    pole.plant.inject(1, "lamp_open", 1.0, pole.ms)
    outcomes = failed(outcomes_of(pole))
    assert outcomes["relay"] == ["conducts"]
    assert "curve_power" in outcomes["curve"]
    assert pole.curve == []


def test_a_driver_that_does_not_dim_fails_the_ramp_and_the_curve() -> None:
    pole = FakePole()
    pole.deaf = True
    outcomes = failed(outcomes_of(pole))
    assert outcomes["ramp"] == ["ramp_obeyed"]
    assert "curve_rises" in outcomes["curve"]
    assert pole.curve == []


@pytest.mark.parametrize(
    ("late_ms", "ramp_s", "found"), [(0, 5, True), (2600, 5, True), (0, 9, False), (900, 9, False)]
)
def test_answers_that_come_late_are_not_taken_for_a_slow_ramp(late_ms: int, ramp_s: int, found: bool) -> None:
    """A laptop with other work, or a pole with other work, is as slow."""
    pole = FakePole()

    def late(line: bytes) -> bytes:
        pole.pass_ms(late_ms if b"voltage" in line or b'"dim"' in line else 0)
        return line

    pole.spoil_back = late
    pole.spoil = lambda data: data.replace(b'"ramp":5', b'"ramp":%d' % ramp_s)
    assert figure(ramp.check(visit_to(pole)), "ramp_time").good is found


def test_another_luminaire_than_the_sites_is_found() -> None:
    pole = FakePole()
    outcomes = failed(outcomes_of(pole, LED_30))
    assert "curve_power" in outcomes["curve"]
    assert pole.curve == []


def test_without_the_type_the_curve_is_learned_and_a_note_says_so() -> None:
    pole = FakePole()
    outcomes = outcomes_of(pole, None)
    assert failed(outcomes) == {}
    assert [note.key for note in outcomes["curve"].notes] == ["note_no_type", "note_curve_stored"]
    assert len(pole.curve) == 5


def test_a_discharge_lamp_passes_once_it_takes_its_full_power_and_is_not_put_out() -> None:
    pole = FakePole(kind=SODIUM)
    begin = pole.ms
    outcomes = outcomes_of(pole, SODIUM, relay_opens=True)
    assert failed(outcomes) == {}
    assert figure(outcomes["curve"], "run_up").good
    assert [note.key for note in outcomes["relay"].notes] == ["note_relay_arc"]
    assert [note.key for note in outcomes["ramp"].notes] == ["note_not_dimmed"]
    assert darkest(pole, begin) > 0.999
    (_level, watts, _pf), *_ = pole.plant.curve([100])
    assert [level for level, _mw, _factor in pole.curve] == [10, 100]
    assert all(abs(milliwatts / 1000 - watts) < 0.02 * watts for _level, milliwatts, _factor in pole.curve)


def test_a_discharge_lamp_on_its_way_up_is_told_so_and_its_curve_is_not_learned() -> None:
    pole = FakePole(NOON, scheduled=0, kind=SODIUM)
    outcomes = outcomes_of(pole, SODIUM)
    assert failed(outcomes) == {"curve": ["run_up"]}
    assert pole.curve == []
    pole.plant.inject(1, "lamp_open", 1.0, pole.ms)
    outcomes = outcomes_of(pole, SODIUM)
    assert failed(outcomes)["relay"] == ["conducts"]
    assert outcomes["relay"].notes[0].key == "note_arc_dark"


def test_a_flickering_lamp_is_not_steady() -> None:
    pole = FakePole()
    pole.plant.inject(1, "flicker", 1.0, pole.ms)
    assert "steady" in failed(outcomes_of(pole))["curve"]
    assert pole.curve == []


def test_a_frozen_meter_fails() -> None:
    pole = FakePole()
    pole.plant.sense(pole.ms)
    pole.plant.inject(1, "meter_frozen", 1.0, pole.ms)
    assert failed(outcomes_of(pole))["meter"] == ["meter_fresh"]


def test_a_pole_without_the_time_gets_the_laptops() -> None:
    pole = FakePole()
    pole.clock = "unknown"
    outcomes = outcomes_of(pole)
    assert failed(outcomes) == {}
    assert [note.key for note in outcomes["clock"].notes] == ["note_time_set"]
    assert pole.clock == "synced"
    assert [asked["do"] for asked in pole.requests].index("time") < [a["do"] for a in pole.requests].index("set")


def test_a_time_that_differs_is_told_and_replaced_only_when_asked_for() -> None:
    pole = FakePole()
    pole.clock_error_s = 90
    assert failed(outcomes_of(pole)) == {"clock": ["clock_error", "clock_chip"]}
    assert pole.clock_error_s == 90
    outcomes = outcomes_of(pole, set_time=True)
    assert failed(outcomes) == {}
    assert outcomes["clock"].notes[0].values == {"was": 90}


def test_a_photocell_is_held_against_the_sun() -> None:
    blind = FakePole(NOON, scheduled=0)
    blind.plant.inject(1, "photocell_stuck_dark", 1.0, blind.ms)
    assert failed(outcomes_of(blind)) == {"photocell": ["daylight"]}
    dazzled = FakePole(EVENING)
    dazzled.plant.inject(1, "photocell_stuck_light", 1.0, dazzled.ms)
    assert failed(outcomes_of(dazzled)) == {"photocell": ["night"]}
    at_dusk = FakePole(DUSK)
    at_dusk.plant.inject(1, "photocell_stuck_light", 1.0, at_dusk.ms)
    outcomes = outcomes_of(at_dusk)
    assert failed(outcomes) == {} and outcomes["photocell"].notes[0].key == "note_twilight"
    outcomes = outcomes_of(FakePole(), position=None)
    assert failed(outcomes) == {} and outcomes["photocell"].notes[0].key == "note_no_place"


def test_a_node_that_hangs_askew_is_not_taken_for_upright() -> None:
    pole = FakePole()
    pole.plant.inject(1, "tilt", 1.0, pole.ms)
    assert failed(outcomes_of(pole)) == {"tilt": ["lean"]}
    assert pole.upright is None
    sound = FakePole()
    outcomes_of(sound)
    assert sound.upright is not None


def test_a_weak_radio_and_a_silent_broker_fail() -> None:
    pole = FakePole()
    pole.rssi = -88
    assert failed(outcomes_of(pole)) == {"radio": ["radio"]}
    pole = FakePole()
    pole.ping_ms = None
    assert failed(outcomes_of(pole)) == {"broker": ["broker"]}
    pole.ping_ms = 3500
    assert failed(outcomes_of(pole)) == {"broker": ["broker"]}


def test_a_pole_that_is_still_joining_is_waited_for_and_one_that_never_does_fails() -> None:
    pole = FakePole()
    pole.online, pole.rssi = False, None
    visit = visit_to(pole)

    def told(key: str, **values: Any) -> None:
        if key == "joining":
            pole.online, pole.rssi = True, -70

    visit.tell = told
    assert all(outcome.passed for outcome in commission(visit))
    alone = FakePole()
    alone.online, alone.rssi, alone.ping_ms = False, None, None
    assert failed(outcomes_of(alone)) == {"radio": ["radio"], "broker": ["broker"]}


def test_a_pole_on_a_cable_has_no_radio_to_judge() -> None:
    pole = FakePole()
    pole.rssi = None
    assert outcomes_of(pole)["radio"].result == "absent"


def test_what_a_board_does_not_have_is_neither_passed_nor_failed() -> None:
    pole = FakePole(parts=("relay", "dimmer"))
    outcomes = outcomes_of(pole)
    assert failed(outcomes) == {}
    absent = {name for name, outcome in outcomes.items() if outcome.absent}
    assert absent == {"meter", "relay", "curve", "photocell", "tilt"}
    assert len(PARTS) == 9


def test_an_override_that_was_there_before_is_put_back_for_the_rest_of_its_time() -> None:
    pole = FakePole(EVENING, scheduled=70)
    service = Service(pole, "port", None, pole.monotonic)
    service.set(80, 1800, 0, "the fair")
    pole.pass_ms(1000)
    outcomes_of(pole)
    held = pole._held
    assert held is not None and held["level"] == 80 and held["reason"] == "the fair"
    assert 1700 < (held["end"] - pole.ms) / 1000 <= 1800


def test_whatever_ends_it_the_light_goes_back_to_its_programme() -> None:
    pole = FakePole(EVENING)
    visit = visit_to(pole)

    def interrupted(key: str, **values: Any) -> None:
        if key == "level":
            raise KeyboardInterrupt

    visit.tell = interrupted
    with pytest.raises(KeyboardInterrupt):
        commission(visit)
    assert pole._held is None


def test_a_pulled_cable_leaves_a_light_that_goes_back_by_itself() -> None:
    pole = FakePole(EVENING)
    visit = visit_to(pole)

    def pulled(key: str, **values: Any) -> None:
        pole.gone = pole.gone or (key == "level" and values["level"] == 50)

    visit.tell = pulled
    with pytest.raises(PoleGone):
        commission(visit)
    assert pole.plant.light(pole.ms) < 0.6
    pole.pass_ms(91_000)
    assert pole.plant.light(pole.ms) > 0.99
