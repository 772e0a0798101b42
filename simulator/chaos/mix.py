"""Draws a night of chaos from a seed: one happening or more on each pole, of all kinds.

The events of a happening are required only where it is alone on its pole and lasts long enough to be seen: a lamp that
fails while its feeder is off cannot be detected.  Elsewhere its events are allowed, and no others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import sunrise, sunset

from host_tools.site.model import Site
from simulator.happenings.act import PARTS
from simulator.happenings.catalogue import FEEDER, KINDS, POLE, Kind
from simulator.happenings.kind import CHIP, COMPARED, WITNESS
from simulator.happenings.network import Command

Table = dict[str, Any]

FIRST_DAY = date(2026, 12, 1)
DAYS = 365
BEFORE_MIN = 40  # the run begins so long before sunset ...
AFTER_MIN = 100  # ... and ends so long after sunrise,
CALM_MIN = 60  # the last of which nothing happens any more: what was reported has time to arrive
APART_MIN = 15  # from one happening to the next on the same pole, so that each can be told alone
TOLD_MIN = 60  # what lasts at least so long must be reported
FOR_GOOD = 0.25  # of the parts that fail: those that do so to the end of the night
# they change nothing of what a pole senses, so that a fault beside them must still be told
BESIDE = tuple(kind.name for kind in KINDS.values() if kind.unsensed)
NEVER_DUE = ("communicationFailure",)  # what the record says of a silence: its lengths are the record's own tests
OWNERS = ("operator", "lock", "incident", "emergency")


@dataclass(frozen=True)
class Night:
    """One night: it begins at ``start`` (local time) and lasts ``hours``; ``tables`` are its happenings."""

    seed: int
    start: datetime
    hours: float
    poles: int
    tables: tuple[Table, ...]

    @property
    def toml(self) -> str:
        """The night as a scenario file."""
        lines = [f'name = "chaos, seed {self.seed}"', f"hours = {self.hours}"]
        for table in self.tables:
            lines += ["", "[[happening]]", *[f"{key} = {json.dumps(value)}" for key, value in table.items()]]
        return "\n".join(lines) + "\n"


def night(seed: int, site: Site) -> Night:
    """The night of *seed* on *site*: always the same one."""
    chance = Random(seed)
    start, minutes = _span(chance, site)
    last = minutes - CALM_MIN
    tables = [table for pole in site.poles for table in _of_pole(chance, pole.name, last)]
    tables += _of_street(chance, site, last)
    return Night(seed, start, minutes / 60, len(site.poles), tuple(_judged(tables, site)))


def _span(chance: Random, site: Site) -> tuple[datetime, int]:
    """When the night begins, and how many minutes it lasts."""
    zone = ZoneInfo(site.timezone)
    day = FIRST_DAY + timedelta(chance.randrange(DAYS))
    place = Observer(site.latitude, site.longitude)
    start = sunset(place, day, tzinfo=zone) - timedelta(minutes=BEFORE_MIN)
    end = sunrise(place, day + timedelta(1), tzinfo=zone) + timedelta(minutes=AFTER_MIN)
    return start.replace(second=0, microsecond=0, tzinfo=None), round((end - start).total_seconds() / 60)


def _of_pole(chance: Random, pole: str, last: int) -> list[Table]:
    kinds = [kind for kind in KINDS.values() if POLE in kind.targets and not kind.street_share]
    how_many = 1 + (chance.random() < 0.3) + (chance.random() < 0.1)
    return [_drawn(chance, chance.choice(kinds), last, {"pole": pole}) for _ in range(how_many)]


def _of_street(chance: Random, site: Site, last: int) -> list[Table]:
    out = []
    feeders = sorted({pole.feeder for pole in site.poles if pole.feeder})
    kinds = [kind for kind in KINDS.values() if kind.street_share]
    for kind in sorted(kinds, key=lambda kind: (-kind.street_share, kind.name)):
        share = kind.street_share
        while chance.random() < share:
            where = {"feeder": chance.choice(feeders)} if feeders and FEEDER in kind.targets else {}
            out.append(_drawn(chance, kind, last, where))
            share /= 2
    return out


def _drawn(chance: Random, kind: Kind, last: int, where: Table) -> Table:
    """A happening of *kind* somewhere in the night, over by minute *last*."""
    at = 0 if kind.whole_night else chance.randrange(10, last - 10)
    table: Table = {"kind": kind.name, **where, "at": _moment(at)}
    if kind.lasts:
        lasts = round(2 * 120 ** chance.random())  # minutes: 2 to 240, short ones often
        if kind.whole_night or (kind.name in PARTS and chance.random() < FOR_GOOD):
            lasts = last
        table["until"] = _moment(min(last, at + min(lasts, kind.longest_min or lasts)))
    if kind.seconds:  # from a second to ten years
        table["seconds"] = round(10 ** (8.5 * chance.random())) * chance.choice((1, -1))
    if "all or nothing" not in kind.severity:
        table["severity"] = round(chance.uniform(0.6, 1.0), 2)
    if isinstance(kind.act, Command):
        minutes = chance.randrange(5, 120)
        table |= {"level": chance.choice((0, 30, 60, 100)), "minutes": minutes, "owner": chance.choice(OWNERS)}
    return table


def _moment(minute: int) -> str:
    return f"+{minute // 60}h{minute % 60}m"


def minute_of(moment: str) -> int:
    """The minute of the run that *moment*, "+3h20m", names."""
    hours, _, minutes = moment[1:-1].partition("h")
    return int(hours) * 60 + int(minutes)


def span_of(table: Table) -> tuple[int, int]:
    """The first and last minute of the happening in *table*; a command lasts as long as what it asks for."""
    at = minute_of(table["at"])
    return at, minute_of(table["until"]) if "until" in table else at + table.get("minutes", 10)


def _judged(tables: Sequence[Table], site: Site) -> list[Table]:
    """The tables with what must, and what may, be reported of each."""
    spans = [span_of(table) for table in tables]
    out = []
    for place, table in enumerate(tables):
        kind = KINDS[table["kind"]]
        begin, end = spans[place]
        beside = any(
            spans[other][0] <= end + APART_MIN and begin - APART_MIN <= spans[other][1] and _meet(table, rival, site)
            for other, rival in enumerate(tables)
            if other != place and (rival["kind"] not in BESIDE or kind.time == COMPARED)
        )
        events = list(kind.events)
        due = not beside and end - begin >= TOLD_MIN and not set(events) & set(NEVER_DUE)
        told = {"expect" if due else "allow": events} if events else {}
        # one witness of the time is lost or wrong: with anything else that concerns its time a pole may have no two
        # left, and then says so
        if kind.time in (COMPARED, CHIP, WITNESS) and _timing_beside(place, tables, site):
            told = {**told, "allow": [*told.get("allow", ()), "clockLost"]}
        out.append({**table, **told})
    return out


def _timing_beside(place: int, tables: Sequence[Table], site: Site) -> bool:
    """Whether something else of the night concerns the time of a pole of the table at *place*."""
    return any(
        other != place and KINDS[rival["kind"]].time and _meet(tables[place], rival, site)
        for other, rival in enumerate(tables)
    )


def _meet(one: Table, other: Table, site: Site) -> bool:
    """Whether the two concern a pole in common."""
    return bool(_poles(one, site) & _poles(other, site))


def _poles(table: Table, site: Site) -> set[str]:
    if "pole" in table:
        return {table["pole"]}
    return {pole.name for pole in site.poles if pole.feeder == table.get("feeder", pole.feeder)}
