"""Reads nights for the ledger: sums of a month by pole and by night, and the rows that a figure comes from.

Readings of meters are never asked for: a month of 10,000 poles is 300,000 rows of ``night``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Date
from sqlalchemy.engine import Connection

from host_tools.city.ledger.sums import EMPTY, Sums
from host_tools.city.store.meter_tables import night
from host_tools.city.store.tables import pole

WHATS = ("lit", "dark", "unknown", "excluded", "lit_else", "uncounted")  # minutes by which rows are chosen and ordered
_SOME = 500  # poles in one question


class NightRow(NamedTuple):
    """A night of a pole."""

    pole: str
    night: date
    should: int | None
    lit: int
    dark: int
    unknown: int
    excluded: int | None
    lit_else: int | None
    wh: int
    baseline_wh: int | None
    old_wh: int | None
    preliminary: bool


@dataclass(frozen=True)
class Wanted:
    """Nights from *first* to before *after*; of *poles* (None: all), with minutes of *what*, most first."""

    first: date
    after: date
    poles: Collection[str] | None = None
    what: str = ""


def by_pole(connection: Connection, first: date, after: date) -> list[tuple[str, Sums]]:
    """The sums of each pole that has a night from *first* to before *after*, by name."""
    found = {
        row[0]: Sums(*(int(value or 0) for value in row[1:]))
        for row in connection.execute(_summed(connection, "p.name", "p.id"), {"first": first, "after": after})
    }
    for name, count, wh in connection.execute(_uncounted(connection), {"first": first, "after": after}):
        found[name] = found.get(name, EMPTY)._replace(uncounted=int(count), uncounted_wh=int(wh or 0))
    return sorted(found.items())


def by_night(connection: Connection, first: date, after: date) -> dict[date, Sums]:
    """The sums of each night from *first* to before *after*, of poles that the files have."""
    asked = _summed(connection, "n.night", "n.night").columns(night=Date)
    return {
        row[0]: Sums(*(int(value or 0) for value in row[1:]))
        for row in connection.execute(asked, {"first": first, "after": after})
    }


def rows(connection: Connection, wanted: Wanted, most: int | None) -> tuple[list[NightRow], int]:
    """The first *most* (None: all) of the nights *wanted*, and how many there are."""
    names = None if wanted.poles is None else set(wanted.poles)
    few = names is not None and len(names) <= _SOME
    columns = (
        pole.c.name, night.c.night, night.c.should, night.c.lit, night.c.dark, night.c.unknown, night.c.excluded,
        night.c.lit_else, night.c.wh, night.c.baseline_wh, night.c.old_wh, night.c.preliminary,
    )  # fmt: skip
    chosen = sa.select(*columns).select_from(_of(wanted.first, wanted.after))
    if few and names is not None:
        chosen = chosen.where(pole.c.name.in_(sorted(names)))
    order: list[Any] = [night.c.night, pole.c.name]
    if wanted.what == "uncounted":
        chosen = chosen.where(night.c.should.is_(None))
    elif wanted.what:
        chosen = chosen.where(night.c.should.is_not(None), night.c[wanted.what] > 0)
        order.insert(0, night.c[wanted.what].desc())
    if names is None or few:
        count = connection.execute(sa.select(sa.func.count()).select_from(chosen.subquery())).scalar_one()
        found = connection.execute(chosen.order_by(*order).limit(most))
        return [NightRow._make(row) for row in found], count
    all_ = [NightRow._make(row) for row in connection.execute(chosen.order_by(*order)) if row[0] in names]
    return all_[:most], len(all_)


def _of(first: date, after: date) -> sa.Join:
    return pole.join(night, sa.and_(night.c.pole == pole.c.id, night.c.night >= first, night.c.night < after))


# in the order of Sums; nights without minutes to be lit have no energy to compare either
_SUMS = """count(*), sum(n.should), sum(n.lit), sum(n.dark), sum(n.unknown), sum(n.excluded), sum(n.lit_else),
sum(n.wh), sum(n.baseline_wh), sum(n.baseline_wh * n.lit / coalesce(nullif(n.should, 0), 1)), count(n.old_wh),
sum(CASE WHEN n.old_wh IS NOT NULL THEN n.wh END), sum(n.old_wh),
sum(n.old_wh * n.lit / coalesce(nullif(n.should, 0), 1)), sum(CASE WHEN n.preliminary THEN 1 ELSE 0 END)"""


def _summed(connection: Connection, name: str, group: str) -> sa.TextClause:
    return _text(f"SELECT {name}, {_SUMS} {_from(connection)} WHERE n.should IS NOT NULL GROUP BY {group} ORDER BY 1")


def _uncounted(connection: Connection) -> sa.TextClause:
    return _text(f"SELECT p.name, count(*), sum(n.wh) {_from(connection)} WHERE n.should IS NULL GROUP BY p.id")


def _from(connection: Connection) -> str:
    """Poles, and of each its nights of the month: SQLite keeps to this order where it says CROSS JOIN.

    The other way it would go through all nights there are.
    """
    join = "CROSS JOIN" if connection.dialect.name == "sqlite" else "JOIN"
    return f"FROM pole p {join} night n ON n.pole = p.id AND n.night >= :first AND n.night < :after"


def _text(sql: str) -> sa.TextClause:
    return sa.text(sql).bindparams(sa.bindparam("first", type_=Date), sa.bindparam("after", type_=Date))
