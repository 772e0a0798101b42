"""A pole does the same in any cell as in a run of the whole street."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from host_tools.site import load_site
from simulator import run
from simulator.city import spool
from simulator.city.cells import City, cells_of, simulate_cell
from simulator.run_options import read_scenario, run_time

# what reaches several poles at once: of a feeder, of a group, all of them, by name, the broker
TOGETHER = """name = "together"
hours = 0.4
[[happening]]
kind = "command"
poles = ["P0002", "P0004", "P0005"]
at = "+4m"
level = 60
minutes = 3
[[happening]]
kind = "command"
group = "F01"
at = "+6m"
level = 70
minutes = 3
[[happening]]
kind = "command"
at = "+8m"
level = 80
minutes = 2
[[happening]]
kind = "lamp_open"
pole = "P0003"
at = "+5m"
expect = ["lampFailure"]
[[happening]]
kind = "mains_cut"
poles = ["P0001", "P0005"]
at = "+10m"
until = "+14m"
expect = ["supplyLoss"]
[[happening]]
kind = "broker_down"
at = "+17m"
until = "+19m"
[[happening]]
kind = "clock_drift"
at = "+1m"
until = "+20m"
"""


def options(folder: Path, poles: int, text: str = TOGETHER, **more: Any) -> run.Options:
    path = folder / "scenario.toml"
    path.write_text(text)
    start = datetime.fromisoformat("2026-11-24T20:00")
    return run.Options(load_site("sagar", poles), start, scenario=str(path), transcript=True, **more)


def test_cells_have_each_pole_once_in_the_order_of_the_site() -> None:
    whole = run.Options(load_site("sagar", 7), datetime(2026, 11, 24))
    cells = cells_of(whole, 3)
    assert cells == (("P0001", "P0002", "P0003"), ("P0004", "P0005", "P0006"), ("P0007",))
    assert cells_of(replace(whole, part=("P0002", "P0005")), 3) == (("P0002", "P0005"),)


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_the_cells_together_are_the_street_in_one_run(engine: str, tmp_path: Path) -> None:
    chosen = options(tmp_path, 5, engine=engine)
    whole = run.simulate(chosen)
    time = run_time(chosen)
    city = City(chosen, read_scenario(chosen, time), time, cells_of(chosen, 2), tmp_path)
    first, *others = (simulate_cell(city, number, lambda *_: None, lambda _: None) for number in (0, 1, 2))
    for other in others:
        first.join(other)
    transcript = tmp_path / "transcript.jsonl"
    spool.merge(tmp_path, 3, transcript)
    assert whole.transcript is not None
    assert transcript.read_text().splitlines() == whole.transcript.lines()
    assert {'"pole":"_all"', '"pole":"_group/F01"'} <= {line.split(",")[1] for line in whole.transcript.lines()}
    joined = run.report_of(chosen, city.scenario, time, first, 0.0)
    differ = ("wall_s", "memory_bytes", "max_heap_bytes")
    assert {**joined, **dict.fromkeys(differ)} == {**whole.report, **dict.fromkeys(differ)}
    assert joined["detection"]["detected"] == 3 and joined["totals"]["acks_applied"] >= 10
    assert first.log.power() == whole.result.log.power()
