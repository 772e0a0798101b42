"""Readings of meters: a batch of them is kept, those of some poles are read back.

A reading is a tuple in the order of ``COLUMNS``.  Its key is (pole, at), so one that comes again costs nothing.  One
that is older than LATE_S, or further ahead than AHEAD_S, is counted and not kept: its pole's clock was wrong (a value
at a false time is worse than none, and the counter of energy makes up for it with the next reading), and a table of its
own would be made for each such day.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.engine import Connection

from host_tools.city.store import bulk, copy_postgresql, partitions
from host_tools.city.store.local_time import LocalTime
from host_tools.city.store.meter_tables import hour_due, meter
from host_tools.city.store.partitions import METER
from host_tools.city.store.rolled_up import HOURS, rolled_up_to

DAY_S = 86400
RAW_DAYS = 35  # readings are kept for so long at least
LATE_S = 7 * DAY_S  # the hours and nights of an older reading are not worked out again
AHEAD_S = 3600  # of the site's clock: more is no error of a clock that a pole says is known
# With these two, what was measured before a gap of this length is there as long as the gap's hours may change.
GAP_S = RAW_DAYS * DAY_S - LATE_S

COLUMNS = tuple(column.name for column in meter.columns)
_MARKS = ", ".join("?" * len(COLUMNS))

# column: (field of the wire, steps of the column in one of the field's unit)
FIELDS = {
    "power_dw": ("activePower", 10), "current_ma": ("supplyCurrent", 1000), "energy_wh": ("activeEnergy", 1000),
    "on_dh": ("operatingHours", 10), "switch_ons": ("switchOnCounter", 1), "voltage_dv": ("supplyVoltage", 10),
    "temperature_dc": ("temperature", 10), "factor_pc": ("powerFactor", 100), "life_pc": ("remainingLife", 1),
}  # fmt: skip
_SCALES = tuple(
    (field, steps, 1 << (15 if str(meter.c[name].type) == "SMALLINT" else 31))
    for name, (field, steps) in FIELDS.items()
)
POWER, ENERGY = (tuple(FIELDS).index(name) for name in ("power_dw", "energy_wh"))

Reading = tuple[int | None, ...]
Columns = tuple[int | None, ...]  # in the order of FIELDS


@dataclass
class Written:
    """How many readings of a batch were of a time that is kept (doubles among them), too old, or too far ahead."""

    kept: int = 0
    old: int = 0
    ahead: int = 0

    def add(self, other: Written) -> None:
        """Count those of *other* as well."""
        self.kept += other.kept
        self.old += other.old
        self.ahead += other.ahead


def reading(pole: int, at: int, values: Mapping[str, Any], level: int | None = None) -> Reading:
    """What the pole with the key *pole* measured at *at*: *values* are the fields of its message of kind ``meter``.

    *level* is the one that its state said then, if that is known.  A field that is no number, or none that such a
    column can hold, is left out.
    """
    return (pole, at, *scaled(values), level)


def scaled(values: Mapping[str, Any]) -> Columns:
    """The fields of a message of kind ``meter`` as columns of a reading; None where there is no such number."""
    out: list[int | None] = []
    for field, steps, bound in _SCALES:
        value = values.get(field)
        if value.__class__ is float or value.__class__ is int:
            try:
                whole = round(value * steps)
            except (ValueError, OverflowError):  # no finite number
                whole = bound
            out.append(whole if -bound <= whole < bound else None)
        else:
            out.append(None)
    return tuple(out)


def write(
    connection: Connection, readings: Collection[Reading], now: int, zone: str, local: LocalTime
) -> Written:  # fmt: skip
    """Keeps *readings* of the receiver of *zone*; *now* is the site's, *local* its clock.

    The hours of those that come after their hour was worked out become due again.
    """
    written = Written()
    times = {one[1] or 0 for one in readings}
    oldest, newest = now - LATE_S, now + AHEAD_S
    kept = readings
    if times and (min(times) <= oldest or max(times) > newest):
        kept = [one for one in readings if oldest < (one[1] or 0) <= newest]
        written.old = sum((one[1] or 0) <= oldest for one in readings)
        written.ahead = len(readings) - len(kept) - written.old
        times = {one[1] or 0 for one in kept}
    written.kept = len(kept)
    if not kept:
        return written
    tables = {day: METER.name(day * DAY_S) for day in {at // DAY_S for at in times}}
    partitions.make(connection, METER, [day * DAY_S for day in tables])
    if connection.dialect.name == "postgresql":
        copy_postgresql.copy(connection, meter.name, kept, "DO NOTHING")
    else:
        _insert(connection, kept, tables)
    done = rolled_up_to(connection, zone, HOURS)
    hours = {at: local.hour(at) for at in times if done is None or at < done}
    if hours:
        late = {(hours[at], one[0]) for one in kept if (at := one[1] or 0) in hours}
        bulk.insert(connection, hour_due, ("hour", "pole"), sorted(late))
    return written


def _insert(connection: Connection, readings: Collection[Reading], tables: Mapping[int, str]) -> None:
    """Insert *readings* into *tables*, those of the days."""
    by_pole = sorted(readings, key=itemgetter(0))  # one after another in the file; of two of a key the first one stays
    for day, table in tables.items():
        some = by_pole if len(tables) == 1 else [one for one in by_pole if (one[1] or 0) // DAY_S == day]
        connection.exec_driver_sql(f"INSERT OR IGNORE INTO {table} VALUES ({_MARKS})", some)


def read(
    connection: Connection, poles: Collection[int], low: int, high: int, columns: Iterable[str] = COLUMNS
) -> dict[int, list[tuple[Any, ...]]]:  # fmt: skip
    """The *columns* of the readings from *low* to before *high*, in order of time; only *poles* that have any.

    Each table of that time is asked by itself, in PostgreSQL too: a plan over all partitions costs more.
    """
    found: dict[int, list[tuple[Any, ...]]] = {}
    names = ", ".join(columns)
    for table in partitions.between(connection, METER, low, high):
        sql = text(
            f"SELECT pole, {names} FROM {table} WHERE pole IN :poles AND at >= :low AND at < :high ORDER BY pole, at"
        ).bindparams(bindparam("poles", expanding=True))
        for row in connection.execute(sql, {"poles": list(poles), "low": low, "high": high}).all():
            found.setdefault(row[0], []).append(row[1:])
    return found


def counted_before(connection: Connection, wanted: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """When the counter of each pole was last read before its time in *wanted*, at most GAP_S before, and its Wh."""
    return _counted(connection, wanted, earlier=True)


def counted_from(connection: Connection, wanted: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """When the counter of each pole was first read from its time in *wanted* on, at most GAP_S after, and its Wh."""
    return _counted(connection, wanted, earlier=False)


def _counted(connection: Connection, wanted: Mapping[int, int], earlier: bool) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    if not wanted:
        return found
    times = wanted.values()
    low, high = (min(times) - GAP_S, max(times)) if earlier else (min(times), max(times) + GAP_S)
    tables = partitions.between(connection, METER, low, high)
    for table in reversed(tables) if earlier else tables:
        left = {pole: at for pole, at in wanted.items() if pole not in found}
        if not left:
            break
        begins, ends = METER.bounds(table)
        asked = [
            {"pole": pole, "low": max(begins, at - GAP_S) if earlier else max(begins, at),
             "high": min(ends, at) if earlier else min(ends, at + GAP_S)}
            for pole, at in left.items()
        ]  # fmt: skip
        way = "DESC" if earlier else "ASC"
        nearest = (
            f"(SELECT {{}} FROM {table} m WHERE m.pole = q.pole AND m.at >= q.low AND m.at < q.high "
            f"AND m.energy_wh IS NOT NULL ORDER BY m.at {way} LIMIT 1)"
        )
        for pole, at, wh in _of_each(connection, nearest, [one for one in asked if one["low"] < one["high"]]):
            if at is not None:
                found[pole] = (at, wh)
    return found


def _of_each(connection: Connection, nearest: str, asked: list[dict[str, int]]) -> Iterable[tuple[int, int, int]]:
    """Pole, time and Wh of the reading that the query *nearest* finds for each row of *asked*, in one statement."""
    if not asked:
        return []
    poles, lows, highs = ([one[name] for one in asked] for name in ("pole", "low", "high"))
    if connection.dialect.name == "postgresql":
        source = (
            "unnest(CAST(:poles AS integer[]), CAST(:lows AS bigint[]), CAST(:highs AS bigint[])) q(pole, low, high)"
        )
        bound: dict[str, Any] = {"poles": poles, "lows": lows, "highs": highs}
    else:
        parts = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(("pole", "low", "high")))
        source = f"(SELECT {parts} FROM json_each(:asked)) q"
        bound = {"asked": json.dumps(list(zip(poles, lows, highs, strict=True)))}
    sql = text(f"SELECT q.pole, {nearest.format('m.at')}, {nearest.format('m.energy_wh')} FROM {source}")
    return [(row[0], row[1], row[2]) for row in connection.execute(sql, bound)]


def drop_old(connection: Connection, now: int) -> str:
    """Drops the readings of one day that are all older than RAW_DAYS: the name of their table, or an empty text."""
    return partitions.drop_before(connection, METER, now - RAW_DAYS * DAY_S)


def count(connection: Connection) -> int:
    """How many readings there are."""
    tables = partitions.existing(connection, METER)
    return sum(connection.execute(select(func.count()).select_from(text(table))).scalar_one() for table in tables)
