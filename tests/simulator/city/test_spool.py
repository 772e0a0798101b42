"""Transcripts of cells become one, by time and pole, whole or not at all."""

from pathlib import Path

import pytest

from simulator.city import spool
from simulator.street.transcript import Entry


def entry(ms: int, pole: str, n: int, text: str = "x") -> Entry:
    return Entry(ms, pole, n, f"{ms} {pole} {n} {text}")


def test_cells_are_merged_by_time_and_pole_with_few_files_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "OPEN_MOST", 3)
    cells = [[entry(ms, f"P{cell}", ms, "a\tb") for ms in (cell, 9, 10, 100)] for cell in range(8)]
    for number, entries in enumerate(cells):
        spool.write(tmp_path, number, entries)
    path = tmp_path / "t"
    spool.merge(tmp_path, 8, path)
    assert path.read_text().splitlines() == [one.line for one in sorted(one for cell in cells for one in cell)]


def test_what_is_stopped_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "PIECE", 20)
    spool.write(tmp_path, 0, [entry(ms, "P1", ms) for ms in range(20)])
    path = tmp_path / "t"
    path.write_text("old")
    answers = iter([False, False, True])
    with pytest.raises(KeyboardInterrupt):
        spool.merge(tmp_path, 1, path, lambda: next(answers))
    assert path.read_text() == "old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["000000.spool", "t"]
