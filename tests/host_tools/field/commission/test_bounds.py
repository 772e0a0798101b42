"""The bounds: each has a source, a name and a cure in every language, and the documentation shows them as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_tools.field.commission import bounds
from host_tools.field.commission.outcome import Bound, Figure
from host_tools.field.commission.text import bound
from host_tools.language import CODES, Language

PAGE = (Path(__file__).parents[4] / "docs" / "commissioning.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("one", bounds.ALL, ids=lambda one: one.name)
def test_a_bound_has_a_source_a_name_and_a_cure_and_stands_in_the_documentation(one: Bound) -> None:
    assert one.source and (one.low is not None or one.high is not None)
    for code in CODES:
        assert Language(code).say(f"commission.figure_{one.name}")
        assert Language(code).say(f"commission.do_{one.name}")
    english = Language("en")
    row = f"| {english.say(f'commission.figure_{one.name}')} | {bound(english, Figure(one, None).as_json())} |"
    assert f"{row} {one.source} |" in PAGE


def test_both_ends_of_a_bound_are_within_it_and_nothing_measured_is_not() -> None:
    one = Bound("x", -5, 5, "s", 0, "")
    assert [one.holds(value) for value in (-5.1, -5, 0, 5, 5.1, None)] == [False, True, True, True, False, False]
    assert Bound("x", None, 1, "W", 0, "").holds(-100) and not Bound("x", 2, None, "W", 0, "").holds(1.9)
