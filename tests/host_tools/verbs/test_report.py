"""`diya report`: a month in words, as JSON and as files; wrong words get one sentence."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from host_tools.cli import cli
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.console.pages.test_reports import fill


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "record.sqlite"
    bench = Bench(file)
    fill(bench)
    bench.close()
    return file


def diya(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["report", *map(str, words)])


def test_a_month_is_said_in_either_language(store: Path) -> None:
    for lang, title, verdict in (("en", "street lights in November 2026", "is missed"), ("hi", "नवंबर 2026", "लक्ष्य")):
        done = diya("--db", store, "--month", "2026-11", "--lang", lang)
        assert done.exit_code == 0, done.output
        assert title in done.output
        assert verdict in done.output
        assert "93.69 %" in done.output


def test_a_preliminary_night_is_called_so(store: Path, tmp_path: Path) -> None:
    copy = tmp_path / "record.sqlite"
    shutil.copyfile(store, copy)
    with closing(sqlite3.connect(copy)) as db:
        db.execute("UPDATE night SET preliminary = 1 WHERE night = '2026-11-20'")
        db.commit()
    for lang, sentence in (("en", "Preliminary are the nights of 2026-11-20"), ("hi", "अस्थायी हैं ये रातें: 2026-11-20")):
        assert sentence in diya("--db", copy, "--month", "2026-11", "--lang", lang).output
    assert json.loads(diya("--db", copy, "--month", "2026-11", "--json").stdout)["nightsPreliminary"] == ["2026-11-20"]
    assert json.loads(diya("--db", store, "--month", "2026-11", "--json").stdout)["nightsPreliminary"] == []


def test_json_is_the_figures_as_numbers(store: Path) -> None:
    found = json.loads(diya("--db", store, "--month", "2026-11", "--json").stdout)
    assert round(found["figures"]["strict"]["value"], 2) == 93.69
    assert found["tables"]["wards"][0]["ward"] == "W21"


@pytest.mark.parametrize(("kind", "begins"), [("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")])
def test_out_writes_the_file_that_its_name_asks_for(store: Path, tmp_path: Path, kind: str, begins: bytes) -> None:
    out = tmp_path / f"november.{kind}"
    done = diya("--db", store, "--month", "2026-11", "--out", out, "--lang", "hi")
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(begins)


def test_wrong_words_get_a_sentence_and_write_nothing(store: Path, tmp_path: Path) -> None:
    for words, said in (
        (("--db", store, "--month", "11-2026"), "must be a month such as 2026-11"),
        (("--db", store, "--out", tmp_path / "x.doc"), "must end in .pdf, .xlsx or .csv"),
        (
            (
                "--db",
                tmp_path / "none.sqlite",
            ),
            "there is no record",
        ),
        (("--db", store, "--out", tmp_path / "no" / "x.pdf"), "there is no folder"),
    ):
        done = diya(*words)
        assert done.exit_code != 0
        assert said in f"{done.output} {done.exception}"
        assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []
