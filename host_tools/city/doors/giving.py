"""Gives what a door asks for: one order a reference, in the store, judged as any other before it is written.

The same message again within a minute is the order that is there; later another is given under the same reference and
takes the place of the former on each pole.  Poles that the newer one is not for lose the former.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.commands import limits, order_rows
from host_tools.city.commands.order import OVERRIDE
from host_tools.city.doors.door import Conflict, Grant, NoSuch, Wish, cancel_of, check_zones, order_of
from host_tools.city.doors.street import Street
from host_tools.city.store.command_tables import REFUSED, command
from host_tools.errors import CommandError
from host_tools.language.language import Spoken

SAME_S = 60


@dataclass(frozen=True)
class Standing:
    """The order of a reference that is in force, or will be: its rows, one of each receiver's zone."""

    rows: tuple[Any, ...]

    @property
    def first(self) -> Any:
        return self.rows[0]

    @property
    def numbers(self) -> list[int]:
        return [int(row["id"]) for row in self.rows]


@dataclass(frozen=True)
class Given:
    """*numbers* of the orders, how many *poles*, *until* when; *same*: it was there already."""

    numbers: list[int]
    poles: int
    until: int
    same: bool = False
    never: tuple[str, ...] = ()


def standing(connection: Connection, door: str, ref: str, now: int) -> Standing | None:
    """What is in force under *ref* of *door* at *now* (Unix s at the site)."""
    mine = sa.select(command).where(command.c.ref == ref, command.c.door == door, command.c.expiration > now)
    rows = list(connection.execute(mine.where(command.c.state != REFUSED).order_by(command.c.id.desc())).mappings())
    if not rows or rows[0]["kind"] != OVERRIDE:
        return None
    newest = rows[0]
    together = [row for row in rows if row["kind"] == OVERRIDE and row["written_at"] == newest["written_at"]]
    zones = {row["zone"]: row for row in reversed(together)}
    return Standing(tuple(zones[zone] for zone in sorted(zones)))


def in_force(connection: Connection, doors: Iterable[str], now: int, most: int = 200) -> list[Standing]:
    """What is in force by *doors* at *now*, the newest first."""
    chosen = sa.select(command.c.door, command.c.ref, sa.func.max(command.c.id)).where(
        command.c.door.in_(list(doors)), command.c.expiration > now, command.c.state != REFUSED
    )
    newest = chosen.group_by(command.c.door, command.c.ref).order_by(sa.func.max(command.c.id).desc()).limit(most)
    found = (standing(connection, door, ref, now) for door, ref, _id in connection.execute(newest).all())
    return [one for one in found if one is not None]


def give(connection: Connection, street: Street, wish: Wish, grant: Grant, now: int) -> Given:
    """Writes the order of *wish* under *grant*, for the receiver.  Raises Spoken, CommandError: why it may not be."""
    names = street.directory.find(wish.scope)
    order = order_of(wish, grant, now)
    check_zones(names, grant, street.directory.members)
    rules = street.rules
    night = rules.night(max(now, order.begins), order.expiration)
    ruling = limits.judge(order, dict.fromkeys(names), rules.limits, rules.floor, night, now)  # no door darkens
    if ruling.refused or ruling.second:
        raise CommandError(ruling.refused or ruling.second)
    reported = order_rows.ids_of(connection, names)
    to = [name for name in names if name in reported]
    never = tuple(name for name in names if name not in reported)
    if not to:
        raise Spoken("doors.never", count=len(names))
    before = standing(connection, wish.door, wish.ref, now)
    held = _targets(connection, before.numbers) if before else []
    if before:
        if before.first["who"] != grant.who:
            raise Conflict("doors.taken", ref=wish.ref, who=before.first["who"])
        same = all(before.first[name] == getattr(order, name) for name in ("level", "reason", "start", "owner"))
        gone_s = now - before.first["written_at"]
        same = same and order.expiration - before.first["expiration"] in (0, gone_s)  # as long as before
        if same and set(held) == set(to) and gone_s < SAME_S:
            return Given(before.numbers, len(to), before.first["expiration"], True, never)
    gone = set(held) - set(to)
    if gone:
        ends = cancel_of(wish.door, wish.owner, wish.ref, grant.who, wish.door, now, {"poles": sorted(gone)})
        order_rows.write(connection, ends, sorted(gone))
    return Given(order_rows.write(connection, order, to), len(to), order.expiration, False, never)


def end(connection: Connection, door: str, ref: str, who: str, role: str, now: int, own: bool = True) -> Given:
    """Ends what is in force under *ref* of *door*, in the name of *who*, by the limits of *role*.

    *own*: only what *who* gave.  Raises NoSuch where there is nothing, Conflict where another gave it.
    """
    before = standing(connection, door, ref, now)
    if before is None:
        raise NoSuch("doors.nothing", ref=ref)
    first = before.first
    if own and first["who"] != who:
        raise Conflict("doors.taken", ref=ref, who=first["who"])
    under = sa.select(command.c.id).where(
        command.c.ref == ref, command.c.door == door, command.c.kind == OVERRIDE, command.c.expiration > now
    )
    names = _targets(connection, connection.execute(under).scalars())
    order = cancel_of(door, first["owner"], ref, who, role, now, {"poles": names})
    return Given(order_rows.write(connection, order, names), len(names), now)


def _targets(connection: Connection, numbers: Iterable[int]) -> list[str]:
    return sorted({name for number in list(numbers) for name in order_rows.targets(connection, number)})
