"""What is known of the lamp that a complaint is about: its own word, its meter, its alarms; and what that proves.

Pure but for `lamps`, which reads the store.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms import life
from host_tools.city.alarms.rules import Rules
from host_tools.city.complaints.services import DAY, LIGHT, Service
from host_tools.city.correlation import fault
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.tables import pole as pole_table

COMMANDERS = frozenset({"operator", "emergency", "incident", "lock", "local"})  # who may have asked for it by order
FRESH_S = 1200  # a meter speaks each 15 minutes
FLICKER_S = 3600  # a lamp that flickers burns in between
OFF_SHARE = 0.1  # of the rated power: less is no light
OFF_W = 5.0  # where that is not known
_COLUMNS = (
    pole_table.c.name, pole_table.c.zone, pole_table.c.online, pole_table.c.failing, pole_table.c.seen,
    pole_table.c.state_at, pole_table.c.meter_at, pole_table.c.level, pole_table.c.owner, pole_table.c.reason,
    pole_table.c.until, pole_table.c.power_dw,
)  # fmt: skip


@dataclass(frozen=True)
class Lamp:
    """A pole by its row in the store, None where it has never reported; *alarms*: the open ones, the worst first."""

    name: str
    row: RowMapping | None = None
    alarms: tuple[RowMapping, ...] = field(default=())

    @property
    def heard(self) -> bool:
        return self.row is not None and bool(self.row["online"]) and self.row["failing"] is None

    @property
    def last(self) -> int | None:
        """When it was last heard (Unix s)."""
        row: Any = self.row or {}
        return max((at for name in ("seen", "state_at", "meter_at") if (at := row.get(name)) is not None), default=None)

    @property
    def level(self) -> int | None:
        return None if self.row is None else self.row["level"]

    @property
    def power_w(self) -> float | None:
        """What its meter showed last, at ``row["meter_at"]``."""
        power = None if self.row is None else self.row["power_dw"]
        return None if power is None else power / 10

    @property
    def by_order(self) -> bool:
        return self.row is not None and self.row["owner"] in COMMANDERS

    def explained_by(self, kinds: Collection[str]) -> RowMapping | None:
        """The worst of its open alarms that is one of *kinds*."""
        return next((one for one in self.alarms if one["kind"] in kinds), None)


def lamps(connection: Connection, names: Iterable[str]) -> dict[str, Lamp]:
    """The poles called *names*."""
    wanted = set(names)
    found = sa.select(*_COLUMNS).where(pole_table.c.name.in_(wanted))
    rows = {row["name"]: row for row in connection.execute(found).mappings()}
    ours: dict[str, list[RowMapping]] = {}
    opened = sa.select(alarm).where(
        life.is_open(), sa.or_(alarm.c.name.in_(wanted), alarm.c.kind == fault.FEEDER)
    ).order_by(alarm.c.severity, alarm.c.began)  # fmt: skip
    for row in connection.execute(opened).mappings():
        for name in wanted.intersection(json.loads(row["poles"])):
            ours.setdefault(name, []).append(row)
    return {name: Lamp(name, rows.get(name), tuple(ours.get(name, ()))) for name in wanted}


def proof(service: Service, around: Iterable[Lamp], since: int, rules: Rules) -> dict[str, Any] | None:
    """What the lamps *around*, the first of which is meant, showed after *since* (Unix s) that settles it.

    None: nothing does yet.  No lamp proves that a wire or a column is safe.
    """
    each = list(around)
    if service.family == LIGHT:
        wait = FLICKER_S if service.kind == "reportedFlicker" else 0
        lit = each and all(
            one.explained_by(service.explained) is None and _lit(one, since + wait, rules) for one in each
        )
        return _shown(each[0], rules) if lit else None
    if service.family == DAY and each[0].explained_by(service.explained) is None and _off(each[0], since, rules):
        return _shown(each[0], rules)
    return None


def fine_lately(service: Service, one: Lamp, now: int, rules: Rules) -> bool:
    """Whether its last reading, which is fresh at *now*, shows that it is as it should be."""
    if service.family == LIGHT:
        return _lit(one, now - FRESH_S, rules)
    return service.family == DAY and _off(one, now - FRESH_S, rules)


def as_asked(service: Service, one: Lamp, now: int, rules: Rules) -> bool:
    """Whether the lamp is so by what it was asked for at *now*, so that nothing is wrong: by an order, or by day."""
    if not one.heard or one.level is None:
        return False
    if service.family == LIGHT:
        return one.level == 0 and (one.by_order or not rules.night(now))
    return service.family == DAY and one.level > 0 and (one.by_order or rules.night(now))


def _lit(one: Lamp, since: int, rules: Rules) -> bool:
    at = _reading(one, since)
    return at is not None and rules.lit(one.name, at, one.level, one.power_w)


def _off(one: Lamp, since: int, rules: Rules) -> bool:
    power = one.power_w
    if _reading(one, since) is None or one.level != 0 or power is None:
        return False
    rated = rules.expected_w(one.name, 100)
    return power <= (rated * OFF_SHARE if rated else OFF_W)


def _reading(one: Lamp, since: int) -> int | None:
    """When its last reading was, where that is after *since*.

    Its state may be newer: where the level was higher at the reading, its power proves the same all the more.
    """
    if one.row is None or not one.heard:
        return None
    at = one.row["meter_at"]
    return at if at is not None and one.row["state_at"] is not None and at > since else None


def _shown(one: Lamp, rules: Rules) -> dict[str, Any]:
    row: Any = one.row or {}
    expected = None if one.level is None else rules.expected_w(one.name, one.level)
    return {"at": row.get("meter_at"), "level": one.level, "power": one.power_w, "expected": expected}
