"""`diya` as people use it: quick help, sentences instead of tracebacks, JSON for programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from host_tools.cli import VERBS, run

SAGAR = str(Path(__file__).parents[2] / "simulator" / "sites" / "sagar")

Capture = pytest.CaptureFixture[str]


def test_help_lists_every_verb_and_imports_none_of_them() -> None:
    code = (
        "import sys; from host_tools.cli import run; run(['--help'])\n"
        "heavy = {'paho', 'rich', 'matplotlib', 'plotext', 'simulator', 'tree_sitter'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert all(f"  {verb} " in done.stdout for verb in VERBS)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["dance"], 2, "No such command 'dance'."),
        (["site", "check", "/nowhere/at/all"], 1, "has no site.toml"),
        (["site", "preview", SAGAR, "--date", "soon"], 1, "the date is 'soon' and must be YYYY-MM-DD"),
        (["site", "preview", SAGAR, "--group", "moon"], 1, "the group is 'moon' and must be one of F01"),
        (
            ["site", "preview", SAGAR, "--date", "2026-11-08", "--png", "/nowhere/x.png"],
            1,
            "--png is /nowhere/x.png, and there is no folder /nowhere",
        ),
        (["boards", "arduino"], 1, "There is no board 'arduino'"),
        (["watch", "--broker", "mqtt://127.0.0.1:1", "--once"], 1, "no MQTT broker answers at mqtt://127.0.0.1:1"),
        (["watch", "--broker", "tcp://x"], 1, "the broker is 'tcp://x' and must be mqtt://HOST"),
        (["watch", "--site", "no/where"], 1, "the site is 'no/where' and must be a name"),
        (["watch", "--seconds", "-1"], 1, "--seconds is -1 and must be above 0"),
        (["send", "--level", "50"], 1, "exactly one of --pole, --group and --all"),
        (["send", "--all", "--pole", "P0001", "--level", "50"], 1, "exactly one of --pole, --group and --all"),
        (["send", "--group", "", "--level", "50"], 2, "'--group': it is empty"),  # it must not mean every pole
        (["send", "--all", "--level", "50", "--for", " "], 2, "'--for': it is empty"),
        (["send", "--pole", "#", "--level", "50"], 1, "--pole is '#' and must be 1 to 32 letters"),
        (["watch", "--root", "diya/#"], 1, "--root is 'diya/#' and must be names joined by /"),
        (["watch", "--root", "/".join("x" * 40)], 1, "at most 64 characters"),
        (["watch", "--login", ""], 2, "'--login': it is empty"),
        (["record", "show", "--db", ""], 2, "it is empty"),
        (
            ["send", "--all", "--level", "600", "--broker", "mqtt://127.0.0.1:1"],
            1,
            "the level is 600 and must be 0 to 100",
        ),
        (["send", "--all"], 1, "--level is missing and must be given, 0 to 100 percent"),
        (["send", "--all", "--level", "x"], 2, "'x' is not a valid integer."),
        (["send", "--all", "--level", "5", "--for", "ever"], 1, "the span is 'ever' and must be such as 90s"),
        (["send", "--all", "--level", "5", "--for", "1h", "--until", "22:00"], 1, "by one of --for and --until"),
        (["send", "--all", "--cancel", "--level", "5"], 1, "must be left out"),
        (
            ["send", "--all", "--level", "5", "--key-file", "/nowhere/key"],
            1,
            "the key file /nowhere/key cannot be read",
        ),
    ],
)
def test_an_error_is_one_sentence_on_stderr(capsys: Capture, arguments: list[str], code: int, said: str) -> None:
    assert run(arguments) == code
    out, err = capsys.readouterr()
    assert said in err
    assert err.startswith("diya: ")
    assert err.endswith(".\n")
    assert err.count("\n") == 1
    assert "Traceback" not in out + err


def test_a_bug_is_called_a_bug(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[str]:
        raise RuntimeError("oh no")

    monkeypatch.setattr("host_tools.verbs.boards.list_boards", broken)
    monkeypatch.delenv("DIYA_DEBUG", raising=False)
    assert run(["boards"]) == 70
    assert "this is a bug in diya (RuntimeError: oh no)" in capsys.readouterr().err


def test_checking_a_sound_site(capsys: Capture) -> None:
    assert run(["site", "check", SAGAR]) == 0
    assert "Sagar, Madhya Pradesh: 240 poles" in capsys.readouterr().out
    assert run(["site", "check", SAGAR, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"site": "sagar", "poles": 240, "problems": [], "warnings": []}


def test_checking_a_site_with_mistakes(capsys: Capture, tmp_path: Path) -> None:
    text = (Path(SAGAR) / "site.toml").read_text().replace("floor = 20", "floor = 120")
    (tmp_path / "site.toml").write_text(text)
    (tmp_path / "poles.csv").write_text((Path(SAGAR) / "poles.csv").read_text().replace("P0003", "P 3"))
    assert run(["site", "check", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert "light.floor is 120 and must be 0 to 100 percent." in out
    assert "has 2 mistakes." in err
    assert run(["site", "check", str(tmp_path), "--json"]) == 1
    problem = json.loads(capsys.readouterr().out)["problems"][0]
    assert (problem["file"], problem["field"], problem["value"]) == ("site.toml", "light.floor", "is 120")
    assert text.splitlines()[problem["line"] - 1].startswith("floor = 120")


def test_previewing_a_night(capsys: Capture, tmp_path: Path) -> None:
    png = tmp_path / "night.png"
    assert run(["site", "preview", SAGAR, "--date", "2026-11-08", "--group", "market", "--png", str(png)]) == 0
    out = capsys.readouterr().out
    assert "Sagar, Madhya Pradesh, night of 08 Nov 2026, market, 43 poles" in out
    assert "diwali, 43 poles" in out
    assert png.stat().st_size > 10_000
    assert run(["site", "preview", SAGAR, "--date", "2026-12-12", "--json"]) == 0
    night = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in night["programmes"]] == ["election-night"]
    assert {switch["level"] for switch in night["programmes"][0]["switches"]} == {0, 100}


def test_boards(capsys: Capture) -> None:
    assert run(["boards"]) == 0
    assert "virtual  esp32" in capsys.readouterr().out
    assert run(["boards", "virtual", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["chip"] == "esp32"


def test_a_verb_that_was_mistyped_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["alrams"]) == 2
    assert capsys.readouterr().err == "diya: No such command 'alrams'. Did you mean 'alarms'?\n"
