"""Reads scenario files: goes through a parsed TOML file and notes every mistake with its line.

It never stops at a mistake.  An invalid value is replaced by a harmless one, so that the rest can still be checked;
the caller drops the result when there were problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from host_tools.site.toml_lines import Path
from pole.wire import contract
from simulator.happenings.catalogue import ANYWHERE, EVENT_TYPES, FORMER, KINDS, Kind
from simulator.happenings.network import Command
from simulator.run_time import RunTime
from simulator.scenario.call import read_call
from simulator.scenario.happening import Happening, Order, Scenario
from simulator.scenario.mistakes import Mistakes, bound_of_name, closest
from simulator.scenario.times import BOUND as TIME_BOUND
from simulator.scenario.times import moment, shown

if TYPE_CHECKING:
    from host_tools.site.model import Pole, Site

DEFAULT_HOURS = 24.0
HOURS_MOST = 10 * 366 * 24
MINUTES_MOST = 366 * 24 * 60  # a command always expires, at most 366 days ahead
COMMON = ("kind", "at", "until", "severity", "expect", "allow", "within_s", *ANYWHERE)
OF_COMMAND = ("level", "owner", "minutes", "rampToLevelTime")
OF_CLOCK = ("seconds",)
SECONDS_MOST = 1_000_000_000  # 31 years
A_DAY_S = 86400


class Reader:
    """Reads the tables of one file; each mistake is added to *mistakes*."""

    def __init__(self, mistakes: Mistakes, site: Site, time: RunTime, hours: float | None) -> None:
        self._mistakes = mistakes
        self._site = site
        self._time = time
        self._hours = hours
        self._end_ms = 0
        self._here: Path = ()  # the table that is being read

    def scenario(self, tables: Mapping[str, Any]) -> Scenario:
        """The scenario in *tables*, valid only when there were no mistakes."""
        name = tables.get("name")
        if not isinstance(name, str) or not 1 <= len(name) <= 80:
            self._missing_or_wrong(tables, "name", "a text of 1 to 80 characters")
        hours = tables.get("hours", DEFAULT_HOURS)
        if not _is_number(hours) or not 0 < hours <= HOURS_MOST:
            self._wrong("hours", hours, f"above 0 and at most {HOURS_MOST}")
            hours = DEFAULT_HOURS
        self._end_ms = round((hours if self._hours is None else self._hours) * 3_600_000)
        self._unknown(tables, ("name", "hours", "happening", "call"))
        listed = self._tables(tables, "happening")
        happenings = []
        for index, table in enumerate(listed):
            self._here = ("happening", index)
            if table in listed[:index]:
                self._mistakes.say(self._here, f"it repeats happening {listed.index(table) + 1} and must be left out")
            happenings.append(self._happening(table, index + 1))
        calls = []
        for index, table in enumerate(self._tables(tables, "call")):
            self._here = ("call", index)
            calls.append(read_call(self._mistakes, self._here, table, self._at(table) or 0))
        lasts = float(hours if self._hours is None else self._hours)
        return Scenario(str(name), lasts, tuple(happenings), tuple(calls))

    def _tables(self, tables: Mapping[str, Any], name: str) -> list[Any]:
        listed = tables.get(name, [])
        if isinstance(listed, list) and all(isinstance(table, dict) for table in listed):
            return listed
        self._wrong(name, listed, f"tables, each under [[{name}]]")
        return []

    def _happening(self, table: Mapping[str, Any], number: int) -> Happening:
        kind = self._kind(table)
        of_clock = kind is not None and kind.seconds
        known: tuple[str, ...] = COMMON
        if kind is None or isinstance(kind.act, Command):
            known += OF_COMMAND
        if kind is None or of_clock:
            known += OF_CLOCK
        self._unknown(table, known)
        at_ms, until_ms = self._times(table, kind)
        poles = self._poles(table, kind)
        if kind is not None and kind.whole_feeders:
            tripped = {pole.feeder for pole in poles}
            meant = {pole.name for pole in poles}  # a pole whose feeder is not known has one of its own
            poles = [
                pole for pole in self._site.poles if pole.feeder in tripped and (pole.feeder or pole.name in meant)
            ]
        expect = self._event_types(table, "expect")
        allow = self._event_types(table, "allow")
        for name in sorted(set(expect) & set(allow)):
            self._wrong("allow", name, "left out, because expect has it too")
        return Happening(
            number=number,
            kind=kind.name if kind else "",
            at_ms=at_ms,
            until_ms=until_ms,
            poles=tuple(pole.name for pole in poles),
            group=table.get("group"),
            everywhere=not any(field in table for field in ANYWHERE),
            severity=self._severity(table),
            expect=expect,
            allow=allow,
            within_s=self._within(table, expect),
            order=self._order(table) if kind is not None and isinstance(kind.act, Command) else None,
            seconds=self._whole(table, "seconds", -SECONDS_MOST, SECONDS_MOST, A_DAY_S, "s") if of_clock else 0,
        )

    def _kind(self, table: Mapping[str, Any]) -> Kind | None:
        name = table.get("kind")
        if isinstance(name, str):
            name = FORMER.get(name, name)
            if name in KINDS:
                return KINDS[name]
        self._missing_or_wrong(table, "kind", bound_of_name(name, (*KINDS, *FORMER), "a kind of happening"))
        return None

    def _times(self, table: Mapping[str, Any], kind: Kind | None) -> tuple[int, int | None]:
        at_ms = self._at(table)
        if "until" not in table:
            return at_ms or 0, None
        if kind is not None and not kind.lasts:
            self._wrong("until", table["until"], f"left out: a {kind.name} is over at once")
        until_ms = moment(table["until"], self._time, at_ms or 0)
        if until_ms is None:
            self._wrong("until", table["until"], TIME_BOUND)
        elif at_ms is not None and until_ms <= at_ms:
            self._wrong("until", table["until"], f"after at, which is {shown(table['at'])}")
        return at_ms or 0, until_ms

    def _at(self, table: Mapping[str, Any]) -> int | None:
        """When it begins, or None after a mistake."""
        at_ms = moment(table.get("at"), self._time, 0)
        if at_ms is None:
            self._missing_or_wrong(table, "at", TIME_BOUND)
        elif at_ms < 0:
            self._wrong("at", table["at"], f"at or after the start of the run, {self._time.local(0):%Y-%m-%dT%H:%M}")
        elif at_ms >= self._end_ms and self._hours is None:
            self._wrong(
                "at", table["at"], f"before the end of the run, {self._time.local(self._end_ms):%Y-%m-%dT%H:%M}"
            )
        elif at_ms >= HOURS_MOST * 3_600_000:
            self._wrong("at", table["at"], f"within {HOURS_MOST} h of the start")
        else:
            return at_ms
        return None

    def _poles(self, table: Mapping[str, Any], kind: Kind | None) -> list[Pole]:
        """The poles a happening names, or all; a target the site has not is a problem and no pole."""
        poles = list(self._site.poles)
        given = [field for field in ANYWHERE if field in table]
        if not given:
            return poles
        if len(given) > 1:
            self._wrong(given[1], table[given[1]], f"left out, because {given[0]} names the target already")
        field, value = given[0], table[given[0]]
        if kind is not None and field not in kind.targets:
            self._wrong(field, value, f"left out: a {kind.name} concerns the whole street")
            return []
        names = value if field == "poles" else [value]
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            self._wrong(field, value, "a list of pole names" if field == "poles" else "a name")
            return []
        if len(set(names)) < len(names):
            again = next(index for index, name in enumerate(names) if name in names[:index])
            self._wrong(field, names[again], "named once", again)
        return self._named(field, names, poles)

    def _named(self, field: str, names: list[str], poles: list[Pole]) -> list[Pole]:
        if field == "group":
            members = {group: group for pole in poles for group in pole.groups}
        elif field == "feeder":
            members = {pole.feeder: pole.feeder for pole in poles if pole.feeder}
        else:
            members = {pole.name: pole.name for pole in poles}
        what = "pole" if field == "poles" else field
        for index, name in enumerate(names):
            if name not in members:
                bound = bound_of_name(name, members, f"a {what} of this run", f" (it has {len(members)})")
                self._wrong(field, name, bound, index if field == "poles" else None)
        wanted = set(names)
        if field == "group":
            return [pole for pole in poles if wanted.intersection(pole.groups)]
        return [pole for pole in poles if (pole.feeder if field == "feeder" else pole.name) in wanted]

    def _severity(self, table: Mapping[str, Any]) -> float:
        value = table.get("severity", 1.0)
        if not _is_number(value) or not 0 <= value <= 1:
            self._wrong("severity", value, "0 to 1")
            return 1.0
        return float(value)

    def _event_types(self, table: Mapping[str, Any], field: str) -> tuple[str, ...]:
        names = table.get(field, [])
        if not isinstance(names, list):
            self._wrong(field, names, "a list of event types")
            return ()
        for index, name in enumerate(names):
            if name not in EVENT_TYPES:
                self._wrong(field, name, bound_of_name(name, EVENT_TYPES, "an event type"), index)
            elif name in names[:index]:
                self._wrong(field, name, "named once", index)
        return tuple(dict.fromkeys(name for name in names if name in EVENT_TYPES))

    def _within(self, table: Mapping[str, Any], expect: tuple[str, ...]) -> int | None:
        if "within_s" not in table:
            return None
        if not table.get("expect"):
            self._wrong("within_s", table["within_s"], "left out where expect names nothing")
        return self._whole(table, "within_s", 1, 86400, 1, "s")

    def _order(self, table: Mapping[str, Any]) -> Order:
        owner = table.get("owner", "operator")
        if owner not in contract.COMMAND_OWNERS:
            self._wrong("owner", owner, f"one of {', '.join(contract.COMMAND_OWNERS)}")
        return Order(
            level=self._whole(table, "level", 0, 100, None, "%"),
            minutes=self._whole(table, "minutes", 1, MINUTES_MOST, None, "minutes"),
            owner=str(owner),
            ramp_s=self._whole(table, "rampToLevelTime", 0, 3600, 2, "s"),
        )

    def _whole(self, table: Mapping[str, Any], field: str, low: int, high: int, default: int | None, unit: str) -> int:
        value = table.get(field, default)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self._missing_or_wrong(table, field, f"a whole number, {low} to {high} {unit}")
        return low

    def _unknown(self, table: Mapping[str, Any], known: Iterable[str]) -> None:
        fields = tuple(known)
        for field in table:
            if field not in fields:
                close = closest(field, fields)
                which = f"the closest is {close}" if close else f"the fields are {', '.join(fields)}"
                self._mistakes.say((*self._here, field), f"{shown(field)} is not a field here: {which}")

    def _missing_or_wrong(self, table: Mapping[str, Any], field: str, bound: str) -> None:
        if field in table:
            self._wrong(field, table[field], bound)
        else:
            self._mistakes.missing((*self._here, field), bound)

    def _wrong(self, field: str, value: object, bound: str, index: int | None = None) -> None:
        """*index*: of the element of the list that *field* is."""
        path = (*self._here, field)
        self._mistakes.wrong(path if index is None else (*path, index), value, bound)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
