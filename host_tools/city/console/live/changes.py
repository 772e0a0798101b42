"""Brings a view up to date: reads from the store what a later revision has changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms import life
from host_tools.city.console.live.view import (
    LIT,
    OFF,
    SILENT,
    UNKNOWN,
    AlarmView,
    PoleView,
    View,
    totals,
    worst_of,
)  # fmt: skip
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.command_tables import command, delivery
from host_tools.city.store.tables import pole, revision

_POLE = (
    pole.c.name, pole.c.online, pole.c.failing, pole.c.level, pole.c.target, pole.c.owner, pole.c.until, pole.c.seen,
    pole.c.power_dw,
)  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """How a pole's row is read.  *names*: of all poles of the site's files; *lit_percent*: from which level on it is
    lit; *dark*: those that may be without supply now, on feeders that are switched off by day."""

    names: frozenset[str] = frozenset()
    lit_percent: int = 10
    dark: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Changed:
    """What is not as it was: the names of poles, alarms as they are now, numbers of commands."""

    poles: frozenset[str] = frozenset()
    alarms: tuple[AlarmView, ...] = ()
    commands: frozenset[int] = frozenset()


def number(connection: Connection) -> int:
    """The revision of the store."""
    return int(connection.execute(sa.select(revision.c.number)).scalar_one())


def brought_up(connection: Connection, view: View, rules: Rules, everything: bool = False) -> tuple[View, Changed]:
    """*view* as it is now, and what of it changed; *everything*: also the poles that no message has changed."""
    now = number(connection)
    if now < view.revision:  # the store is an older one, out of a backup
        view = View()
    everything = everything or view.revision < 0
    if now == view.revision and not everything:
        return view, Changed()
    rows = list(connection.execute(sa.select(*_POLE).where(pole.c.rev > (-1 if everything else view.revision))))
    told = [_dated(one, view, now) for one in alarms_since(connection, view.revision)]
    open_ones = dict(view.alarms)
    touched = {row[0] for row in rows}
    for one in told:
        former = open_ones.pop(one.id, None)
        touched.update(one.poles, former.poles if former else ())
        if one.open:
            open_ones[one.id] = one
    worst = worst_of(open_ones.values())
    poles = dict(view.poles) if view.poles else {name: _unheard(name) for name in rules.names}
    for row in rows:
        poles[row[0]] = pole_view(row, worst.get(row[0], 0), rules)
    for name in touched:
        former_view = poles.get(name)
        if former_view is not None and former_view.worst != worst.get(name, 0):
            poles[name] = former_view._replace(worst=worst.get(name, 0))
    if not view.poles:
        touched.update(poles)
    changed = frozenset(name for name in touched if name in poles and poles[name] != view.poles.get(name))
    gone = (view.poles[name] for name in changed if name in view.poles)
    sums = totals(view.totals, gone, (poles[name] for name in changed), open_ones.values())
    made = View(now, poles, open_ones, sums)
    if view.revision < 0:
        return made, Changed(changed)
    return made, Changed(changed, tuple(told), commands_since(connection, view.revision))


def _dated(one: AlarmView, view: View, now: int) -> AlarmView:
    """*one* with the revision at which it came, which is *now* unless it was in *view* already."""
    former = view.alarms.get(one.id)
    if view.revision < 0 or not one.open:
        return one
    same = former is not None and former.last_began == one.last_began
    return one._replace(opened=former.opened if former is not None and same else now)


def _unheard(name: str) -> PoleView:
    return PoleView(name, UNKNOWN, None, None, "", None, None, None, 0)


def pole_view(row: Any, worst: int, rules: Rules) -> PoleView:
    """The pole of a *row* of the columns that this module asks for."""
    name, online, failing, level, target, owner, until, seen, power = row
    if online is False and name in rules.dark:
        state = OFF
    elif online is False or failing is not None:
        state = SILENT
    elif level is None:
        state = UNKNOWN
    else:
        state = LIT if level >= rules.lit_percent else OFF
    return PoleView(name, state, level, target, owner or "", until, seen, power, worst)


def alarms_since(connection: Connection, since: int) -> list[AlarmView]:
    """The alarms that were written after revision *since*; of all (-1) those that are open."""
    chosen = sa.select(alarm)
    chosen = chosen.where(life.is_open()) if since < 0 else chosen.where(alarm.c.rev > since)
    return [_alarm(row) for row in connection.execute(chosen).mappings()]


def _alarm(row: Any) -> AlarmView:
    own = row["merged_into"] is None and not row["swallowed_by"] and row["proof"] != "superseded"
    state = life.CLOSED if row["merged_into"] is not None else life.state(row)
    poles = tuple(map(str, json.loads(row["poles"])))
    return AlarmView(row["id"], row["kind"], row["name"], row["severity"], state, own, row["last_began"], poles)


def commands_since(connection: Connection, since: int) -> frozenset[int]:
    """The commands that were decided, or answered by a pole, after revision *since*."""
    both = sa.union(
        sa.select(command.c.id).where(command.c.rev > since),
        sa.select(delivery.c.command).where(delivery.c.rev > since),
    )
    return frozenset(connection.execute(both).scalars())


def since(connection: Connection, view: View, revision: int) -> Changed:
    """What was changed after *revision*, whatever this process knew: poles by name, those of changed alarms too."""
    names = set(connection.execute(sa.select(pole.c.name).where(pole.c.rev > revision)).scalars())
    told = alarms_since(connection, revision)
    for one in told:
        names.update(one.poles)
    known = tuple(view.alarms.get(one.id, one) for one in told)
    return Changed(frozenset(names), known, commands_since(connection, revision))
