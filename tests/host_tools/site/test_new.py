"""`diya site new` makes a site that is sound, from options or from answers, and writes over nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_tools.cli import run
from host_tools.site import load_site

PLACE = ["--latitude", "23.84", "--longitude", "78°44'24\"E", "--timezone", "Asia/Kolkata"]


def test_options_make_a_sound_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "town"
    assert run(["site", "new", str(folder), *PLACE, "--poles", "5", "--watts", "2500", "--title", "सागर, म.प्र."]) == 0
    site = load_site(folder)
    assert (site.name, site.title, site.longitude) == ("town", "सागर, म.प्र.", 78.74)
    assert len(site.poles) == 5 and site.luminaires[site.poles[0].luminaire].rated_w == 2500
    assert run(["site", "check", str(folder)]) == 0
    assert "sound" in capsys.readouterr().out


def test_it_writes_over_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "poles.csv").write_text("mine")
    assert run(["site", "new", str(tmp_path), "--name", "town", *PLACE]) == 1
    assert "has a poles.csv already, and it is not written over" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["poles.csv"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--latitude", "95", "The angle is '95' and must be -90 to 90 degrees"),
        ("--timezone", "Sagar", "The time zone is 'Sagar' and must be an IANA time zone"),
        ("--name", "my town", "The name is 'my town' and must be 1 to 32 letters"),
        ("--title", "two\nlines", "The title is 'two?lines' and must be one line"),
        ("--poles", "1.5", "The number is '1.5' and must be 1 to 1000"),
        ("--board", "esp8266", "The board is 'esp8266' and must be one of"),
    ],
)
def test_an_answer_is_checked_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, said: str
) -> None:
    assert run(["site", "new", str(tmp_path / "town"), *PLACE, option, value]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "town").exists()


def test_without_a_terminal_what_is_missing_is_named_in_the_language_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["site", "new", str(tmp_path / "town"), "--lang", "hi"]) == 1
    assert "--latitude नहीं दिया गया" in capsys.readouterr().err
