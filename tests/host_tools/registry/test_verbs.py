"""`diya registry` and `diya label` at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from host_tools import cli

FIRST, SECOND = "24:6f:28:aa:bb:01", "24:6f:28:aa:bb:02"


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    file = tmp_path / "registry.sqlite"
    monkeypatch.setenv("DIYA_REGISTRY", str(file))
    return file


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert cli.run(list(arguments)) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_a_pole_is_bound_listed_asked_about_and_answered(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "registry", "bind", FIRST, "diya:sagar/P0001", "--at", "23.8388,78.7378", "--by", "Ravi")
    assert f"sagar  P0001  {FIRST}" in said(capsys, "registry", "list")
    asked = said(capsys, "registry", "bind", SECOND, "P0001", "--site", "sagar", code=12)
    assert "by Ravi" in asked and "--replace" in asked
    assert SECOND in said(capsys, "registry", "bind", SECOND, "P0001", "--site", "sagar", "--replace")
    report = json.loads(said(capsys, "registry", "list", "--json"))
    assert [row["mac"] for row in report["poles"]] == [SECOND] and report["questions"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["P0001"], "name it with --site"),
        (["diya:sagar/P0001", "--site", "bhopal"], "--site is 'bhopal' and the label says 'sagar'"),
        (["diya:sagar/P0001", "--at", "23.8"], "must be LATITUDE,LONGITUDE"),
        (["https://example.org"], "must say diya:SITE/POLE"),
    ],
)
def test_a_binding_that_makes_no_sense_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert words in said(capsys, "registry", "bind", FIRST, *arguments, code=1)
    assert "boards on poles: 0" in said(capsys, "registry", "list")


def test_another_laptops_registry_is_merged_and_its_contradictions_are_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = str(tmp_path / "other.sqlite")
    said(capsys, "registry", "bind", FIRST, "P1", "--site", "sagar")
    said(capsys, "registry", "bind", FIRST, "P1", "--site", "sagar", "--registry", other)
    assert "new entries: 1" in said(capsys, "registry", "merge", other)
    assert "new entries: 0" in said(capsys, "registry", "merge", other)
    said(capsys, "registry", "bind", SECOND, "P2", "--site", "sagar")
    said(capsys, "registry", "bind", SECOND, "P3", "--site", "sagar", "--registry", other)
    assert "which one holds?" in said(capsys, "registry", "merge", other, code=12)
    assert "question: the board" in said(capsys, "registry", "list")


def test_the_registry_is_written_for_other_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said(capsys, "registry", "bind", FIRST, "P1", "--site", "sagar", "--at", "23.8388,78.7378")
    lines = said(capsys, "registry", "export").splitlines()
    assert lines[0].startswith("site,pole,mac,") and lines[1].startswith(f"sagar,P1,{FIRST},23.8388,78.7378,")
    said(capsys, "registry", "export", "--format", "geojson", "--out", str(tmp_path / "poles.geojson"))
    assert json.loads((tmp_path / "poles.geojson").read_text())["features"][0]["properties"]["pole"] == "P1"
    assert "bind" in said(capsys, "registry", "export", "--history")
    said(capsys, "registry", "export", "--history", "--format", "geojson", code=1)


def test_labels_are_printed_for_all_poles_or_some(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pdf, svg = tmp_path / "labels.pdf", tmp_path / "svg"
    report = json.loads(said(capsys, "label", "--all", "--pdf", str(pdf), "--json"))
    assert (report["labels"], report["pages"]) == (240, 12)
    assert pdf.read_bytes().startswith(b"%PDF")
    said(capsys, "label", "--pole", "P0003", "--pole", "P0001", "--svg", str(svg))
    assert sorted(file.name for file in svg.iterdir()) == ["P0001.svg", "P0003.svg"]
    assert "1 sheet 5160" in said(capsys, "label", "--pole", "P0001", "--pdf", str(pdf), "--sheet", "5160")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "exactly one of --pole, --group and --all"),
        (["--pole", "X1"], "the pole 'X1' is not in the site sagar"),
        (["--group", "nowhere"], "the group 'nowhere' is not in the site"),
        (["--all", "--sheet", "L1"], "--sheet is 'L1' and must be one of L7160"),
        (["--all", "--skip", "21"], "--skip is 21 and must be 0 to 20"),
    ],
)
def test_labels_that_cannot_be_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert words in said(capsys, "label", *arguments, code=1)


def test_where_labels_go_is_looked_at_before_they_are_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    missing = tmp_path / "none" / "labels.pdf"
    assert f"there is no folder {missing.parent}: make it first" in said(
        capsys, "label", "--all", "--pdf", str(missing), code=1
    )
    (tmp_path / "file").write_text("")
    below = tmp_path / "file" / "labels.pdf"
    assert f"--pdf is {below}, and {below.parent} is a file and must be a folder" in said(
        capsys, "label", "--all", "--pdf", str(below), code=1
    )


def test_nothing_that_is_exported_is_a_formula_or_breaks_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(
        capsys,
        "registry",
        "bind",
        FIRST,
        "diya:sagar/P0001",
        "--by",
        '=HYPERLINK("http://x","ok")',
        "--reason",
        "@SUM(1)",
    )
    said(capsys, "registry", "bind", SECOND, "diya:sagar/P0002", "--by", "+91 98260 00000", "--reason", "सीता;=1+1")
    file = tmp_path / "poles.csv"
    for more in ([], ["--history"]):
        text = said(capsys, "registry", "export", *more)
        assert all(part in text for part in ("'=HYPERLINK", "'@SUM", "'+91 98260 00000", "सीता;'=1+1"))
        assert len(text.splitlines()) == 3
        said(capsys, "registry", "export", *more, "--out", str(file))
        assert file.read_text(encoding="utf-8-sig") == text.replace("\r\n", "\n")
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")  # or Excel shows no Hindi
