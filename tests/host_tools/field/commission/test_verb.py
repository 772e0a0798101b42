"""`diya commission` and `diya pole` as a technician types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from rich.console import Console

from host_tools.cli import run
from host_tools.field.console_client import Service
from host_tools.field.console_client.screen import draw
from host_tools.language import Language
from host_tools.registry import Registry
from tests.host_tools.field.console_client.fake_pole import FakePole

HOUR = 3600
SITE = """
name = "town"
title = "A town"
version = 1
[place]
latitude = 23.84
longitude = 78.74
timezone = "Asia/Kolkata"
[light]
programme = "all"
[programmes]
all = [{ at = "sunset", level = 100 }, { at = "sunrise", level = 0 }]
[road_classes]
main-road = "all"
[luminaires.led-90]
rated_w = 90
lumens = 11700
points = [
  { level = 0, power_w = 0.5, power_factor = 0.10 },
  { level = 10, power_w = 11.9, power_factor = 0.60 },
  { level = 25, power_w = 24.9, power_factor = 0.72 },
  { level = 50, power_w = 46.4, power_factor = 0.85 },
  { level = 75, power_w = 68.0, power_factor = 0.94 },
  { level = 100, power_w = 90.0, power_factor = 0.98 },
]
"""
POLES = """pole,latitude,longitude,ward,zone,feeder,road_class,luminaire,board
P0001,23.8401,78.7402,W01,north,F01,main-road,led-90,virtual
"""


@pytest.fixture
def pole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakePole:
    now = datetime.now(ZoneInfo("Asia/Kolkata")).replace(tzinfo=None, microsecond=0)
    found = FakePole(datetime.fromtimestamp(now.timestamp() - HOUR))

    def opened(_kind: type[Service], url: str, on_log: Callable[[str], None] | None = None) -> Service:
        return Service(found, url, on_log, found.monotonic)

    monkeypatch.setattr(Service, "open", classmethod(opened))
    monkeypatch.setenv("DIYA_REGISTRY", str(tmp_path / "registry.sqlite"))
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "town"
    site.mkdir()
    (site / "site.toml").write_text(SITE)
    (site / "poles.csv").write_text(POLES)
    return found


def commissioned(*options: str) -> int:
    return run(["commission", "--port", "socket://pole", "--technician", "Asha", "--site", "town", *options])


def test_it_ends_with_a_record_in_json_and_pdf_and_in_the_registry(
    pole: FakePole, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Registry(tmp_path / "registry.sqlite").bind("24:6f:28:aa:bb:cc", "P0001", "town", 1_760_000_000)
    assert commissioned("--out", "records", "--position", "23.85,78.75") == 0
    said = capsys.readouterr().out
    assert "P0001 is commissioned: all 9 checks passed." in said
    assert "supply voltage: 2" in said and "(196.8 to 278.4 V)" in said
    json_file, pdf_file = sorted((tmp_path / "records").iterdir())
    record = json.loads(json_file.read_text())
    assert (record["pole"], record["by"], record["mac"]) == ("P0001", "Asha", "24:6f:28:aa:bb:cc")
    assert record["position"] == [23.85, 78.75] and record["passed"] is True
    assert record["luminaire"]["name"] == "led-90" and len(record["stored"]) == 5
    assert {check["check"] for check in record["checks"]} >= {"ramp", "relay", "curve"}
    assert pdf_file.read_bytes().startswith(b"%PDF")
    kept = [entry for entry in Registry(tmp_path / "registry.sqlite").entries() if entry.record]
    assert kept[0].record == record and kept[0].position == (23.85, 78.75)


def test_what_fails_is_told_with_what_to_do_and_the_code_says_so(
    pole: FakePole, capsys: pytest.CaptureFixture[str]
) -> None:
    pole.rssi = -90
    assert commissioned("--lang", "hi") == 3
    said = capsys.readouterr().out
    assert "एक्सेस पॉइंट का सिग्नल: -90 dBm (-80 से -15 dBm)" in said
    assert "→ एंटीना और उसका प्लग जाँचें" in said
    assert "P0001 की कमीशनिंग नहीं हुई: 1 जाँचें गलत रहीं (रेडियो)" in said


def test_json_is_the_record_and_nothing_else(pole: FakePole, capsys: pytest.CaptureFixture[str]) -> None:
    assert commissioned("--json") == 0
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert record["position"] == [23.8401, 78.7402]  # as in poles.csv
    figures = [figure for check in record["checks"] for figure in check["figures"]]
    assert all(figure["source"] and {"value", "low", "high", "unit", "passed"} <= set(figure) for figure in figures)
    assert len(record["files"]) == 2


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--pole", "P0002"], 4, "the pole at this port is town/P0001 and --pole says P0002"),
        (["--pole", "diya:town/P0002"], 4, "wrong cable"),
        (["--position", "here"], 2, "--position is 'here' and must be LATITUDE,LONGITUDE"),
        (["--position", "91,0"], 2, "must be LATITUDE,LONGITUDE"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_done(
    pole: FakePole, options: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commissioned(*options) == code
    assert sentence.lower() in capsys.readouterr().err.lower()
    assert [asked for asked in pole.requests if asked["do"] == "set"] == []


def test_without_a_name_nobody_commissions(
    pole: FakePole, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIYA_TECHNICIAN", raising=False)
    assert run(["commission", "--port", "x"]) == 2
    assert "--technician" in capsys.readouterr().err
    monkeypatch.setenv("DIYA_TECHNICIAN", "Asha")
    assert run(["commission", "--port", "x", "--pole", "diya:town/P0001", "--site", "town"]) == 0


def test_the_label_of_the_right_pole_is_taken(pole: FakePole) -> None:
    assert commissioned("--pole", "diya:town/P0001") == 0


def test_pole_shows_what_goes_on(pole: FakePole, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pole", "--port", "socket://pole"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("P0001 of town at socket://pole: board virtual")
    for part in ("100 %, dimmer at 100.00 %", "all night (calendar)", "power factor 0.9", "closed", "-61 dBm", "none"):
        assert part in said
    assert run(["pole", "--json", "--port", "x"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"]["pole"] == "P0001" and told["reading"]["relay"] is True


def test_pole_sets_a_level_that_ends_by_itself_and_releases_it(
    pole: FakePole, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pole", "--port", "x", "set", "40", "--for", "10m", "--reason", "Prüfung"]) == 0
    assert "The light goes to 40 % until" in capsys.readouterr().out
    asked = pole.requests[-1]
    assert (asked["level"], asked["for"], asked["reason"]) == (40, 600, "Prüfung")
    pole.pass_ms(3000)
    assert pole.plant.light(pole.ms) < 0.5
    assert run(["pole", "release", "--port", "x", "--lang", "hi"]) == 0
    assert "ओवरराइड समाप्त" in capsys.readouterr().out
    pole.pass_ms(3000)
    assert pole.plant.light(pole.ms) > 0.99
    for words in (["set", "101"], ["set", "50", "--for", "2h"]):
        assert run(["pole", *words, "--port", "x"]) == 2
        assert "must be" in capsys.readouterr().err


def test_pole_reads_log_and_journal(pole: FakePole, capsys: pytest.CaptureFixture[str]) -> None:
    pole.events = [
        {"eventType": "lampFailure", "startEndFlag": flag, "timestamp": 1795531800, "attributes": {"activePower": 0.1}}
        for flag in (True, False)
    ] * 15
    assert run(["pole", "journal", "--port", "x"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 20
    assert lines[-1].split()[0] == "30" and "lampFailure is over  activePower=0.1" in lines[-1]
    assert run(["pole", "journal", "--port", "x", "--from", "29", "--json"]) == 0
    assert [json.loads(line)["sequence"] for line in capsys.readouterr().out.splitlines()] == [29, 30]
    pole.say("diya: joined the network")
    assert run(["pole", "log", "--port", "x", "--seconds", "0.2", "--lang", "hi"]) == 0
    assert capsys.readouterr() == ("diya: joined the network\n", "")


def test_the_log_of_a_port_without_a_pole_says_so(pole: FakePole, capsys: pytest.CaptureFixture[str]) -> None:
    pole.spoil = lambda data: b""
    assert run(["pole", "log", "--port", "x", "--seconds", "3"]) == 11
    out, err = capsys.readouterr()
    assert (out, err.count("Nothing answers at")) == ("", 1)
    pole.say("waiting for download")
    assert run(["pole", "log", "--port", "x", "--seconds", "3"]) == 0
    out, err = capsys.readouterr()
    assert out == "waiting for download\n" and "waits in its loader: press its reset button" in err


@pytest.mark.parametrize("code", ["en", "hi"])
@pytest.mark.parametrize(("width", "height"), [(100, 40), (80, 24), (60, 8)])
def test_the_live_screen_fits_its_terminal_and_shows_what_is_wrong(
    pole: FakePole, code: str, width: int, height: int
) -> None:
    pole.online = False
    service = Service(pole, "socket://pole", None, pole.monotonic)
    log = [f"diya: line {number} " + "x" * 200 for number in range(50)]
    console = Console(width=width, height=height, color_system=None)
    with console.capture() as captured:
        console.print(
            draw(Language(code), service.status(), service.read(), log, "socket://pole", width, height), end=""
        )
    lines = captured.get().splitlines()
    assert len(lines) <= height
    assert max(cell_len(line) for line in lines) <= width
    assert "██" in captured.get()
    assert Language(code).say("pole.offline") in captured.get()


def test_a_folder_that_takes_no_record_is_said_before_the_pole_is_touched(
    pole: FakePole, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    asked = len(pole.requests)
    words = ["commission", "--port", "x", "--technician", "Asha", "--out", str(tmp_path / "file" / "records")]
    assert run(words) == 2
    assert f"No record can be written to the folder {tmp_path / 'file' / 'records'}" in capsys.readouterr().err
    assert len(pole.requests) == asked


@pytest.mark.parametrize(
    ("reason", "words"), [("x" * 41, "must be text of at most 40 characters"), ("a\x1b[2J", "none a control character")]
)
def test_a_reason_that_the_pole_would_not_take_is_refused(
    pole: FakePole, capsys: pytest.CaptureFixture[str], reason: str, words: str
) -> None:
    assert run(["pole", "set", "60", "--port", "x", "--reason", reason]) == 2
    assert words in capsys.readouterr().err and not pole.requests


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_hindi_is_what_was_typed_whatever_the_locale(
    pole: FakePole, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    typed = "त्योहार".encode()
    monkeypatch.setattr("os.fsencode", lambda text: text.encode(encoding, "surrogateescape"))
    assert run(["pole", "set", "60", "--port", "x", "--reason", typed.decode(encoding, "surrogateescape")]) == 0
    assert pole.requests[-1]["reason"] == "त्योहार"
