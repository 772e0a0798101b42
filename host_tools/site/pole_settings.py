"""Compiles a site and a pole into the settings of that pole.

Data that a pole does not have is computed here: which programmes and rules concern it, the dates of the special days,
and when its local time changes.  A pole has no time zone names; it gets the coming changes of its offset as plain
numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.site.broker_address import parse_broker
from host_tools.site.model import Luminaire, Pole, Problem, Rule, Site, SiteError
from pole.wire import contract

DAY_S = 86400
WRAPPING = 320  # bytes an envelope adds around a body: key and sender names, counter, mac


def pole_config(site: Site, pole: Pole, start_unix: int, years: int = 10) -> dict[str, Any]:
    """The settings of *pole*, for `pole.settings.schema.complete`: good from *start_unix* (Unix s) for *years*.

    Raises SiteError where they are too long to be sent to a pole.
    """
    rules = [rule for rule in site.rules if not rule.groups or set(rule.groups) & set(pole.groups)]
    programme = site.programme_of(pole)
    used = {programme, *(rule.programme for rule in rules)}
    address = parse_broker(site.broker)
    config = {
        "version": site.version,
        "site": site.name,
        "pole": pole.name,
        "groups": list(pole.groups),
        "latitude": pole.latitude,
        "longitude": pole.longitude,
        "zone": [list(change) for change in zone_changes(site.timezone, start_unix, years)],
        "programmes": {
            name: [[point.at, point.level, point.ramp_s] for point in points]
            for name, points in site.programmes.items()
            if name in used
        },
        "rules": [out for rule in rules for out in _rules(rule, start_unix, years)],
        "programme": programme,
        "luminaire": _table(site.luminaires[pole.luminaire]),
        **_lamp(site.luminaires[pole.luminaire]),
        "floor": site.floor,
        # issued at start_unix, so that is a moment which has been; a day's grace for a laptop with a wrong clock
        "clock.floor": max(0, start_unix - DAY_S),
        "link.root": site.root,
        "link.host": address.host,
        "link.port": address.port,
        "link.tls": int(address.tls),
    }
    if used & site.by_day:
        config["byDay"] = sorted(used & site.by_day)
    if site.time_servers:
        config["time.host"] = ",".join(site.time_servers)
    size = wire_size(config)
    if size > contract.MAX_PAYLOAD:
        bound = f"must be at most {contract.MAX_PAYLOAD} bytes to reach the pole: fewer rules, dates or programmes"
        raise SiteError(
            [Problem("site.toml", 0, f"the settings of {pole.name}", f"are {size} bytes on the wire", bound)]
        )
    return config


def _table(luminaire: Luminaire) -> list[list[int]]:
    """The power a pole expects of its lamp; nothing where that is a guess, so that it raises no false alarm."""
    if luminaire.assumed:
        return []
    return [
        [level, round(watts * 1000), round(factor * 1000)] for level, watts, factor in luminaire.points if level > 0
    ]


def _lamp(luminaire: Luminaire) -> dict[str, str]:
    """Technology and driver, where they are not what a pole takes them for."""
    out = {}
    if luminaire.technology != "led":
        out["lamp.technology"] = luminaire.technology
    if luminaire.driver != "constant-power":
        out["lamp.driver"] = "followsVoltage"
    return out


def wire_size(config: dict[str, Any]) -> int:
    """Bytes of *config* as it travels: compact JSON, escaped once more as the body of an envelope."""
    import json

    return len(json.dumps(json.dumps(config, separators=(",", ":"))).encode()) + WRAPPING


@lru_cache(maxsize=64)
def zone_changes(timezone: str, start_unix: int, years: int) -> tuple[tuple[int, int], ...]:
    """When local time changes: ((from Unix s, seconds east of UTC), ...), the first in force at *start_unix*."""
    zone = ZoneInfo(timezone)
    before = start_unix
    offset = _offset(zone, before)
    changes = [(start_unix - start_unix % DAY_S - DAY_S, offset)]
    # a day is a fine enough net: no zone has gone there and back within one
    for after in range(start_unix + DAY_S, start_unix + (years * 366 + 1) * DAY_S, DAY_S):
        now = _offset(zone, after)
        if now != offset:
            changes.append((_first_second(zone, before, after), now))
            offset = now
        before = after
    return tuple(changes)


def _first_second(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second with the offset of *after*, knowing that *before* has another one."""
    new = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == new:
            after = middle
        else:
            before = middle
    return after


def _offset(zone: ZoneInfo, unix: int) -> int:
    offset = datetime.fromtimestamp(unix, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _rules(rule: Rule, start_unix: int, years: int) -> Iterator[dict[str, Any]]:
    """*rule* as the pole reads it: twice where it has days of one year and of every year; the past left out."""
    today = datetime.fromtimestamp(start_unix, UTC).date() - timedelta(days=2)
    last = today.replace(year=today.year + years, day=min(today.day, 28))
    if rule.last and rule.last < today:
        return
    common: dict[str, Any] = {"name": rule.name, "programme": rule.programme}
    if rule.first:
        common["from"] = _number(rule.first)
    if rule.last:
        common["to"] = _number(rule.last)
    if rule.weekdays:
        common["weekdays"] = list(rule.weekdays)
    dates = [_number(day) for day in rule.dates if today <= day <= last]
    if dates:
        yield common | {"dates": dates}
    if rule.month_days:
        yield common | {"monthDays": [month * 100 + day for month, day in rule.month_days]}
    if not rule.dates and not rule.month_days:
        yield common


def _number(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day
