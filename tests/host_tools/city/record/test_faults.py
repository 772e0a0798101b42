"""`diya record faults` over records of simulated streets: what went wrong is told as it was, in plain words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from host_tools.cli import run
from tests.host_tools.city.record.lived_record import recorded
from tests.simulator.streets import NIGHT

Capture = pytest.CaptureFixture[str]


def happening(kind: str, at: str, until: str = "", where: str = "") -> str:
    rest = f'until = "{until}"\n' if until else ""
    return f'[[happening]]\nkind = "{kind}"\nat = "{at}"\n{rest}{where}\n'


def told(path: Path, capsys: Capture, *options: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["record", "faults", "--record", str(path), "--json", *options]) == 0
    return list(json.loads(capsys.readouterr().out)["faults"])


def in_words(path: Path, capsys: Capture, *options: str) -> list[str]:
    capsys.readouterr()
    assert run(["record", "faults", "--db", str(path), *options]) == 0
    return capsys.readouterr().out.splitlines()


def kinds(found: list[dict[str, Any]]) -> list[tuple[str, str, int, bool]]:
    return [(one["kind"], one["name"], len(one["poles"]), one["ends"] is None) for one in found]


def test_a_feeder_that_trips_and_a_pole_of_another(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "record.sqlite"
    scenario = happening("feeder_trip", "20:10", "20:40", 'feeder = "F02"') + happening(
        "network_outage", "20:15", "", 'pole = "P0003"'
    )
    recorded(file, 1.1, poles=40, start=NIGHT, scenario=scenario)
    found = told(file, capsys)
    assert kinds(found) == [("poleSilent", "P0003", 1, True), ("feederOutage", "F02", 20, False)]
    assert found[1]["evidence"]["supplyLost"] == 20
    lines = in_words(file, capsys)
    assert lines[0].startswith("2026-11-24 21:0")
    assert lines[0].endswith(": 1 fault now, 1 over since 2026-11-23 21:05.")
    assert "NOW  Pole P0003 is silent: it fell silent alone" in lines
    assert any(line.startswith("OVER Feeder F02 was off: 20 of 20 poles fell silent, 20 say that") for line in lines)
    assert lines[-1] == "     poles: P0021 to P0040"
    assert kinds(told(file, capsys, "--since", "10m")) == [("poleSilent", "P0003", 1, True)]


def test_a_feeder_that_is_still_off_may_be_the_access_point_where_both_have_the_same_poles(
    tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "record.sqlite"
    recorded(file, 0.3, poles=40, start=NIGHT, scenario=happening("feeder_trip", "20:05", "", 'feeder = "F02"'))
    [one] = told(file, capsys)
    assert (one["kind"], one["name"], len(one["silent"])) == ("feederOutage", "F02", 20)
    lines = in_words(file, capsys)
    assert lines[2] == (
        "NOW  Feeder F02 is off, or access point katra-bazar is down: 20 of 20 poles fell silent, 20 still are"
    )
    assert lines[3] == "     since 2026-11-24 20:05 (12 min)"
    assert lines[5].startswith("     carry: the key of the feeder pillar")


def test_a_trip_of_seconds_that_no_keepalive_noticed(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "record.sqlite"
    recorded(file, 0.3, poles=40, start=NIGHT, scenario=happening("feeder_trip", "20:05", "20:05:20", 'feeder = "F01"'))
    assert kinds(told(file, capsys)) == [("feederOutage", "F01", 20, False)]


def test_a_network_that_is_gone(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "record.sqlite"
    recorded(file, 1, poles=40, start=NIGHT, scenario=happening("network_outage", "20:10", "20:40"))
    assert kinds(told(file, capsys)) == [("networkOutage", "", 40, False)]


def test_a_broker_that_is_down_and_a_feeder_that_tripped_meanwhile(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "record.sqlite"
    scenario = happening("broker_down", "20:05", "20:35") + happening("feeder_trip", "20:20", "20:55", 'feeder = "F01"')
    lived = recorded(file, 1.2, poles=40, start=NIGHT, scenario=scenario)
    found = told(file, capsys)
    assert kinds(found) == [("brokerOutage", "", 40, False), ("feederOutage", "F01", 20, False)]
    start = lived.street.time.start_unix
    assert found[0]["begins"] == start + 6 * 60
    assert found[1]["evidence"]["lastAlive"] <= start + 20 * 60
    assert found[0]["cause"].startswith("the MQTT broker")


def test_a_broker_that_is_still_down(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "record.sqlite"
    recorded(file, 0.3, poles=4, start=NIGHT, scenario=happening("broker_down", "20:05"))
    assert "NOW  The broker cannot be reached: 4 of 4 poles fell silent, 4 still are" in in_words(file, capsys)


def test_a_failure_that_began_long_before_is_told(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "record.sqlite"
    recorded(
        file, 50, poles=2, start=NIGHT, scenario=happening("network_outage", "20:10", "", 'pole = "P0002"'),
        settings={"meter.sample": 600, "meter.interval": 3600},
    )  # fmt: skip
    [one] = told(file, capsys, "--since", "30m")
    assert (one["name"], one["ends"]) == ("P0002", None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "soon"], "the time is 'soon' and must be such as 2026-11-08"),
        (["--site", "/nowhere"], "the site has no site.toml"),
        (["--db", "/nowhere/record"], "there is no record at /nowhere/record"),
    ],
)
def test_an_error_is_one_sentence(tmp_path: Path, capsys: Capture, options: list[str], said: str) -> None:
    file = tmp_path / "record.sqlite"
    recorded(file, 0.05, poles=1, start=NIGHT)
    assert run(["record", "faults", "--db", str(file), *options]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
