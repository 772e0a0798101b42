"""The demo's street, what its screen says, and the story of its night."""

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from host_tools.site import load_site
from host_tools.site.check import check_site
from simulator import run
from simulator.cli.demo import EVENING, NIGHT_H, SCENARIO, STORY, faults_of, note_of
from simulator.cli.demo_console import DemoConsole
from simulator.cli.demo_site import POLES, write_site
from simulator.cli.demo_story import story


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> run.Outcome:
    """The night of the demo on a modelled network, which takes no time."""
    site = load_site(write_site(tmp_path_factory.mktemp("demo")))
    return run.simulate(run.Options(site, datetime.fromisoformat(EVENING), NIGHT_H, scenario=SCENARIO))


def test_the_street_of_the_demo_is_a_sound_site_on_three_feeders(tmp_path: Path) -> None:
    verdict = check_site(str(write_site(tmp_path)), date(2026, 11, 24))
    assert verdict.problems == [] and verdict.site
    assert (verdict.site.name, len(verdict.site.poles)) == ("sagar", POLES)
    assert [pole.feeder for pole in verdict.site.poles] == ["F01"] * 4 + ["F02"] * 4 + ["F03"] * 4


def test_the_night_is_told_with_one_fault_for_the_feeder(outcome: run.Outcome) -> None:
    lamp, command, feeder = (line for line in story(outcome.street, 1.0) if "lampPowerTooLow" not in line)
    assert re.fullmatch(r"18:0\d to 22:0\d  lampFailure of P0003", lamp)
    assert command == ("18:20 to 19:00  P0010 is sent to 40 %: it had 90 %, gave 40 %, and went back to 90 % by itself")
    assert re.fullmatch(r"18:[34]\d to 21:1\d  feederOutage F02, one fault: P0005 to P0008, 4 poles", feeder)


def test_the_screen_names_the_broker_the_keys_and_what_to_type() -> None:
    console = DemoConsole("http://127.0.0.1:40124/", "admin", "abcd-efgh-jkmn-pqrs", Path("record.sqlite"))
    first, *lines = note_of("mqtt://127.0.0.1:40123", console)
    assert first == "Console: http://127.0.0.1:40124/  log in as admin with abcd-efgh-jkmn-pqrs"
    assert lines[0].startswith("Ctrl-C ends it.  Broker: mqtt://127.0.0.1:40123.")
    assert lines[1].endswith("diya send --broker mqtt://127.0.0.1:40123 --simulated \\")
    assert lines[2] == "    --pole P0002 --level 40 --for 30m"
    assert all(len(line) <= 80 for line in (lines[0], *lines[2:])) and lines[3:] == list(STORY)


def test_a_good_night_has_no_fault_and_each_shortcoming_is_said(outcome: run.Outcome) -> None:
    assert faults_of(outcome) == []
    outcome.street.recorder.reported["P0001"].discard("meter")
    report = {**outcome.report, "dark_minutes": 2.5}
    report["detection"] = {**report["detection"], "detected": 0, "missed": [
        {"type": "lampFailure", "pole": "P0003", "happening": 1, "kind": "lamp_open", "why": "not ended"}
    ]}  # fmt: skip
    assert faults_of(replace(outcome, report=report)) == [
        "P0001 did not report meter",
        "the street was not lit from dusk to dawn: 2.5 dark minutes",
        "missed: lampFailure of P0003 (happening 1, lamp_open): not ended",
    ]
