"""Calls of a scenario: read from its file with every mistake, and filled with times."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from host_tools.site import load_site
from simulator.run_time import RunTime
from simulator.scenario import ScenarioError, find_scenario, load_scenario
from simulator.scenario.call import Call
from tests.town import SAGAR

ZONE = ZoneInfo("Asia/Kolkata")
START = int(datetime(2026, 11, 24, 18, 30, tzinfo=ZONE).timestamp())


def read(folder: Path, text: str) -> tuple[Call, ...]:
    file = folder / "scenario.toml"
    file.write_text(f'name = "calls"\n{text}')
    return load_scenario(file, load_site(SAGAR), RunTime(START, "Asia/Kolkata")).calls


def test_a_call_is_made_of_its_table(tmp_path: Path) -> None:
    (one,) = read(tmp_path, '[[call]]\nsystem = "CCTV"\nat = "19:00"\npath = "/doors/incidents"\nbody = "{}"\n')
    assert (one.at_ms, one.system, one.method, one.path) == (1_800_000, "CCTV", "POST", "/doors/incidents")
    assert (one.body, one.headers) == ("{}", {"content-type": "application/json"})


@pytest.mark.parametrize(("text", "filled"), [
    ("${+1h30m}", "2026-11-24T20:30:00+05:30"), ("${-1m}", "2026-11-24T18:59:00+05:30"),
    ("${+2d;date}", "2026-11-26"), ("${+0m}", "2026-11-24T19:00:00+05:30"), ("$5 {+1h}", "$5 {+1h}"),
])  # fmt: skip
def test_times_are_those_of_the_call(text: str, filled: str) -> None:
    made = Call(0, "", "POST", f"/x/{text}", text).at(datetime(2026, 11, 24, 19, 0, tzinfo=ZONE))
    assert (made.path, made.body) == (f"/x/{filled}", filled)


@pytest.mark.parametrize(("table", "said"), [
    ('path = "/x"', "at"), ('at = "19:00"', "a path of the console"), ('at = "19:00"\npath = "x"', "a path of"),
    ('at = "19:00"\npath = "/x y"', "a path of"), ('at = "19:00"\npath = "/x"\nmethod = "PATCH"', "one of GET"),
    ('at = "19:00"\npath = "/x"\nbody = 3', "a text of"), ('at = "17:00"\npath = "/x"\nverb = 1', "not a field"),
])  # fmt: skip
def test_a_mistake_is_said_with_its_line(tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, f"[[call]]\n{table}\n")
    with pytest.raises(ScenarioError, match=r"tables, each under \[\[call\]\]"):
        read(tmp_path, "call = 3\n")


def test_the_evening_at_the_command_centre_has_a_call_of_each_system() -> None:
    site, time = load_site(SAGAR), RunTime(START, "Asia/Kolkata")
    calls = load_scenario(find_scenario("iccc-evening"), site, time).calls
    assert {one.system for one in calls} == {
        "election webcasting", "CM Helpline", "traffic management", "CCTV", "disaster management", "GIS property tax",
        "e-governance",
    }  # fmt: skip
