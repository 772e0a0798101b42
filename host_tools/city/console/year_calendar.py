"""The nights of a year and the rules that hold in each; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from host_tools.site.model import Rule


@dataclass(frozen=True)
class Day:
    """A night by the date of its evening; ``rules`` are those that hold for some poles, the first of them counting."""

    date: date
    rules: tuple[str, ...]


def holds(rule: Rule, day: date) -> bool:
    """Whether *rule* holds for the night that begins on the evening of *day*, apart from its groups."""
    dated = not (rule.dates or rule.month_days) or day in rule.dates or (day.month, day.day) in rule.month_days
    begun = (rule.first is None or rule.first <= day) and (rule.last is None or day <= rule.last)
    return dated and begun and (not rule.weekdays or day.isoweekday() in rule.weekdays)


def months(rules: Iterable[Rule], year: int) -> list[list[Day | None]]:
    """The twelve months of *year*, each beginning on a Monday: None for the days before its first."""
    known = list(rules)
    out: list[list[Day | None]] = []
    for month in range(1, 13):
        day = date(year, month, 1)
        days: list[Day | None] = [None] * day.weekday()
        while day.month == month:
            days.append(Day(day, tuple(rule.name for rule in known if holds(rule, day))))
            day += timedelta(days=1)
        out.append(days)
    return out
