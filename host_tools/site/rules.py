"""The calendar of a site file: its special days, and the rules for nights with another programme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from host_tools.closest import near
from host_tools.site.model import Rule, Site
from host_tools.site.toml_lines import Path
from host_tools.site.toml_reader import Reader

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Day = date | tuple[int, int]  # of one year, or (month, day) of every year

_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")


class Rules:
    """Takes the rules out of a site file."""

    def __init__(self, reader: Reader) -> None:
        self._read = reader

    def read(self, programmes: Mapping[str, object]) -> tuple[Rule, ...]:
        """The rules in their order, each of which names one of *programmes*."""
        special = self._special_days()
        rules = self._read.items(("rule",), 0, 48, required=False)
        return tuple(self._rule(("rule", number), programmes, special) for number in range(len(rules)))

    def _special_days(self) -> dict[str, list[Day]]:
        read, out = self._read, {}
        for name in read.table(("special_days",), required=False):
            read.key(("special_days", name))
            entries = read.items(("special_days", name), 1, 64)
            days = [self._day(("special_days", name, number), entry) for number, entry in enumerate(entries)]
            out[name] = [day for day in days if day is not None]
        return out

    def _day(self, path: Path, entry: object) -> Day | None:
        if type(entry) is date:
            return entry
        found = _MONTH_DAY.fullmatch(entry) if isinstance(entry, str) else None
        if found:
            try:
                leap = date(2024, int(found[1]), int(found[2]))
                return leap.month, leap.day
            except ValueError:
                pass
        self._read.wrong(path, f"is {entry!s:.40}", 'must be a date such as 2026-11-08 or, in every year, "01-26"')
        return None

    def _rule(self, path: Path, programmes: Mapping[str, object], special: Mapping[str, list[Day]]) -> Rule:
        read = self._read
        conditions = ("days", "from", "to", "weekdays", "groups")
        table = read.table(path)
        read.only(path, ("name", "programme", *conditions))
        if not any(condition in table for condition in conditions):
            read.wrong(path, "has no condition", f"must have one of {', '.join(conditions)}")
        days: list[Day] = []
        for number, entry in enumerate(read.items((*path, "days"), 1, 16, required=False)):
            if read.choice((*path, "days", number), special, "a name in special_days"):
                days += special.get(entry, [])
        weekdays = []
        for number in range(len(read.items((*path, "weekdays"), 1, 7, required=False))):
            day = read.choice((*path, "weekdays", number), WEEKDAYS, "a day of the week")
            weekdays.append(WEEKDAYS.index(day) + 1 if day in WEEKDAYS else 1)
        groups = read.items((*path, "groups"), 1, 16, required=False)
        first, last = self._date((*path, "from")), self._date((*path, "to"))
        if first and last and last < first:
            read.wrong((*path, "to"), f"is {last}", f"must be {first} or later")
        return Rule(
            name=read.name((*path, "name")),
            programme=read.choice((*path, "programme"), programmes, "a programme"),
            dates=tuple(sorted(day for day in days if isinstance(day, date))),
            month_days=tuple(sorted(day for day in days if isinstance(day, tuple))),
            first=first,
            last=last,
            weekdays=tuple(weekdays),
            groups=tuple(read.name((*path, "groups", number)) for number in range(len(groups))),
        )

    def _date(self, path: Path) -> date | None:
        value = self._read.get(path)
        if value is None or type(value) is date:
            return value
        self._read.wrong(path, f"is {value!r:.40}", "must be a date such as 2026-11-08")
        return None


def check_groups(reader: Reader, site: Site) -> None:
    """Report rules for a group without poles: such a rule never has an effect, so the name is likely wrong."""
    groups = site.groups()
    for number, rule in enumerate(site.rules):
        for place, group in enumerate(rule.groups):
            if group and group not in groups:
                bound = f"must be a road class, zone, ward or feeder of poles.csv{_near(group, groups)}"
                reader.wrong(("rule", number, "groups", place), f"is {group!r}", bound)


def _near(name: str, names: list[str]) -> str:
    close = near(name, names)
    return f", such as {close[0]}" if close else ""
