"""Mistakes of one kind are one line, with how many there are and where the first ones stand."""

from host_tools.site.model import Problem
from host_tools.site.summary import count_kinds, summary


def wrong(line: int, field: str = "zone", value: str = "is 'a b'", bound: str = "must be a name") -> Problem:
    return Problem("poles.csv", line, field, value, bound)


def test_a_thousand_mistakes_of_one_kind_are_one_line_with_a_count_and_the_first_five_places() -> None:
    (line,) = summary(wrong(number, value=f"is 'zone {number % 7}'") for number in range(2, 1002))
    assert line == (
        "poles.csv lines 2, 3, 4, 5, 6 and 995 more: zone is 'zone 2', 'zone 3', 'zone 4', 'zone 5', 'zone 6' "
        "or 2 other values and must be a name"
    )


def test_few_mistakes_keep_a_line_each() -> None:
    assert len(summary([wrong(2), wrong(3)])) == 2


def test_other_fields_and_other_bounds_are_other_kinds() -> None:
    problems = [wrong(line, field) for line in range(2, 9) for field in ("zone", "ward")]
    problems += [wrong(line, bound="must not be a ward as well, as on line 4") for line in range(4, 9)]
    assert len(summary(problems)) == count_kinds(problems) == 3


def test_bounds_that_differ_in_a_line_number_only_are_one_kind() -> None:
    problems = [wrong(n, "pole", f"is 'P{n}'", f"must be new: line {n - 1} has it already") for n in range(2, 50)]
    assert len(summary(problems)) == 1


def test_what_many_poles_are_told_is_one_line_without_places() -> None:
    told = [Problem("site.toml", 0, f"what P{n} is told", "is refused by the pole", "must be sound") for n in range(9)]
    (line,) = summary(told)
    assert line.startswith("site.toml: what P0 is told, what P1 is told") and "and 4 more is refused" in line
