"""Reads nights for the ledger: sums of a month by pole and by night, and the rows that a figure comes from.

Readings of meters are never asked for: a month of 10,000 poles is 300,000 rows of ``night``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.ledger.sums import Sums
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


@dataclass(frozen=True)
class Wanted:
    """Nights from *first* to before *after*; of *poles* (None: all), with minutes of *what*, most first."""

    first: date
    after: date
    poles: Collection[str] | None = None
    what: str = ""


def by_pole(connection: Connection, first: date, after: date) -> list[tuple[str, Sums]]:
    """The sums of each pole that has a night from *first* to before *after*, by name."""
    columns = (pole.c.name, *_sums())
    chosen = sa.select(*columns).select_from(_of(first, after)).group_by(pole.c.id, pole.c.name).order_by(pole.c.name)
    return [(row[0], Sums(*(int(value or 0) for value in row[1:]))) for row in connection.execute(chosen)]


def by_night(
    connection: Connection, first: date, after: date, poles: Collection[str] | None = None
) -> dict[date, Sums]:  # fmt: skip
    """The sums of each night from *first* to before *after*, of *poles* (None: all)."""
    out: dict[date, Sums] = {}
    names = None if poles is None else sorted(poles)
    for low in range(0, 1 if names is None else len(names), _SOME):
        chosen = sa.select(night.c.night, *_sums()).select_from(_of(first, after)).group_by(night.c.night)
        if names is not None:
            chosen = chosen.where(pole.c.name.in_(names[low : low + _SOME]))
        for row in connection.execute(chosen):
            sums = Sums(*(int(value or 0) for value in row[1:]))
            out[row[0]] = out[row[0]].plus(sums) if row[0] in out else sums
    return dict(sorted(out.items()))


def rows(connection: Connection, wanted: Wanted, most: int | None) -> tuple[list[NightRow], int]:
    """The first *most* (None: all) of the nights *wanted*, and how many there are."""
    names = None if wanted.poles is None else set(wanted.poles)
    few = names is not None and len(names) <= _SOME
    columns = (
        pole.c.name, night.c.night, night.c.should, night.c.lit, night.c.dark, night.c.unknown, night.c.excluded,
        night.c.lit_else, night.c.wh, night.c.baseline_wh, night.c.old_wh,
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
    found: list[NightRow] = []
    count = 0
    for row in connection.execute(chosen.order_by(*order)):
        if names is not None and not few and row[0] not in names:
            continue
        count += 1
        if most is None or len(found) < most:
            found.append(NightRow(*row))
    return found, count


def _of(first: date, after: date) -> sa.Join:
    return pole.join(night, sa.and_(night.c.pole == pole.c.id, night.c.night >= first, night.c.night < after))


def _sums() -> list[sa.ColumnElement[Any]]:
    """The columns of Sums."""
    counted, old = night.c.should.is_not(None), night.c.old_wh.is_not(None)

    def total(value: Any, where: sa.ColumnElement[bool] = counted) -> sa.ColumnElement[Any]:
        return sa.func.sum(sa.case((where, value), else_=0))

    # nights without minutes to be lit have no energy to compare either
    whole = sa.func.coalesce(sa.func.nullif(night.c.should, 0), 1)
    big = sa.cast(night.c.lit, sa.BigInteger)
    return [
        total(1), total(night.c.should), total(night.c.lit), total(night.c.dark), total(night.c.unknown),
        total(night.c.excluded), total(night.c.lit_else), total(night.c.wh), total(night.c.baseline_wh),
        total(night.c.baseline_wh * big / whole), total(1, old), total(night.c.wh, old), total(night.c.old_wh, old),
        total(night.c.old_wh * big / whole, old), total(1, ~counted), total(night.c.wh, ~counted),
    ]  # fmt: skip
