"""The sentences about expectations that failed."""

from typing import Any

import pytest

from simulator.expectations import expectations_failed, failures


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
