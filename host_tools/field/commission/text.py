"""Outcomes as sentences: the same for the screen and for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from host_tools.language import Language


class Told(NamedTuple):
    """One figure of a record: what it is, its value, its bound, and what to do where it is not ``good``."""

    what: str
    value: str
    bound: str
    good: bool
    to_do: str


def check_name(language: Language, name: str) -> str:
    return language.say(f"commission.check_{name}")


def figures(language: Language, check: Mapping[str, Any]) -> Iterator[Told]:
    """Every figure of *check*, as a record has it."""
    for figure in check["figures"]:
        name, value, good = figure["figure"], figure["value"], figure["passed"]
        unit = figure["unit"]
        shown = language.say("commission.not_measured") if value is None else f"{value:g} {unit}".strip()
        yield Told(
            language.say(f"commission.figure_{name}"), shown, bound(language, figure), good,
            "" if good else language.say(f"commission.do_{name}"),
        )  # fmt: skip


def notes(language: Language, check: Mapping[str, Any]) -> Iterator[str]:
    """The sentences beside the figures."""
    for note in check["notes"]:
        values = {name: value for name, value in note.items() if name != "note"}
        yield language.say(f"commission.{note['note']}", **values)


def bound(language: Language, figure: Mapping[str, Any]) -> str:
    low, high, unit = figure["low"], figure["high"], figure["unit"]
    key = "bound_between" if low is not None and high is not None else "bound_most" if low is None else "bound_least"
    ends = {"low": f"{low:g}" if low is not None else "", "high": f"{high:g}" if high is not None else ""}
    return language.say(f"commission.{key}", unit=unit, **ends).strip()
