"""The last night as it was: what each pole took hour by hour, which faults it had, when nothing was heard of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms.severity import severity
from host_tools.city.console.city import City
from host_tools.city.store import partitions
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.local_time import HOUR_S, LocalTime
from host_tools.city.store.partitions import HOUR
from host_tools.city.store.tables import event, pole
from host_tools.wire.event_types import COMMUNICATION_FAILURE

MOST_EVENTS = 50_000

Span = tuple[str, int, int, int, str]  # pole, from, to (Unix s), severity, kind


def bounds(now: int, zone: ZoneInfo) -> tuple[int, int]:
    """From noon of yesterday to noon of today, or to *now* where that is earlier."""
    local = LocalTime(zone)
    today = datetime.fromtimestamp(now, zone).date()
    return local.noon(today - timedelta(days=1)), min(now, local.noon(today))


def power(connection: Connection, low: int, high: int) -> dict[str, dict[int, int]]:
    """Mean power of each pole in each hour that was measured, in tenths of a watt: {pole: {hour: power}}."""
    names: dict[int, str] = dict(connection.execute(sa.select(pole.c.id, pole.c.name)).all())
    found: dict[str, dict[int, int]] = {}
    for table in partitions.between(connection, HOUR, low, high):
        sql = sa.text(
            f"SELECT pole, hour, power_mean_dw FROM {table} "
            "WHERE hour >= :low AND hour < :high AND power_mean_dw IS NOT NULL"
        )
        for id_, hour, mean in connection.execute(sql, {"low": low, "high": high}):
            if id_ in names:
                found.setdefault(names[id_], {})[hour] = mean
    return found


def total(connection: Connection, low: int, high: int) -> list[tuple[int, int, int]]:
    """(hour, Wh of all poles, how many were measured) of each hour, in order."""
    out: list[tuple[int, int, int]] = []
    for table in partitions.between(connection, HOUR, low, high):
        sql = sa.text(
            f"SELECT hour, sum(wh), count(*) FROM {table} "
            "WHERE hour >= :low AND hour < :high GROUP BY hour ORDER BY hour"
        )
        out += [(hour, int(wh), count) for hour, wh, count in connection.execute(sql, {"low": low, "high": high})]
    return out


def spans(connection: Connection, low: int, high: int) -> list[Span]:
    """The faults of poles between *low* and *high*: by their events, and by the alarms that went on before."""
    going: dict[tuple[str, str], int] = {}
    before = sa.select(alarm.c.kind, alarm.c.poles).where(
        alarm.c.began < low, alarm.c.merged_into.is_(None), alarm.c.ended.is_(None) | (alarm.c.ended > low)
    )
    for kind, poles in connection.execute(before):
        for name in json.loads(poles):
            going[str(name), kind] = low
    at = sa.func.coalesce(event.c.timestamp, event.c.received_at)
    chosen = (
        sa.select(pole.c.name, event.c.event_type, event.c.starts, at)
        .join(pole, pole.c.id == event.c.pole)
        .where(at >= low, at < high, event.c.starts.is_not(None))
        .order_by(at, event.c.arrival)
        .limit(MOST_EVENTS)
    )
    return paired(going, ((str(a), str(b), bool(c), int(d)) for a, b, c, d in connection.execute(chosen)), high)


def paired(going: dict[tuple[str, str], int], events: Iterable[tuple[str, str, bool, int]], high: int) -> list[Span]:
    """*events* (pole, type, whether it begins, when; in order) as spans; *going*: since when those before go on."""
    out: list[Span] = []
    for name, kind, starts, at in events:
        if starts:
            going.setdefault((name, kind), at)
        elif (name, kind) in going:
            out.append((name, going.pop((name, kind)), at, severity(kind), kind))
    return out + [(name, since, high, severity(kind), kind) for (name, kind), since in going.items()]


def told(city: City, connection: Connection) -> dict[str, Any]:
    """The night for the map: for each hour the power of each pole in percent of its rated one, or null."""
    low, high = bounds(city.now(connection), city.zone)
    first = LocalTime(city.zone).hour(low)
    hours = list(range(first, high, HOUR_S))
    rated = {}
    if city.site:
        rated = {one.name: city.site.luminaires[one.luminaire].rated_w for one in city.site.poles}
    shares = {
        name: [_percent(by_hour.get(hour), rated[name]) for hour in hours]
        for name, by_hour in power(connection, first, high).items()
        if rated.get(name)
    }
    faults = spans(connection, low, high)
    return {
        "from": low, "to": high, "hours": hours, "power": shares,
        "clock": [f"{datetime.fromtimestamp(at, city.zone):%Y-%m-%d %H:%M %Z}" for at in range(low, high + 1, 600)],
        "faults": [one for one in faults if one[4] != COMMUNICATION_FAILURE],
        "silent": [one[:3] for one in faults if one[4] == COMMUNICATION_FAILURE],
    }  # fmt: skip


def _percent(power_dw: int | None, rated_w: float) -> int | None:
    return None if power_dw is None else min(100, max(0, round(power_dw * 10 / rated_w)))
