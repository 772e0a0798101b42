"""Alarms from what poles and the street tell: each cause once, the worst first."""

from zoneinfo import ZoneInfo

from host_tools.city.alarms import Heard, alarms
from host_tools.city.alarms import text_lines as words
from host_tools.city.correlation.fault import FEEDER, Fault

NOW = 1795531800  # 24 November 2026, 20:20 in Sagar
ZONE = ZoneInfo("Asia/Kolkata")


def feeder(ends: int | None = None) -> Fault:
    poles = ("P0001", "P0002")
    return Fault(FEEDER, "F01", NOW - 600, ends, poles, poles if ends is None else (), 1, {}, "its breaker", "fuses")


def test_the_worst_comes_first_and_of_equals_the_oldest() -> None:
    told = [
        Heard("P0005", "clockLost", NOW - 9000), Heard("P0004", "dimmingFailure", NOW - 50),
        Heard("P0003", "lampFailure", NOW - 10), Heard("P0006", "leakageDetected", NOW - 5),
    ]  # fmt: skip
    found = alarms(told, [feeder()])
    assert [one.kind for one in found] == [
        "leakageDetected", FEEDER, "lampFailure", "dimmingFailure", "clockLost",
    ]  # fmt: skip


def test_a_feeder_is_one_alarm_with_its_poles_and_swallows_their_loss_of_supply() -> None:
    found = alarms([Heard("P0001", "supplyLoss", NOW - 500), Heard("P0009", "supplyLoss", NOW - 500)], [feeder()])
    assert [(one.kind, one.poles) for one in found] == [
        (FEEDER, ("P0001", "P0002")), ("supplyLoss", ("P0009",)),
    ]  # fmt: skip


def test_what_goes_with_its_cause_is_no_alarm_of_its_own() -> None:
    told = [Heard("P0003", "lampFailure", NOW - 10), Heard("P0003", "lampPowerTooLow", NOW - 5)]
    (found,) = alarms(told, [])
    assert found.kind == "lampFailure" and found.evidence["effects"] == ["lampPowerTooLow"]
    assert [one.kind for one in alarms(told[1:], [])] == ["lampPowerTooLow"]


def test_cause_and_carry_are_what_the_pole_said_or_what_it_would_say() -> None:
    told = Heard("P0003", "lampFailure", NOW, None, {"cause": "another cause", "carry": "a ladder", "activePower": 3.0})
    (one,) = alarms([told], [])
    assert (one.cause, one.carry, one.evidence) == ("another cause", "a ladder", {"activePower": 3.0})
    (one,) = alarms([Heard("P0003", "lampFailure", None)], [])
    assert one.carry == "luminaire"


def test_lines_say_since_when_why_and_what_to_carry_and_nothing_that_a_terminal_obeys() -> None:
    evidence = {"cause": "\x1b[2Jlamp open", "carry": "luminaire", "activePower": 3.04, "expectedPower": 45.0}
    (one,) = alarms([Heard("P0003", "lampFailure", NOW - 2400, None, evidence)], [])
    assert words.head([one], NOW, ZONE) == "2026-11-24 20:20: 1 open alarm: 1 dark."
    assert words.lines(one, NOW, ZONE) == [
        "dark      lampFailure P0003 since 2026-11-24 19:40 (40 min)",
        "          evidence: 3.04 W, 45 W expected",
        "          probable cause: ?[2Jlamp open",
        "          carry: luminaire",
    ]
    assert words.head([], NOW, ZONE) == "2026-11-24 20:20: no open alarms."
