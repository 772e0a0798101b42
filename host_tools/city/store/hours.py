"""Works hours out of the readings of meters, those that are due: each time all that a reading can change.

A reading changes its own hour, and those of the gaps before and after it.  So an hour is worked out together with the
one of the reading before it, the one of the reading after it, and what is between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.engine import Connection

from host_tools.city.ledger.night import LONGEST_GAP_S
from host_tools.city.store import copy_postgresql, meters, partitions
from host_tools.city.store.hour_sums import Counted, HourSum, Sample, sums
from host_tools.city.store.local_time import HOUR_S
from host_tools.city.store.meter_tables import hour as hour_table
from host_tools.city.store.partitions import HOUR

KEEP_DAYS = 3 * 366
_READ = ("at", "energy_wh", "power_dw", "voltage_dv")
_REST = [column.name for column in hour_table.columns if column.name not in ("pole", "hour")]


def work_out(connection: Connection, hour: int, poles: Collection[int], done: int) -> dict[int, tuple[int, int]]:
    """Works out the *hour* of *poles*, and all before *done* that its readings change.

    The first second and the end of what may have changed, by pole; a pole without a reading in the hour has none.
    """
    low, high = hour - 2 * HOUR_S, hour + 3 * HOUR_S
    found = {
        pole: [Sample._make(row) for row in rows]
        for pole, rows in meters.read(connection, poles, low, high, _READ).items()
        if any(hour <= row[0] < hour + HOUR_S for row in rows)
    }
    counted = {pole: _counted(rows) for pole, rows in found.items()}
    read = [pole for pole, known in counted.items() if known]
    before = _before(connection, counted, dict.fromkeys(read, hour), low)
    after = _after(connection, counted, dict.fromkeys(read, hour + HOUR_S), high, done)
    spans = {
        pole: (
            min(hour, _begin(hour, before[pole][0])) if pole in before else hour,
            min(max(hour, _begin(hour, after[pole][0])) + HOUR_S if pole in after else hour + HOUR_S, done),
        )
        for pole in found
    }
    before |= _before(connection, counted, {pole: spans[pole][0] for pole in before}, low)
    after |= _after(connection, counted, {pole: spans[pole][1] for pole in after}, high, done)
    _read_gaps(connection, found, spans, low, high)
    rows: dict[bool, list[tuple[int, HourSum]]] = {True: [], False: []}
    for pole, (begins, ends) in spans.items():
        samples = [one for one in found[pole] if begins <= one[0] < ends]
        known_before, known_after = before.get(pole), after.get(pole)
        rows[bool(counted[pole])] += [
            (pole, one)
            for one in sums(
                samples,
                known_before if known_before and known_before[0] < begins else None,
                known_after if known_after and known_after[0] >= ends else None,
                begins, ends,
            )
        ]  # fmt: skip
    _write(connection, rows[True], _REST)
    # Where the counter was not read all about, what it shows later says how much it was, and may have said so already:
    # asking for its last reading would go through weeks where a pole has no meter.
    _write(connection, rows[False], [name for name in _REST if name != "wh"])
    # a reading without the counter still says whether the lamp burnt, and ends a gap over which the counter told it
    reach = -(-LONGEST_GAP_S // HOUR_S) * HOUR_S
    return {pole: span if counted[pole] else (hour - reach, hour + reach) for pole, span in spans.items()}


def _begin(hour: int, at: int) -> int:
    return at - (at - hour) % HOUR_S


def _counted(rows: Iterable[Sample]) -> list[Counted]:
    return [(one.at, one.energy_wh) for one in rows if one.energy_wh is not None]


def _before(
    connection: Connection, counted: dict[int, list[Counted]], wanted: dict[int, int], low: int
) -> dict[int, Counted]:  # fmt: skip
    """The newest reading of the counter before the time *wanted* of each pole, of *counted* if those since *low* do."""
    found = {}
    for pole, time in wanted.items():
        if inside := [one for one in counted[pole] if one[0] < time]:
            found[pole] = inside[-1]
    return found | meters.counted_before(connection, {p: min(at, low) for p, at in wanted.items() if p not in found})


def _after(
    connection: Connection, counted: dict[int, list[Counted]], wanted: dict[int, int], high: int, done: int
) -> dict[int, Counted]:  # fmt: skip
    """The oldest reading from the time *wanted* of each pole; what comes after *high* counts only before *done*."""
    found = {}
    for pole, time in wanted.items():
        if inside := [one for one in counted[pole] if one[0] >= time]:
            found[pole] = inside[0]
    if done > high:
        found |= meters.counted_from(connection, {p: max(at, high) for p, at in wanted.items() if p not in found})
    return found


def _read_gaps(
    connection: Connection, found: dict[int, list[Sample]], spans: dict[int, tuple[int, int]], low: int, high: int
) -> None:  # fmt: skip
    """Adds to *found* the readings of *spans* outside *low* to *high*: the same for many poles, after an outage."""
    for end, ahead in ((0, True), (1, False)):
        same: dict[int, list[int]] = {}
        for pole, span in spans.items():
            if span[0] < low if ahead else span[1] > high:
                same.setdefault(span[end], []).append(pole)
        for edge, poles in same.items():
            bounds = (edge, low) if ahead else (high, edge)
            for pole, rows in meters.read(connection, poles, *bounds, _READ).items():
                more = [Sample._make(row) for row in rows]
                found[pole] = more + found[pole] if ahead else found[pole] + more


def _write(connection: Connection, rows: list[tuple[int, HourSum]], changed: list[str]) -> None:
    """Adds *rows*, or puts the columns *changed* into those that are there."""
    if not rows:
        return
    partitions.make(connection, HOUR, {one.hour for _pole, one in rows})
    conflict = "(pole, hour) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in changed)
    if connection.dialect.name == "postgresql":
        kept, news = (", ".join(f"{of}.{name}" for name in changed) for of in ("hour", "excluded"))
        conflict += f" WHERE ({kept}) IS DISTINCT FROM ({news})"  # each row written leaves a dead one
        copy_postgresql.copy(connection, "hour", [(pole, *one) for pole, one in rows], conflict)
        return
    by_table: dict[str, list[tuple[Any, ...]]] = {}
    for pole, one in rows:
        by_table.setdefault(HOUR.name(one.hour), []).append((pole, *one))
    marks = ", ".join("?" * (2 + len(_REST)))
    for table, some in by_table.items():
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT {conflict}", some)


def energy(connection: Connection, poles: Collection[int], low: int, high: int) -> dict[int, int]:
    """Watt-hours of each of *poles*, in its hours that begin from *low* to before *high*."""
    total = dict.fromkeys(poles, 0)
    for table in partitions.between(connection, HOUR, low, high):
        sql = text(
            f"SELECT pole, sum(wh) FROM {table} WHERE pole IN :poles AND hour >= :low AND hour < :high GROUP BY pole"
        ).bindparams(bindparam("poles", expanding=True))
        for pole, wh in connection.execute(sql, {"poles": list(poles), "low": low, "high": high}):
            total[pole] += int(wh)
    return total


def read(connection: Connection, poles: Collection[int], low: int, high: int) -> dict[int, list[HourSum]]:
    """The hours that begin from *low* to before *high*, in order of time, of those of *poles* that have any."""
    found: dict[int, list[HourSum]] = {}
    names = ", ".join(HourSum._fields)
    for table in partitions.between(connection, HOUR, low, high):
        sql = text(
            f"SELECT pole, {names} FROM {table} WHERE pole IN :poles AND hour >= :low AND hour < :high "
            "ORDER BY pole, hour"
        ).bindparams(bindparam("poles", expanding=True))
        for row in connection.execute(sql, {"poles": list(poles), "low": low, "high": high}):
            found.setdefault(row[0], []).append(HourSum(*row[1:]))
    return found


def drop_old(connection: Connection, now: int) -> str:
    """Drops the hours of one month that are all older than KEEP_DAYS: the name of their table, or an empty text."""
    return partitions.drop_before(connection, HOUR, now - KEEP_DAYS * meters.DAY_S)
