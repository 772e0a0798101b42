"""docs/scenarios.md: its examples are lived, and its tables are those of the code."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from host_tools.site import load_site
from pole.wire import contract
from simulator import run
from simulator.cli.expectations import failures
from simulator.happenings.catalogue import FORMER, KINDS
from simulator.scenario.check import COMMON, OF_CLOCK, OF_COMMAND

PAGE = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.S | re.M)


def test_there_is_an_example() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_runs_and_meets_its_own_expectations(example: str, tmp_path: Path) -> None:
    path = tmp_path / "my-night.toml"
    path.write_text(example, encoding="utf-8")
    outcome = run.simulate(run.Options(load_site("sagar", 12), datetime(2026, 11, 24, 12), scenario=str(path)))
    report = outcome.report
    assert failures(report) == [] and report["detection"]["unobservable"] == []
    assert report["dark_minutes"] == 0
    found = f"{report['detection']['detected']} of {report['detection']['expected']} faults found, none missed"
    assert found in PAGE
    assert f"0 dark minutes by Diya, {report['dark_minutes_by_faults']:.0f} by the injected faults" in PAGE


def test_every_kind_is_there_with_its_words() -> None:
    for kind in KINDS.values():
        events = ", ".join(f"`{event}`" for event in kind.events) or "none"
        assert f"| `{kind.name}` | {kind.sentence} | {kind.severity} | {events} |\n" in PAGE
    assert set(re.findall(r"^\| `([a-z_]+)` \| .*1\.0", PAGE, re.M)) >= set(KINDS)
    assert all(f"`{former}`" in PAGE for former in FORMER)


def test_every_field_is_there() -> None:
    for field in (*COMMON, *OF_COMMAND, *OF_CLOCK, "name", "hours", "happening"):
        assert re.search(rf"`(\[\[)?{field}(\]\])?`", PAGE), field
    assert all(f"`{owner}`" in PAGE for owner in contract.COMMAND_OWNERS)
