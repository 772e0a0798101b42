"""What is known of one pole: of the store, of the site's files, and of the configuration that it was given."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.commands.delivery import APPLIED, OPEN
from host_tools.city.commands.order import CANCEL, OVERRIDE
from host_tools.city.record.book import RECEIVER_SOURCE
from host_tools.city.store.command_tables import ACCEPTED, command, delivery
from host_tools.city.store.tables import configuration, event, pole
from host_tools.site.model import Luminaire, Pole, Site
from host_tools.site.night_preview import calendar_of
from host_tools.wire.payload import parsed
from pole.lighting.calendar import Calendar
from pole.settings import schema
from pole.wire import city_side

RANK = {owner: rank for rank, owner in enumerate(city_side.OWNERS)}  # the highest first
MOST_NAMES = 200_000
OWN_COLUMNS = (
    command.c.id, command.c.who, command.c.door, command.c.kind, command.c.owner, command.c.level, command.c.reason,
    command.c.ref, command.c.start, command.c.expiration, command.c.written_at, command.c.state, command.c.answer,
    delivery.c.state.label("delivered"), delivery.c.answered_at, delivery.c.reason.label("why"), delivery.c.detail,
    delivery.c.times,
)  # fmt: skip


@dataclass(frozen=True)
class PoleSaid:
    """*row*: of the store, None where it has never reported.  *known*: of the site's files, None where it is not there.

    *state*, *birth*, *meter*: what it last said, {} without.  *settings*: of the configuration that the broker retains
    for it, {} where there is none.  *last*: when it was last heard (Unix s).
    """

    name: str
    row: RowMapping | None
    known: Pole | None
    luminaire: Luminaire | None
    state: dict[str, Any] = field(default_factory=dict)
    birth: dict[str, Any] = field(default_factory=dict)
    meter: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    last: int | None = None

    @property
    def id(self) -> int | None:
        return None if self.row is None else int(self.row["id"])

    @property
    def heard(self) -> bool:
        """Whether it is online and not overdue."""
        return self.row is not None and bool(self.row["online"]) and self.row["failing"] is None

    def calendar(self, site: Site | None, start: int) -> Calendar | None:
        """Its own programme code with the settings it was given, else with those of the files; None without both."""
        try:
            if self.settings:
                return Calendar(schema.complete(self.settings))
            if site is not None and self.known is not None:
                return calendar_of(site, self.known, start)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return None


def pole_said(connection: Connection, site: Site | None, name: str) -> PoleSaid | None:
    """What is known of the pole *name*; None where it is neither in the store nor in the files of *site*."""
    row = connection.execute(sa.select(pole).where(pole.c.name == name)).mappings().first()
    known = site.by_name.get(name) if site else None
    if row is None and known is None:
        return None
    lamp = site.luminaires.get(known.luminaire) if site and known else None
    if row is None:
        return PoleSaid(name, None, known, lamp)
    kept = connection.execute(sa.select(configuration.c.payload).where(configuration.c.pole == row["id"])).scalar()
    body = _object(kept).get("body")
    return PoleSaid(
        name, row, known, lamp, _object(row["state"]), _object(row["birth"]), _object(row["meter"]),
        _object(body) if isinstance(body, str) else {}, _last(connection, row),
    )  # fmt: skip


def names_of(connection: Connection, site: Site | None) -> set[str]:
    """Every pole that there is a page of."""
    found = set(connection.execute(sa.select(pole.c.name).limit(MOST_NAMES)).scalars())
    return found | {one.name for one in site.poles} if site else found


def deliveries(connection: Connection, number: int, most: int) -> list[dict[str, Any]]:
    """The latest *most* orders to the pole with the key *number*, with its own answer to each, the newest first."""
    found = sa.select(*OWN_COLUMNS).join(delivery, delivery.c.command == command.c.id).where(delivery.c.pole == number)
    rows = connection.execute(found.order_by(command.c.id.desc()).limit(most)).mappings()
    return [dict(row) for row in rows]


def in_force(orders: list[dict[str, Any]], at: int) -> list[dict[str, Any]]:
    """Those of *orders* (`deliveries`, the newest first) that the pole holds at *at* (Unix s), the highest first."""
    out: list[dict[str, Any]] = []
    ended: list[tuple[str, str]] = []
    for one in orders:
        if one["state"] != ACCEPTED or one["delivered"] not in (APPLIED, *OPEN):
            continue
        if one["kind"] == CANCEL:
            ended.append((one["owner"], one["ref"]))
        elif one["kind"] == OVERRIDE and one["expiration"] > at >= (one["start"] or one["written_at"]):
            replaced = any(later["owner"] == one["owner"] and later["ref"] == one["ref"] for later in out)
            cancelled = any(owner == one["owner"] and ref in ("", one["ref"]) for owner, ref in ended)
            if not replaced and not cancelled:
                out.append(one)
    return sorted(out, key=lambda one: RANK.get(one["owner"], len(RANK)))


def _last(connection: Connection, row: RowMapping) -> int | None:
    """The time of its last message: the store writes ``seen`` when something about it changes, not with each."""
    came = sa.select(sa.func.max(event.c.received_at)).where(
        event.c.pole == row["id"], event.c.source != RECEIVER_SOURCE
    )
    times = [row["seen"], row["state_at"], row["meter_at"], row["birth_at"], connection.execute(came).scalar()]
    return max((at for at in times if at is not None), default=None)


def _object(said: str | None) -> dict[str, Any]:
    try:
        return parsed((said or "").encode()) or {}
    except (json.JSONDecodeError, ValueError, RecursionError):
        return {}
