"""The sentences about expectations that failed."""

from typing import Any

import pytest

from simulator.cli.expectations import expectations_failed, failures, say_found


def report(missed: int = 0, false: int = 0) -> dict[str, Any]:
    entry = {"happening": 3, "kind": "theft", "pole": "P0007", "type": "currentTooHigh", "why": "not raised"}
    alarm = {"pole": "P0001", "type": "lampFailure", "timestamp": 1795530600, "id": "a-1"}
    detection = {"missed": [entry] * missed, "false_alarms": [alarm] * false}
    return {"from": "2026-11-24T12:00:00+05:30", "detection": detection}


def test_what_was_missed_and_what_was_false_is_said_in_local_time() -> None:
    assert failures(report(1, 1)) == [
        "missed: currentTooHigh of P0007 (happening 3, theft): not raised",
        "false alarm: lampFailure of P0001 at 2026-11-24T20:00:00: nothing explains it",
    ]


def test_nothing_is_said_where_nothing_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert not expectations_failed(report())
    assert capsys.readouterr().err == ""


def test_of_many_the_first_ten_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert expectations_failed(report(8, 7))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[-1] == "and 5 more expectations failed: --report has them all"


def test_what_was_found_is_said_by_type_and_what_was_not_judged_with_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    entry = {"happening": 1, "kind": "lamp_open", "type": "lampFailure"}
    found = [{**entry, "pole": f"P{number:04}", "delay_s": 20.0 + number} for number in range(1, 9)]
    late = {**entry, "pole": "P0009", "why": "the pole could never sense it"}
    tilt = {"happening": 2, "kind": "tilt", "type": "orientationChanged", "pole": "P0001", "delay_s": 30.4}
    say_found({"detection": {"expected": 9, "found": [*found, tilt], "unobservable": [late]}})
    assert capsys.readouterr().out.splitlines() == [
        "found: lampFailure of 8 poles, raised 21 to 28 s after it could first be sensed",
        "found: orientationChanged of P0001, raised 30 s after it could first be sensed",
        "not judged: lampFailure of P0009 (happening 1, lamp_open): the pole could never sense it",
    ]
