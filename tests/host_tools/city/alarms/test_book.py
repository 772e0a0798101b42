"""An AlarmBook takes batches: one alarm a condition, causes swallow effects, and only proof closes."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.alarms.batch import Batch, Reading, Seen
from host_tools.city.alarms.pulses import pulses
from host_tools.city.alarms.row import Row
from host_tools.city.alarms.street_lines import StreetView
from host_tools.city.alarms.turns import Turn
from host_tools.city.correlation import fault
from host_tools.city.correlation.fault import Fault
from tests.host_tools.city.alarms.played_alarms import HOME, Played

NIGHT = 1795531800  # 24 November 2026, 20:20 in Sagar
NOON = NIGHT - 30_000
DAY = 86400


def turn(pole: str, kind: str, at: int, begins: bool | None, **attributes: Any) -> Turn:
    return Turn(pole, kind, at, begins, f"e{pole}", at - NIGHT + 10 * DAY, at, attributes)


def feeder(begins: int, ends: int | None = None, poles: tuple[str, ...] = ("P0001", "P0002")) -> Fault:
    return Fault(fault.FEEDER, "F01", begins, ends, poles, () if ends else poles, 1, {}, "its breaker", "fuses")


def listed(rows: list[Row]) -> list[tuple[str, int, int | None, int]]:
    return [(row.called, row.began, row.ended, row.times) for row in rows if not row.swallowed_by]


def test_one_alarm_a_condition_and_it_says_when_it_opens_comes_again_and_ends() -> None:
    played = Played()
    for at, begins in ((NIGHT, True), (NIGHT + 60, False), (NIGHT + 600, True), (NIGHT + 900, False)):
        played.take(Batch([turn("P0001", "lampFailure", at, begins)]), at)
    assert listed(played.rows) == [("lampFailure/P0001", NIGHT, NIGHT + 900, 2)]
    assert [note.what for note in played.notes] == ["opened", "ended", "reopened", "ended"]


def test_what_came_days_late_counts_from_its_own_time_and_is_not_announced_as_over_twice() -> None:
    played = Played()
    told = [turn("P0001", "lampFailure", NIGHT - 5 * DAY, True), turn("P0001", "lampFailure", NIGHT - 4 * DAY, False)]
    played.take(Batch(told), NIGHT)
    assert listed(played.rows) == [("lampFailure/P0001", NIGHT - 5 * DAY, NIGHT - 4 * DAY, 1)]
    assert played.take(Batch(told), NIGHT + 1) == []


def test_a_batch_whose_transaction_failed_is_taken_again() -> None:
    played = Played()
    batch = Batch([turn("P0001", "lampFailure", NIGHT, True)])
    assert played.book.take(batch, NIGHT).rows  # not kept
    assert [note.what for note in played.take(batch, NIGHT)] == ["opened"]


def test_an_effect_is_swallowed_while_its_cause_is_there_and_comes_up_when_it_goes_on_alone() -> None:
    played = Played()
    played.take(Batch([turn("P0001", "lampPowerTooLow", NIGHT, True)]), NIGHT)
    assert [row.called for row in played.rows if not row.swallowed_by] == ["lampPowerTooLow/P0001"]
    played.take(Batch([turn("P0001", "lampFailure", NIGHT + 5, True)]), NIGHT)
    assert [row.called for row in played.rows if not row.swallowed_by] == ["lampFailure/P0001"]
    played.take(Batch([turn("P0001", "lampFailure", NIGHT + 500, False)]), NIGHT)
    assert {row.called: row.open for row in played.rows if not row.swallowed_by} == {
        "lampFailure/P0001": False, "lampPowerTooLow/P0001": True,
    }  # fmt: skip


def test_a_feeder_swallows_the_losses_of_supply_that_its_poles_report_afterwards() -> None:
    played = Played()
    played.take(Batch(street=StreetView((feeder(NIGHT),))), NIGHT)
    told = [turn(pole, "supplyLoss", NIGHT - 300, begins) for pole in ("P0001", "P0009") for begins in (True, False)]
    told = [replace(one, sequence=one.sequence + number) for number, one in enumerate(told)]
    played.take(Batch(told, street=StreetView((feeder(NIGHT, NIGHT + 900),))), NIGHT + 1000)
    assert listed(played.rows) == [
        ("supplyLoss/P0009", NIGHT - 300, NIGHT - 300, 1), ("feederOutage/F01", NIGHT, NIGHT + 900, 1),
    ]  # fmt: skip


def test_what_correlation_explains_otherwise_since_is_superseded_and_no_alarm_any_more() -> None:
    played = Played()
    point = Fault(fault.ACCESS_POINT, "A1", NIGHT, None, ("P0001", "P0002"), ("P0001",), 1, {}, "x", "y")
    played.take(Batch(street=StreetView((point,))), NIGHT)
    played.take(Batch(street=StreetView((feeder(NIGHT),))), NIGHT + 60)
    assert listed(played.rows) == [("feederOutage/F01", NIGHT, None, 1)]
    assert [row.swallowed_by for row in played.book.street if row.kind == fault.ACCESS_POINT] == ["feederOutage/F01"]


def test_a_fault_of_the_street_goes_on_though_the_history_no_longer_reaches_its_beginning() -> None:
    played = Played()
    played.take(Batch(street=StreetView((feeder(NIGHT - DAY, NIGHT - DAY + 60),))), NIGHT - DAY + 60)
    played.take(Batch(street=StreetView((feeder(NIGHT - 3600),), since=NIGHT - 7200)), NIGHT)
    assert listed(played.rows) == [("feederOutage/F01", NIGHT - DAY, None, 1)]


def test_a_state_that_no_longer_lists_it_is_proof_but_of_no_danger() -> None:
    played = Played()
    told = [turn("P0001", "lampFailure", NIGHT, True), turn("P0001", "leakageDetected", NIGHT, True)]
    played.take(Batch(told), NIGHT)
    played.take(Batch(states=[Seen("P0001", NIGHT + 60, frozenset())]), NIGHT + 60)
    assert {row.kind: (row.ended, row.proof) for row in played.rows} == {
        "lampFailure": (NIGHT + 60, "state"), "leakageDetected": (None, ""),
    }  # fmt: skip
    played.take(Batch([turn("P0001", "lampFailure", NIGHT + 50, False)]), NIGHT + 90)  # the event that was missing
    assert [(row.ended, row.proof) for row in played.rows if row.kind == "lampFailure"] == [(NIGHT + 50, "event")]


def test_a_fault_that_no_event_tells_of_began_before() -> None:
    played = Played()
    played.take(Batch(states=[Seen("P0002", NIGHT, frozenset({"dimmingFailure"}))]), NIGHT)
    (row,) = played.rows
    assert row.earlier and row.open and row.evidence == {} and row.cause
    played.take(Batch([turn("P0002", "dimmingFailure", NIGHT - DAY, True)]), NIGHT + 5)
    (row,) = played.rows
    assert (row.began, row.earlier, row.times) == (NIGHT - DAY, False, 1)


@pytest.mark.parametrize(
    ("level", "power_w", "at", "faults", "closes"),
    [
        (100, 60.0, NIGHT + 60, None, True),
        (100, 50.0, NIGHT + 60, None, False),  # a lamp that takes too little
        (9, 60.0, NIGHT + 60, None, False),
        (100, 60.0, NIGHT + 50_000, None, False),  # by day
        (100, 60.0, NIGHT + 60, frozenset({"lampFailure"}), False),  # the pole contradicts
    ],
)
def test_the_expected_power_in_the_dark_is_proof_for_a_dark_lamp(
    level: int, power_w: float, at: int, faults: frozenset[str] | None, closes: bool
) -> None:
    rules = replace(HOME, expected_w=lambda pole, level: 60.0)
    for kind, provable in (("lampFailure", True), ("dimmingFailure", False), ("leakageDetected", False)):
        played = Played(rules)
        played.take(Batch([turn("P0001", kind, NIGHT, True)], [Seen("P0001", NIGHT, faults, level)]), NIGHT)
        played.take(Batch(readings=[Reading("P0001", at, power_w)]), at)
        assert [row.ended for row in played.rows if row.kind == kind] == [at if closes and provable else None]


def test_a_door_is_danger_in_the_dark_and_becomes_so_at_dusk() -> None:
    played = Played()
    played.take(Batch([turn("P0001", "cabinetDoorOpen", NOON, True)]), NOON)
    assert [row.severity for row in played.rows] == [3]
    assert [note.what for note in played.take(Batch(), NIGHT)] == ["worsened"]
    assert played.book.going_on["P0001"]["cabinetDoorOpen"].severity == 1
    assert played.take(Batch(), NIGHT + 60) == []


def test_three_restarts_in_a_night_are_an_alarm_but_not_those_on_purpose() -> None:
    own = [turn("P0001", "deviceReset", NIGHT + 60 * number, None, resetCause="watchdog") for number in range(3)]
    meant = [turn("P0002", "deviceReset", NIGHT + n, None, lastWords="another configuration") for n in range(5)]
    played = Played()
    played.take(Batch([*own[::-1], *meant]), NIGHT)
    assert listed(played.rows) == [("deviceReset/P0001", NIGHT + 120, None, 1)]
    assert pulses([*own[:2], turn("P0001", "deviceReset", NIGHT + DAY, None)], "deviceReset", HOME.zone) == []


def test_many_turns_are_folded_and_one_that_comes_late_is_still_asked_for() -> None:
    played = Played()
    for number in range(200):
        at = NIGHT + 600 * number
        played.take(Batch([turn("P0001", "lampFlicker", at, True), turn("P0001", "lampFlicker", at + 60, False)]), at)
    line = played.book.lines["P0001", "lampFlicker"]
    assert len(line.turns) < 400
    assert listed(played.rows) == [("lampFlicker/P0001", NIGHT, NIGHT + 600 * 199 + 60, 200)]
    assert line.is_older(turn("P0001", "lampFlicker", NIGHT + 30, True))


KINDS = ("lampFailure", "lampPowerTooLow", "leakageDetected", "supplyLoss")
STEPS = st.lists(
    st.tuples(st.sampled_from(("P0001", "P0002")), st.sampled_from(KINDS), st.integers(1, 4 * DAY), st.booleans()),
    min_size=1, max_size=14, unique_by=lambda step: (step[0], step[2]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    STEPS,
    st.lists(st.tuples(st.integers(1, 2 * DAY), st.integers(1, DAY)), max_size=1),
    st.integers(1, 5),
    st.randoms(),
)
def test_any_order_doubling_and_delay_of_messages_gives_the_same_alarms(
    steps: list[tuple[str, str, int, bool]], outages: list[tuple[int, int]], at_once: int, random: Random
) -> None:  # fmt: skip
    """Also of the states of a pole, which come in their order as MQTT delivers them, but late and again."""
    told = [turn(pole, kind, NIGHT + at, begins) for pole, kind, at, begins in steps]
    faults = tuple(feeder(NIGHT + begins, NIGHT + begins + lasts) for begins, lasts in outages)
    there: dict[str, set[str]] = {"P0001": set(), "P0002": set()}
    states = []
    for one in sorted(told, key=lambda one: one.at):
        there[one.pole] = there[one.pole] | {one.kind} if one.begins else there[one.pole] - {one.kind}
        states.append(Seen(one.pole, one.at + 1, frozenset(there[one.pole])))
    end = NIGHT + 30 * DAY

    def play(turns: list[Turn], seen: list[Seen], at_once: int) -> list[Row]:
        played = Played()
        size = max(len(turns), len(seen))
        for place in range(0, size, at_once):
            part = slice(place, place + at_once)
            played.take(Batch(turns[part], seen[part], street=StreetView(faults)), end)
        return [replace(row, id=0, received=0) for row in played.rows]

    expected = play(sorted(told, key=lambda one: one.at), states, 1)
    mixed = told + random.sample(told, len(told) // 2)
    random.shuffle(mixed)
    late = sorted(states + random.sample(states, len(states) // 2), key=lambda one: one.at)
    assert play(mixed, late, at_once) == expected
