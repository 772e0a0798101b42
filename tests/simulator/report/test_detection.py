"""Detected, missed, false and unobservable: one case each."""

from typing import Any

import pytest

from simulator.happenings.catalogue import EVENT_TYPES, KINDS
from simulator.report.detection import Detection, Event, judge, percentiles
from simulator.scenario.happening import Happening
from tests.simulator.small_site import HOUR_MS, run_time

AT, UNTIL, END = 8 * HOUR_MS, 9 * HOUR_MS, 24 * HOUR_MS
S = 1000


def happening(number: int = 1, **fields: Any) -> Happening:
    given: dict[str, Any] = {
        "kind": "lamp_open", "at_ms": AT, "until_ms": UNTIL, "poles": ("P0001",), "group": None, "everywhere": False,
        "severity": 1.0, "expect": ("lampFailure",), "allow": (), "within_s": None,
    }  # fmt: skip
    return Happening(number, **(given | fields))


def event(at_ms: int, starts: bool = True, event_type: str = "lampFailure", pole: str = "P0001", id: str = "") -> Event:
    return Event(id or f"e{at_ms}{starts}{event_type}", pole, event_type, starts, run_time().start_unix + at_ms // S)


def verdict(
    *events: Event,
    happenings: list[Happening] | None = None,
    seen: int | None = AT,
    gone: int | None = UNTIL,
    end_ms: int = END,
) -> Detection:
    listed = [happening()] if happenings is None else happenings
    return judge(listed, events, lambda number, pole: (seen, gone), run_time(), end_ms)


def why(detection: Detection) -> list[str]:
    assert detection.expected == detection.detected + len(detection.missed)
    return [entry["why"] for entry in detection.missed]


def test_raised_in_time_and_ended_after_until_is_detected_with_its_delay() -> None:
    found = verdict(event(AT + 65 * S), event(UNTIL + 30 * S, False))
    assert (found.expected, found.detected, why(found), found.false_alarms) == (1, 1, [], [])
    assert found.as_json()["delay_s"] == {"lampFailure": {"p50": 65.0, "p99": 65.0, "max": 65.0}}


def test_delay_counts_from_observability_and_is_never_negative() -> None:
    found = verdict(event(AT + HOUR_MS // 2), event(UNTIL, False), seen=AT + HOUR_MS // 2 - 5 * S)
    assert found.delays == {"lampFailure": [5.0]}
    early = verdict(event(AT + 60 * S), event(UNTIL, False), seen=AT + 120 * S)
    assert early.delays == {"lampFailure": [0.0]}


def test_not_raised_late_not_ended_and_ended_too_early_are_missed() -> None:
    assert why(verdict()) == ["not raised"]
    late = verdict(event(AT + 200 * S), event(UNTIL, False), happenings=[happening(within_s=180)])
    assert why(late) == ["raised after 200 s, which is more than 180 s"]
    assert why(verdict(event(AT + 60 * S))) == ["not ended"]
    assert why(verdict(event(AT + 60 * S), event(AT + 120 * S, False))) == ["ended before until"]
    again = verdict(event(AT + S), event(AT + 9 * S, False), event(AT + 20 * S), event(UNTIL + 5 * S, False))
    assert why(again) == [] and again.false_alarms == []


def test_an_end_is_asked_for_only_when_there_was_one_to_see() -> None:
    assert why(verdict(event(AT + 60 * S), gone=None)) == []  # repaired by day, the run ended before evening
    assert why(verdict(event(AT + 60 * S), happenings=[happening(until_ms=None)], gone=None)) == []
    assert why(verdict(event(AT + 60 * S), gone=END - 60 * S)) == []  # a minute before the run ended


def test_a_fault_the_pole_could_not_sense_is_neither_expected_nor_missed() -> None:
    found = verdict(seen=None, gone=None)
    assert (found.expected, found.missed) == (0, [])
    assert found.unobservable == [
        {
            "happening": 1,
            "kind": "lamp_open",
            "pole": "P0001",
            "type": "lampFailure",
            "why": "the pole could never sense it",
        }
    ]
    assert verdict(seen=END - 60 * S).unobservable[0]["why"] == "the run ended just after it could be sensed"
    assert verdict(end_ms=AT, seen=None).unobservable[0]["why"] == "the run ended before it happened"


def test_what_nothing_explains_is_a_false_alarm_even_of_the_right_type() -> None:
    stray = event(AT - HOUR_MS, id="a1")
    found = verdict(stray, event(AT - HOUR_MS + S, False), event(AT + S), event(UNTIL, False))
    assert found.false_alarms == [{"pole": "P0001", "type": "lampFailure", "timestamp": stray.timestamp, "id": "a1"}]
    assert found.detected == 1
    other = verdict(event(AT + S), event(UNTIL, False), event(AT + S, event_type="dimmingFailure"))
    assert [entry["type"] for entry in other.false_alarms] == ["dimmingFailure"]
    neighbour = verdict(event(AT + S), event(UNTIL, False), event(AT + S, pole="P0002"))
    assert [entry["pole"] for entry in neighbour.false_alarms] == ["P0002"]
    assert len(verdict(event(UNTIL + 2 * HOUR_MS)).false_alarms) == 1


def test_a_false_alarm_that_stays_up_does_not_count_as_detection() -> None:
    found = verdict(event(AT - HOUR_MS), event(UNTIL, False))
    assert why(found) == ["not raised"] and len(found.false_alarms) == 1


def test_what_is_allowed_is_neither_required_nor_false() -> None:
    allowing = [happening(allow=("supplyLoss",))]
    with_it = verdict(event(AT + S), event(UNTIL, False), event(AT + S, event_type="supplyLoss"), happenings=allowing)
    without = verdict(event(AT + S), event(UNTIL, False), happenings=allowing)
    assert with_it.false_alarms == without.false_alarms == []
    assert with_it.expected == without.expected == 1


def test_a_happening_that_expects_nothing_makes_every_event_false() -> None:
    found = verdict(event(AT + S), happenings=[happening(expect=())])
    assert (found.expected, len(found.false_alarms)) == (0, 1)


def test_the_same_event_delivered_twice_or_a_week_later_counts_once_by_its_own_timestamp() -> None:
    raised = event(AT + 10 * S, id="epoch-7")
    found = verdict(event(UNTIL, False), raised, raised)
    assert (found.detected, found.delays) == (1, {"lampFailure": [10.0]})


def undated(number: int, heard_ms: int, event_type: str = "supplyLoss") -> Event:
    """Event *number* of a journal, of a pole that knew no time."""
    return Event(f"ab-{number}", "P0001", event_type, True, run_time().start_unix + heard_ms // S, dated=False)


def test_an_event_without_a_date_may_have_happened_since_the_dated_one_before_it() -> None:
    """A power cycle in an outage of the broker, with a dead clock: told 20 minutes after the supply was back."""
    cycle = [happening(kind="power_cycle", expect=())]
    before = event(AT - 60 * S, event_type="doorOpen", id="ab-6")
    late = undated(7, UNTIL + 20 * 60 * S)
    assert [one["type"] for one in verdict(before, late, happenings=cycle).false_alarms] == ["doorOpen"]
    behind = event(UNTIL + 10 * 60 * S, event_type="doorOpen", id="ab-6")
    assert len(verdict(behind, late, happenings=cycle).false_alarms) == 2


def test_what_a_clock_gained_may_be_told_until_the_time_is_compared_again() -> None:
    drift = [happening(kind="clock_drift", expect=())]
    assert verdict(event(UNTIL + 30 * 60 * S, event_type="clockDisagreement"), happenings=drift).false_alarms == []
    assert verdict(event(UNTIL + 70 * 60 * S, event_type="clockDisagreement"), happenings=drift).false_alarms


def test_overlapping_happenings_share_what_was_raised() -> None:
    first, second = happening(1), happening(2, at_ms=AT + 600 * S, until_ms=UNTIL + HOUR_MS)
    found = judge(
        [first, second],
        [event(AT + 60 * S), event(UNTIL + HOUR_MS + 30 * S, False)],
        lambda number, pole: (AT, UNTIL) if number == 1 else (AT + 600 * S, UNTIL + HOUR_MS),
        run_time(),
        END,
    )
    assert (found.expected, found.detected, why(found)) == (2, 2, [])
    assert found.delays == {"lampFailure": [60.0, 0.0]}


def test_what_is_no_fault_of_the_plant_counts_from_when_it_happened() -> None:
    outage = happening(kind="network_outage", expect=("supplyLoss",), poles=("P0001", "P0002"))
    found = verdict(event(AT + 7 * S, event_type="supplyLoss"), happenings=[outage], seen=None, gone=None)
    assert (found.expected, found.detected) == (2, 0)
    assert why(found) == ["not ended", "not raised"]
    assert found.delays == {"supplyLoss": [7.0]}


# -- what a person would accept beside what is expected


def test_the_table_of_what_is_accepted_names_kinds_and_event_types_that_there_are() -> None:
    for name, kind in KINDS.items():
        assert name == kind.name
        assert set(kind.accepted) <= set(EVENT_TYPES)


@pytest.mark.parametrize(
    ("kind", "event_type"), [(kind.name, event_type) for kind in KINDS.values() for event_type in kind.accepted]
)
def test_what_is_accepted_is_neither_required_nor_false_and_ends_with_its_window(kind: str, event_type: str) -> None:
    given = [happening(kind=kind, expect=())]
    assert verdict(happenings=given).as_json()["expected"] == 0
    assert verdict(event(AT + S, event_type=event_type), happenings=given).false_alarms == []
    assert len(verdict(event(AT - HOUR_MS, event_type=event_type), happenings=given).false_alarms) == 1
    late = UNTIL + HOUR_MS + KINDS[kind].late_ms.get(event_type, 0)
    assert len(verdict(event(late, event_type=event_type), happenings=given).false_alarms) == 1
    elsewhere = verdict(event(AT + S, event_type=event_type, pole="P0002"), happenings=given)
    assert len(elsewhere.false_alarms) == 1


def test_what_is_accepted_takes_nothing_from_what_is_expected() -> None:
    given = [happening(kind="relay_stuck_open", expect=("relayFailure",))]
    dark = verdict(event(AT + S), event(UNTIL, False), happenings=given)
    assert why(dark) == ["not raised"] and dark.false_alarms == []
    asked = verdict(event(AT + S), event(UNTIL, False), happenings=[happening(kind="relay_stuck_open")])
    assert (asked.expected, asked.detected) == (1, 1)


def test_an_outage_that_is_over_before_it_can_be_noticed_is_not_missed() -> None:
    outage = [happening(kind="network_outage", expect=("communicationFailure",), until_ms=AT + 20 * S)]
    found = verdict(happenings=outage)
    assert (found.expected, len(found.missed), len(found.unobservable)) == (0, 0, 1)
    long = [happening(kind="network_outage", expect=("communicationFailure",), until_ms=AT + 600 * S)]
    assert len(verdict(happenings=long).missed) == 1


def test_a_photocell_that_is_stuck_for_half_an_hour_after_sunrise_is_not_missed() -> None:
    stuck = [happening(kind="photocell_stuck_dark", expect=("photocellFailure",))]
    assert (
        verdict(happenings=stuck, seen=UNTIL - 1800 * S).unobservable[0]["why"]
        == "it was over before it could be noticed"
    )
    lasts = [happening(kind="photocell_stuck_dark", until_ms=UNTIL + HOUR_MS, expect=("photocellFailure",))]
    assert why(verdict(happenings=lasts, seen=AT)) == ["not raised"]


def test_a_silent_pole_may_be_noticed_when_the_outage_is_over() -> None:
    outage = [happening(kind="network_outage", expect=("communicationFailure",), until_ms=AT + 20 * S)]
    late = event(AT + 130 * S, event_type="communicationFailure")
    end = event(AT + 135 * S, False, "communicationFailure")
    assert verdict(late, end, happenings=outage).detected == 1
    assert len(verdict(event(AT + 130 * S), happenings=[happening(until_ms=AT + 20 * S)]).false_alarms) == 1


def test_a_blow_and_a_power_cycle_are_over_by_themselves() -> None:
    for kind, event_type in (("impact", "impactDetected"), ("power_cycle", "supplyLoss")):
        given = [happening(kind=kind, expect=(event_type,))]
        raised, ended = event(AT + S, event_type=event_type), event(AT + 60 * S, False, event_type)
        assert why(verdict(raised, ended, happenings=given)) == []
    lean = [happening(kind="tilt", expect=("orientationChanged",))]
    raised, ended = event(AT + S, event_type="orientationChanged"), event(AT + 60 * S, False, "orientationChanged")
    assert why(verdict(raised, ended, happenings=lean)) == ["ended before until"]


def test_what_was_over_by_itself_explains_nothing_afterwards() -> None:
    cycle = [happening(kind="power_cycle", severity=0.1, until_ms=None, expect=())]  # one minute
    assert verdict(event(AT + 90 * S, event_type="supplyLoss"), happenings=cycle).false_alarms == []
    assert len(verdict(event(AT + 300 * S, event_type="supplyLoss"), happenings=cycle).false_alarms) == 1


def test_severity_nothing_is_never_expected() -> None:
    outage = happening(kind="network_outage", expect=("communicationFailure",), severity=0.0)
    assert verdict(happenings=[outage]).expected == 0


def test_percentiles_are_values_that_occurred() -> None:
    assert percentiles([float(value) for value in range(1, 101)]) == {"p50": 50.0, "p99": 99.0, "max": 100.0}
    assert percentiles([3.0, 1.0]) == {"p50": 1.0, "p99": 3.0, "max": 3.0}
