"""`diya simulate`: its flags, what it writes, and how it says that something cannot be."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from host_tools.cli import run
from host_tools.installed import diya_script
from simulator.street.street import Street

Capture = pytest.CaptureFixture[str]
SHORT = ["simulate", "--poles", "2", "--from", "2026-11-24T17:00", "--hours", "1"]

REPORT_KEYS = {
    "site", "scenario", "engine", "broker", "seed", "from", "hours", "poles", "pole_nights", "wall_s", "jobs",
    "memory_bytes", "messages", "bytes", "max_heap_bytes", "flash", "totals", "dark_minutes", "dark_minutes_by_pole",
    "dark_minutes_by_faults", "dark_minutes_by_commands", "dark_spells", "detection",
}  # fmt: skip
DETECTION_KEYS = {"expected", "detected", "found", "missed", "false_alarms", "unobservable", "delay_s"}


def test_the_figures_are_for_people_unless_json_is_asked_for(capsys: Capture) -> None:
    assert run(SHORT) == 0
    out = capsys.readouterr().out
    assert "2 poles of sagar, 1 h from 2026-11-24T17:00" in out
    assert "0 dark minutes by Diya" in out
    assert "2 of 2 poles" in out
    assert run([*SHORT, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == REPORT_KEYS
    assert set(report["detection"]) >= DETECTION_KEYS
    assert (report["poles"], report["hours"], report["dark_minutes"], report["seed"]) == (2, 1.0, 0, 1)
    assert report["max_heap_bytes"] is None


def test_report_transcript_and_plot_are_written_and_named(tmp_path: Path, capsys: Capture) -> None:
    files = {name: tmp_path / name for name in ("report", "transcript", "plot")}
    flags = [text for name, path in files.items() for text in (f"--{name}", str(path))]
    assert run([*SHORT, "--engine", "micropython", *flags]) == 0
    out = capsys.readouterr().out
    for name, path in files.items():
        assert f"{name} written to" in out
        assert path.exists()
    report = json.loads(files["report"].read_text())
    assert set(report) == REPORT_KEYS
    assert 50_000 < report["max_heap_bytes"] <= 240 * 1024
    lines = [json.loads(line) for line in files["transcript"].read_text().splitlines()]
    assert {line["pole"] for line in lines} == {"P0001", "P0002"}
    assert [line["ms"] for line in lines] == sorted(line["ms"] for line in lines)
    assert files["plot"].read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_speed_is_kept_without_a_broker_too(capsys: Capture) -> None:
    assert run(["simulate", "--poles", "1", "--hours", "0.5", "--speed", "6000", "--json"]) == 0
    assert 0.28 < json.loads(capsys.readouterr().out)["wall_s"] < 5


def test_the_same_seed_the_same_transcript(tmp_path: Path) -> None:
    texts = []
    for number, seed in enumerate((7, 7, 8)):
        path = tmp_path / str(number)
        assert run([*SHORT, "--seed", str(seed), "--transcript", str(path), "--json"]) == 0
        texts.append(path.read_bytes())
    assert texts[0] == texts[1] != texts[2]


def test_a_scenario_is_a_file_or_a_name(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "cut.toml"
    path.write_text('name = "a cut"\nhours = 0.5\n[[happening]]\nkind = "power_cut"\nat = "+5m"\nuntil = "+10m"\n')
    assert run(["simulate", "--poles", "2", "--scenario", str(path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["scenario"], report["hours"], report["totals"]["boots_powerOn"]) == ("a cut", 0.5, 4)
    assert run(["simulate", "--poles", "8", "--scenario", "broker-down", "--hours", "0.1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scenario"] == "the broker is down"


LAMP_AND_CUT = """name = "a lamp and a cut"
hours = 2
[[happening]]
kind = "lamp_open"
pole = "P0001"
at = "+1h"
until = "+1h20m"
expect = ["lampFailure"]
[[happening]]
kind = "mains_cut"
pole = "P0002"
at = "+1h"
until = "+1h30m"
expect = ["supplyLoss"]
[[happening]]
kind = "command"
pole = "P0003"
at = "+1h30m"
level = 40
minutes = 20
"""


def test_what_was_found_is_said_and_whose_the_darkness_was(tmp_path: Path, capsys: Capture) -> None:
    path, picture = tmp_path / "x.toml", tmp_path / "x.png"
    path.write_text(LAMP_AND_CUT)
    flags = ["--scenario", str(path), "--from", "2026-11-24T20:00", "--plot", str(picture)]
    assert run(["simulate", "--poles", "3", *flags]) == 0
    out = capsys.readouterr().out
    assert "0 dark minutes by Diya, 50 by the injected faults" in out
    assert "2 of 2 faults found, none missed, no false alarms" in out
    assert re.search(r"found: lampFailure of P0001, raised \d+ s after it could first be sensed\n", out)
    assert "found: supplyLoss of P0002, raised" in out
    assert picture.exists()


def test_the_plot_has_the_level_of_the_wire_and_the_light_by_name(tmp_path: Path) -> None:
    from tests.simulator.streets import live

    lived = live(1.7, poles=3, start="2026-11-24T20:00", scenario=LAMP_AND_CUT.split("\n", 2)[2])
    (series,) = lived.street.told.levels(["P0003"])
    assert set(series.values) == {100.0, 40.0}  # as it was told, not the light of 45 % that came of it
    (light,) = lived.street.log.levels(["P0001"])
    assert 0.0 in light.values and lived.street.told.levels(["P0001"])[0].values[-1] == 100.0


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_ctrl_c_ends_a_run_in_a_sentence_and_writes_nothing(engine: str, tmp_path: Path) -> None:
    command = [diya_script(), "simulate", "--poles", "2", "--hours", "5000", "--report", "r.json", "--engine", engine]
    process = subprocess.Popen(
        [*command, "--broker", "embedded"], cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stderr and "broker at" in process.stderr.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the run
        _out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130
    assert re.fullmatch(r"diya: ended at .* of the run, before its end: no file was written\.\n", err)
    assert list(tmp_path.iterdir()) == []


def test_what_can_happen_is_listed(capsys: Capture) -> None:
    assert run(["simulate", "--list-happenings"]) == 0
    out = capsys.readouterr().out
    for kind in (
        "mains_cut",
        "feeder_trip",
        "network_outage",
        "broker_down",
        "clock_lost",
        "data_corrupt",
        "lamp_open",
        "relay_welded",
    ):
        assert f"\n{kind} " in "\n" + out
    assert "Severity: 1.0" in out
    assert "Event expected: lampFailure.\n" in out and "Event expected: none.\n" in out
    assert "quiet-night" in out
    assert run(["simulate", "--list-happenings", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"kind", "what", "severity", "expected"} == set(listed["happenings"][0])
    expected = {entry["kind"]: entry["expected"] for entry in listed["happenings"]}
    assert expected["theft"] == ["currentTooHigh"] and expected["fog"] == []


CUT = 'name = "a cut"\nhours = 0.3\n[[happening]]\nkind = "mains_cut"\npole = "P0002"\nat = "+5m"\nuntil = "+10m"\n'


@pytest.mark.parametrize(
    ("expect", "code", "sentence"),
    [
        ('expect = ["supplyLoss"]', 0, ""),
        ('expect = ["lampFailure"]', 3, "missed: lampFailure of P0002 (happening 1, mains_cut): not raised\n"),
    ],
)
def test_an_expectation_that_fails_is_exit_code_3_and_a_sentence(
    expect: str, code: int, sentence: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "cut.toml"
    path.write_text(CUT + expect)
    assert run(["simulate", "--poles", "2", "--scenario", str(path)]) == code
    assert capsys.readouterr().err == sentence


def test_a_firmware_that_fails_is_exit_code_1_whatever_was_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Street, "failures", lambda street: ["P0001: it broke"])
    path = tmp_path / "cut.toml"
    path.write_text(CUT + 'expect = ["lampFailure"]')
    assert run(["simulate", "--poles", "2", "--scenario", str(path)]) == 1


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--from", "yesterday"], "--from is 'yesterday' and must be a local time"),
        (["--from", "2026-11-24T12:00+05:30"], "must be a local time"),
        (["--from", "1999-01-01T00:00"], "from 2024 to 2060"),
        (["--hours", "0"], "--hours is 0 and must be 0.01 to 87840"),
        (["--hours", "-3"], "--hours is -3 and must be"),
        (["--hours", "0.0001"], "--hours is 0.0001 and must be"),
        (["--hours", "nan"], "--hours is nan and must be"),
        (["--hours", "1e9"], "--hours is 1e+09 and must be"),
        (["--poles", "100001"], "100001"),
        (["--seed", "9" * 30], "9" * 30),
        (["--seed", "-1"], "-1"),
        (["--credentials", "."], "the broker is none and must be mqtts://HOST:PORT"),
        (["--city-port", "99"], "the broker is none and must be mqtts://HOST:PORT where there is a --city-port"),
        (["--scenario", ""], "the scenario is empty and must be a TOML file or one of benign"),
        (["--scenario", "."], "which is a folder, and must be a TOML file"),
        (["--scenario", "every-faults"], "the closest is every-fault"),
        (["--site", __file__], "must be a folder"),
        (["--poles", "0"], "0"),
        (["--engine", "jython"], "'jython'"),
        (["--speed", "fast"], "--speed is 'fast' and must be max, or 0.01 to 100000"),
        (["--speed", "0"], "--speed is '0'"),
        (["--speed", "inf"], "--speed is 'inf'"),
        (["--speed", "nan"], "--speed is 'nan'"),
        (["--speed", "max", "--broker", "embedded"], "a real broker lives in real time"),
        (["--broker", "http://x"], "the broker is 'http://x' and must be mqtt://"),
        (["--broker", "mqtt://127.0.0.1:1"], "no MQTT broker answers at mqtt://127.0.0.1:1"),
        (["--scenario", "no-such"], "no-such and must be a TOML file or one of benign, broker-down"),
        (["--site", "/no/such/site"], "/no/such/site"),
        (["--seed", "x"], "'x'"),
        (["--report", "/no/such/folder/r.json"], "--report is /no/such/folder/r.json, and there is no folder /no"),
        (["--plot", f"{__file__}/x.png"], "is a file and must be a folder"),
        (["--plot", "."], "is a directory"),
        (["--plot", "x.xyz"], "--plot is x.xyz, and the picture is a PNG: its name must end in .png"),
        (["--heatmap", "x.jpg"], "--heatmap is x.jpg, and the picture is a PNG: its name must end in .png"),
        (["--map", "/no/such/folder/m"], "--map is /no/such/folder/m, and there is no folder /no"),
        (["--jobs", "0"], "'--jobs': 0 is not in the range 1<=x<=1024"),
        (["--jobs", "x"], "'--jobs': 'x' is not a valid integer range"),
        (["--jobs", "2", "--speed", "9"], "--jobs is 2 and must be 1 where --speed or --broker ties the street to the"),
        (["--jobs", "2", "--broker", "embedded"], "--jobs is 2 and must be 1 where --speed or --broker ties"),
        (["--zone", "no-such"], "--zone is 'no-such' and must be a zone, ward, feeder or road class of this run, "),
        (["--zone", "F011"], "must be a zone, ward, feeder or road class of this run: the closest is F01"),
        (["--zone", ""], "--zone is '' and must be a zone, ward, feeder or road class of this run, such as"),
        (["--plot", "x", "--report", "x"], "which --report names too"),
        (["--no-such-flag"], "--no-such-flag"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_a_failure(flags: list[str], sentence: str, capsys: Capture) -> None:
    assert run(["simulate", "--poles", "1", "--hours", "0.01", *flags]) != 0
    out, err = capsys.readouterr()
    assert sentence in err
    assert err.startswith("diya: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err + out
    assert "bug" not in err


def test_every_mistake_of_a_scenario_is_a_line_with_its_number(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('name = "x"\n[[happening]]\nkind = "earthquake"\nat = "25:00"\n')
    assert run(["simulate", "--scenario", str(path)]) == 1
    first, second, count = capsys.readouterr().err.splitlines()
    assert first.startswith(f"{path} line 3: happening 1: kind is earthquake and must be one of")
    assert second.startswith(f"{path} line 4: happening 1: at is 25:00 and must be")
    assert count == "diya: the scenario has 2 mistakes."
    path.write_text('name = "x"\n[[happening]]\nkind = "fog"\nat = "25:00"\n')
    assert run(["simulate", "--scenario", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"diya: {path} line 4: happening 1: at is 25:00 and must be")


def test_files_are_tried_before_the_run(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("simulator.run.simulate", lambda *arguments: pytest.fail("it ran"))
    for option in ("--report", "--transcript", "--plot"):
        assert run(["simulate", option, "/no/such/folder/x"]) == 1
        assert f"{option} is /no/such/folder/x" in capsys.readouterr().err


def test_without_the_virtual_machine_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("DIYA_MICROPYTHON", "/nowhere/micropython")
    assert run([*SHORT, "--engine", "micropython"]) == 1
    assert "DIYA_MICROPYTHON is /nowhere/micropython" in capsys.readouterr().err


def test_a_broken_pole_is_a_failure_that_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    import main

    async def broken(ports):
        raise ValueError("no life in it")

    monkeypatch.setattr(main, "live", broken)
    assert run([*SHORT, "--hours", "0.01"]) == 1
    assert "no life in it" in capsys.readouterr().err


def test_a_zone_is_its_part_of_the_whole(tmp_path: Path, capsys: Capture) -> None:
    flags = ["simulate", "--poles", "4", "--scenario", "city-commands", "--from", "2026-11-25T02:55", "--hours", "0.2"]
    lines, poles = [], []
    for zone in ([], ["--zone", "junction"]):
        path = tmp_path / f"t{len(zone)}"
        assert run([*flags, *zone, "--transcript", str(path), "--json"]) == 0
        lines.append(path.read_text().splitlines())
        poles.append(json.loads(capsys.readouterr().out)["poles"])
    others = ('"pole":"P0002"', '"pole":"P0003"', '"pole":"P0004"')
    assert lines[1] == [line for line in lines[0] if not any(other in line for other in others)]
    assert poles == [4, 1] and any('"pole":"_all"' in line for line in lines[1])
