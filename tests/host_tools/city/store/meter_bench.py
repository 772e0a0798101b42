"""Poles whose meters report, without poles: readings as the receiver writes them, and turns of its roll-up."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from host_tools.city.store import hours, meters, roll_up, tables
from host_tools.city.store.database import Database
from host_tools.city.store.hour_sums import HourSum
from host_tools.city.store.local_time import LocalTime
from host_tools.city.store.meter_tables import night

INDIA = LocalTime(ZoneInfo("Asia/Kolkata"))
NOON = INDIA.noon(date(2026, 11, 28))
HOUR = 3600
DAY = 86400
ZONE = ""


def poles(database: Database, *names: str) -> list[int]:
    """The keys of new poles."""
    with database.transaction() as connection:
        for name in names:
            connection.execute(sa.insert(tables.pole).values(name=name))
        return list(connection.execute(sa.select(tables.pole.c.id).order_by(tables.pole.c.id)).scalars())


def reading(
    pole: int, at: int, wh: int | None = None, watts: float | None = None, volts: float | None = 230.0,
    level: int | None = None,
) -> meters.Reading:  # fmt: skip
    values = {"activePower": watts, "supplyVoltage": volts, "activeEnergy": None if wh is None else wh / 1000}
    return meters.reading(pole, at, values, level)


def write(database: Database, readings: list[meters.Reading], now: int, zone: str = ZONE) -> meters.Written:
    with database.transaction() as connection:
        return meters.write(connection, readings, now, zone, INDIA)


def turns(database: Database, now: int, most: int = 10_000, zone: str = ZONE) -> int:
    """Lets the receiver work until nothing is due at *now*: how many turns that took."""
    for count in range(most):
        with database.transaction() as connection:
            if not roll_up.turn(connection, now, zone, INDIA):
                return count
    raise AssertionError(f"not done after {most} turns")


def hours_of(database: Database, pole: int) -> dict[int, HourSum]:
    with database.transaction() as connection:
        return {one.hour: one for one in hours.read(connection, [pole], 0, NOON + 400 * DAY).get(pole, [])}


def nights_of(database: Database, pole: int) -> dict[date, sa.Row[tuple[object, ...]]]:
    with database.transaction() as connection:
        rows = connection.execute(sa.select(night).where(night.c.pole == pole)).all()
    return {row.night: row for row in rows}
