"""The page keeps what people wrote, and takes what a trial found."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_tools.errors import CommandError
from simulator.benchmarks.stress import page, picture
from simulator.benchmarks.stress.course import Course
from simulator.benchmarks.stress.trial import MODELLED, Run
from simulator.benchmarks.stress.trials import TRIALS

PAGE = Path(__file__).parents[4] / "docs" / page.NAME


def test_the_page_has_a_place_for_every_trial() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in (*TRIALS, page.CROWD):
        changed = page.replaced(text, name, "of a test")
        assert changed.count("of a test") == 1
        assert page.replaced(changed, name, "again") == page.replaced(text, name, "again")


@pytest.mark.parametrize("marks", ["", "{end}\n{begin}", "{begin}\n{begin}\n{end}"])
def test_a_page_without_its_marks_is_refused(marks: str) -> None:
    text = marks.format(
        begin="<!-- feeder: written by make bench-stress -->", end="<!-- feeder: end -->"
    )  # fmt: skip
    with pytest.raises(CommandError, match="must have the marks"):
        page.replaced(text, "feeder", "figures")


def test_a_bound_that_fails_is_bold() -> None:
    course = Course("P0001", light=[(0, 100.0)], dim=[(0, 100.0)])
    text = page.section(TRIALS["group"], [Run(MODELLED, [course], 1.0)], "a command")
    assert "- **fails**, modelled network: 0 of 1 poles have answered" in text
    assert "| ack with the city | never |" in text


def test_a_picture_is_drawn_also_where_nothing_came(tmp_path: Path) -> None:
    row = picture.Row("modelled network, 3 poles", 3, {"acks": [100, 1500], "none": []}, {"ack": [100, None, 1500]})
    picture.png(tmp_path / "one.png", "A trial", "it begins", [row, picture.Row("none", 1, {}, {})])
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
