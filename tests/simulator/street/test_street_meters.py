"""A street whose boards have another meter: faults of lamp and meter are found as with the BL0942, on both engines."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from host_tools.site import load_site
from simulator import run
from simulator.street.street import Street

EXAMPLES = Path(__file__).parents[3] / "boards" / "examples"
TRANSCRIPTS: dict[str, list[str]] = {}
SCENARIO = """
name = "a lamp fails, and then the meter"
hours = 1.0

[[happening]]
kind = "lamp_open"
pole = "P0001"
at = "20:10"
until = "20:20"
expect = ["lampFailure"]
within_s = 180
"""


def live(board: Path, engine: str, folder: Path, begin: Any) -> run.Outcome:
    scenario = folder / "lamp.toml"
    scenario.write_text(SCENARIO)
    start = datetime.fromisoformat("2026-11-24T20:00")
    options = run.Options(
        load_site("sagar", 1), start, 1.0, engine=engine, scenario=str(scenario), board=str(board), transcript=True
    )
    return run.simulate(options, begin=begin)


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
@pytest.mark.parametrize("board", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_a_lamp_and_then_the_meter_fail(board: Path, engine: str, tmp_path: Path) -> None:
    def begin(street: Street) -> None:
        meter = street.poles["P0001"].wiring.meter

        def breaks(broken: int) -> None:
            meter.broken = broken

        street.kernel.at(35 * 60_000, lambda: breaks(1))
        street.kernel.at(50 * 60_000, lambda: breaks(0))

    outcome = live(board, engine, tmp_path, begin)
    assert outcome.report["detection"]["detected"] == 1
    told = [(event.event_type, event.starts) for event in outcome.street.recorder.events]
    assert [one for one in told if one[0] in ("lampFailure", "meterFailure")] == [
        ("lampFailure", True), ("lampFailure", False), ("meterFailure", True), ("meterFailure", False),
    ], told  # fmt: skip
    assert not outcome.report["detection"]["missed"]
    transcript = outcome.transcript
    assert transcript
    TRANSCRIPTS.setdefault(board.stem, transcript.lines())
    assert transcript.lines() == TRANSCRIPTS[board.stem]  # the other engine's


def test_a_micropython_without_a_pulse_counter_costs_the_meter_and_no_light(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str) -> Any:
        raise AttributeError(f"module 'machine' has no attribute {name!r}")

    def begin(_street: Street) -> None:
        monkeypatch.setattr(sys.modules["machine"], "__getattr__", nothing)

    outcome = live(EXAMPLES / "virtual-bl0937.toml", "cpython", tmp_path, begin)
    assert outcome.transcript
    (told,) = (line for line in outcome.transcript.lines() if "partFailure" in line)
    assert "meter" in told
    assert "AttributeError" in told and "Counter" in told
    assert outcome.report["dark_minutes"] == 0
