"""What a pole finds out about its lamp and itself, from the sensor to the city, and over restarts."""

import json
from typing import Any

import pytest

from pole.wire import contract
from simulator.street.street import Street
from tests.simulator.streets import DUSK, MINUTE_MS, NIGHT, Lived, live, stored

ENGINES = pytest.mark.parametrize("engine", ["cpython", "micropython"])


def happening(kind: str, at: int, until: int, severity: float = 1.0) -> str:
    return (
        f'[[happening]]\nkind = "{kind}"\npole = "P0001"\nat = "+{at}m"\nuntil = "+{until}m"\nseverity = {severity}\n'
    )


def events(lived: Lived) -> list[tuple[str, bool | None]]:
    return [(event["eventType"], event["startEndFlag"]) for event in said(lived)]


def said(lived: Lived) -> list[dict[str, Any]]:
    return [payload for _ms, payload in lived.said("P0001", contract.EVENT) if not payload["replayed"]]


@ENGINES
def test_an_event_carries_its_evidence_a_probable_cause_and_what_to_bring(engine: str) -> None:
    lived = live(1, poles=1, start=NIGHT, engine=engine, scenario=happening("string_open", 20, 40, 0.3))
    begins, ends = said(lived)
    assert (begins["eventType"], begins["startEndFlag"], ends["startEndFlag"]) == ("lampPowerTooLow", True, False)
    found = begins["attributes"]
    assert 0.65 < found["activePower"] / found["expectedPower"] < 0.75
    assert 220 < found["supplyVoltage"] < 250 and found["level"] == 100
    assert (found["cause"], found["carry"]) == ("LED string or module lost", "luminaire")
    assert "cause" not in ends["attributes"] and ends["attributes"]["activePower"] > found["activePower"]


@ENGINES
def test_a_fault_goes_on_over_a_restart_and_is_told_once(engine: str) -> None:
    faults = happening("lamp_open", 10, 60) + happening("mains_cut", 30, 31)
    lived = live(1.5, poles=1, start=NIGHT, engine=engine, scenario=faults)
    assert events(lived) == [
        ("lampFailure", True), ("lampPowerTooLow", True), ("supplyLoss", True), ("supplyLoss", False),
        ("lampFailure", False), ("lampPowerTooLow", False),
    ]  # fmt: skip


@ENGINES
def test_the_state_lists_what_is_raised_for_a_reader_who_comes_later_and_after_a_restart_too(engine: str) -> None:
    faults = happening("lamp_open", 10, 60) + happening("mains_cut", 30, 31)
    lived = live(1.5, poles=1, start=NIGHT, engine=engine, scenario=faults)
    told = [state["faults"] for _ms, state in lived.said("P0001", contract.STATE)]
    assert told[0] == [] and told[-1] == []
    assert ["lampFailure", "lampPowerTooLow"] in told
    after = [state["faults"] for ms, state in lived.said("P0001", contract.STATE) if ms > 31 * MINUTE_MS]
    assert after[0] == ["lampFailure", "lampPowerTooLow"]


@ENGINES
def test_a_hot_node_takes_less_light_and_never_none(engine: str) -> None:
    lived = live(3, poles=1, start=NIGHT, engine=engine, scenario=happening("overheat", 10, 90))
    assert events(lived) == [("highTemperature", True), ("highTemperature", False)]
    states = [state for _ms, state in lived.said("P0001", contract.STATE)]
    capped = [state for state in states if state["owner"] == "safety"]
    assert {state["target"] for state in capped} <= {60, 30} and capped[0]["reason"].startswith("limited to")
    assert states[-1]["owner"] == "calendar"
    assert lived.report["dark_minutes"] == 0


@ENGINES
def test_a_board_that_outlives_the_mains_says_so_at_once(engine: str) -> None:
    cut = happening("mains_cut", 20, 50)
    lived = live(1, poles=1, start=NIGHT, engine=engine, scenario=cut, board="virtual-holdup")
    assert events(lived) == [("supplyLoss", True), ("supplyLoss", False)]
    start = lived.street.time.start_unix
    begins, ends = said(lived)
    assert 20 * 60 - 1 <= begins["timestamp"] - start <= 20 * 60  # its clock may be a second off
    assert 50 * 60 <= ends["timestamp"] - start <= 50 * 60 + 5
    assert lived.said("P0001", contract.EVENT)[0][0] < 20 * MINUTE_MS + 1000  # while it still had power
    assert lived.street.failures() == []


@ENGINES
def test_mains_that_is_back_within_the_hold_up_is_told_too(engine: str) -> None:
    text = '[[happening]]\nkind = "mains_cut"\npole = "P0001"\nat = "+20m"\nuntil = "+20m1s"\n'
    lived = live(0.5, poles=1, start=NIGHT, engine=engine, scenario=text, settings={}, board="virtual-holdup")
    assert events(lived)[0] == ("supplyLoss", True) and events(lived)[1] == ("supplyLoss", False)
    assert len(events(lived)) == 2


def test_a_pole_learns_its_lamp_and_keeps_what_it_has_learned() -> None:
    def begin(street: Street) -> None:
        pole = street.poles["P0001"].pole
        pole.flash.erase(0)
        pole.flash.erase(1)  # no curve was ever measured: its data partition is formatted at the start

    lived = live(18, poles=1, start=DUSK, begin=begin)
    curve = json.loads(stored(lived.street.poles["P0001"].pole.flash).read("curve.json") or b"null")
    plant = lived.street.poles["P0001"].plant
    true = plant.curve([70, 100])
    assert abs(curve[-1][1] / 1000 / true[1][1] - 1) < 0.012
    assert {payload["eventType"] for _ms, payload in lived.said("P0001", contract.EVENT)} <= {"dataReformatted"}
    meters = [payload for _ms, payload in lived.said("P0001", contract.METER)]
    assert {payload["remainingLife"] for payload in meters} == {100}


@ENGINES
def test_a_luminaire_that_hardly_dims_is_not_driven_beyond_full_by_the_active_test(engine: str) -> None:
    table = {"luminaire": [[95, 140000, 975], [100, 150000, 980]]}
    lost = happening("string_open", 15, 40, 0.4)
    lived = live(0.75, poles=1, start=NIGHT, engine=engine, scenario=lost, settings=table)
    assert lived.street.failures() == []  # the chip's dimmer refuses more than full
    assert lived.report["totals"]["boots_powerOn"] == 1 and lived.report["dark_minutes"] == 0
