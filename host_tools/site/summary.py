"""Summarises mistakes of one kind in one line: their number, the first places, the first values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from host_tools.site.model import Problem

ALONE = 2  # up to so many of a kind are each a line of their own
SHOWN = 5  # places, and values, that are listed of more

_NUMBER = re.compile(r"(?<![A-Za-z])\d+(\.\d+)?")
_LONG = 200  # characters of a bound


def summary(problems: Iterable[Problem]) -> list[str]:
    """A sentence for each kind of mistake, in the order in which the kinds are first met."""
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(_kind(problem), []).append(problem)
    return [line for kind in kinds.values() for line in _lines(kind)]


def count_kinds(problems: Iterable[Problem]) -> int:
    """How many kinds of mistakes there are."""
    return len({_kind(problem) for problem in problems})


def _kind(problem: Problem) -> tuple[str, str, str]:
    """File, field and bound, without the numbers in them, and whether the field is missing."""
    if not problem.line:
        return problem.file, _NUMBER.sub("#", problem.value), _NUMBER.sub("#", problem.bound)
    missing = " missing" if problem.value == "is missing" else ""
    return problem.file, _NUMBER.sub("#", problem.field) + missing, _NUMBER.sub("#", problem.bound)


def _lines(kind: list[Problem]) -> list[str]:
    if len(kind) <= ALONE:
        return [f"{problem}" for problem in kind]
    first = kind[0]
    places = ", ".join(str(problem.line) for problem in kind[:SHOWN])
    more = f" and {len(kind) - SHOWN} more" if len(kind) > SHOWN else ""
    if not first.line:  # a problem of a pole's settings has no line
        concerned = ", ".join(problem.field for problem in kind[:SHOWN])
        return [f"{first.file}: {concerned}{more} {first.value} and {first.bound}"]
    where = f"{first.file} lines {places}{more}"
    different = dict.fromkeys(problem.value for problem in kind)
    values = list(islice(different, SHOWN))
    # "is 'x'", "is 'y'" are read better as "is 'x', 'y'"
    verb = values[0].partition(" ")[0] + " "
    if all(value.startswith(verb) for value in values):
        values = [values[0], *(value[len(verb) :] for value in values[1:])]
    others = f" or {len(different) - SHOWN} other values" if len(different) > SHOWN else ""
    fields = {problem.field for problem in kind}
    field = first.field if len(fields) == 1 else f"{first.field} and the like"
    bound = first.bound if len(first.bound) <= _LONG else first.bound[: _LONG - 3] + "..."
    return [f"{where}: {field} {', '.join(values)}{others} and {bound}"]
