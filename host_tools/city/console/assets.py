"""The poles of the city as rows: what the files say of each, and what it last said itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms import life
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.tables import pole
from host_tools.site.model import Site

COLUMNS = (
    "pole", "label", "ward", "feeder", "access_point", "road_class", "luminaire", "board", "online", "level", "seen",
    "alarms",
)  # fmt: skip
FILTERS = ("ward", "feeder", "road_class", "luminaire", "board")


@dataclass(frozen=True)
class Asset:
    """A pole.  ``online`` None: it has never reported.  ``known``: it is in the site's files."""

    pole: str
    label: str
    ward: str
    feeder: str
    access_point: str
    road_class: str
    luminaire: str
    board: str
    known: bool
    online: bool | None = None
    level: int | None = None
    seen: int | None = None
    alarms: int = 0

    def cells(self) -> list[Any]:
        """Its values in the order of COLUMNS."""
        return [getattr(self, name) for name in COLUMNS]


def assets(connection: Connection, site: Site | None) -> list[Asset]:
    """All poles of the files and of the store, by name."""
    columns = pole.c.name, pole.c.online, pole.c.level, pole.c.seen
    told = {row[0]: (row[1], row[2], row[3]) for row in connection.execute(sa.select(*columns))}
    counted = sa.select(alarm.c.name, sa.func.count()).where(life.is_open(), life.is_own()).group_by(alarm.c.name)
    opened: dict[str, int] = {row[0]: row[1] for row in connection.execute(counted)}
    out = []
    for one in site.poles if site else ():
        online, level, seen = told.pop(one.name, (None, None, None))
        out.append(Asset(
            one.name, one.label, one.ward, one.feeder, one.access_point, one.road_class, one.luminaire, one.board, True,
            _flag(online), level, seen, opened.get(one.name, 0),
        ))  # fmt: skip
    for name, (online, level, seen) in told.items():
        out.append(Asset(
            name, "", "", "", "", "", "", "", False, _flag(online), level, seen, opened.get(name, 0)
        ))  # fmt: skip
    return sorted(out, key=lambda one: one.pole)


def chosen(found: Iterable[Asset], wanted: Mapping[str, str], text: str) -> list[Asset]:
    """Those of *found* that have each value of *wanted* and *text* somewhere in their name, label or place."""
    needle = text.casefold().strip()
    return [
        one
        for one in found
        if all(getattr(one, name) == value for name, value in wanted.items() if value)
        and needle in f"{one.pole} {one.label} {one.ward} {one.feeder} {one.access_point}".casefold()
    ]


def values(found: Iterable[Asset]) -> dict[str, list[str]]:
    """What each of FILTERS may be."""
    listed = list(found)
    return {name: sorted({getattr(one, name) for one in listed if getattr(one, name)}) for name in FILTERS}


def _flag(value: Any) -> bool | None:
    return None if value is None else bool(value)
