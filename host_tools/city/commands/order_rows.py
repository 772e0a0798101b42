"""Orders and deliveries in the store: written by who orders, decided and brought forward by the receiver."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.commands import audit
from host_tools.city.commands.delivery import APPLIED, OPEN, Delivery
from host_tools.city.commands.order import CANCEL, OVERRIDE, Order
from host_tools.city.store import bulk
from host_tools.city.store.command_tables import ACCEPTED, ASKS, WRITTEN, command, delivery
from host_tools.city.store.tables import pole
from host_tools.language.refusal import Refusal
from host_tools.wire.envelope import flash_nonce
from host_tools.wire.payload import parsed

_FIELDS = (
    "written_at", "who", "role", "door", "kind", "owner", "level", "reason", "ref", "ref_address", "start",
    "expiration", "ramp_s", "second", "code",
)  # fmt: skip
_WRITTEN = (
    "state", "key_name", "sender", "n", "to_many", "renewed", "sent_at", "times", "answered_at", "reason", "detail",
    "nonce",
)  # fmt: skip
_LOOKED_UP = 500  # names in one query: SQLite takes 32,766 values


@dataclass
class Known:
    """A pole of the store: its key there, groups, nonce of its flashing, whether it is online, its newest target."""

    id: int
    groups: tuple[str, ...] = ()
    nonce: str = ""
    online: bool | None = None
    target: int | None = None


# -- by who orders


def write(connection: Connection, order: Order, poles: Iterable[str]) -> list[int]:
    """Writes *order* to *poles* (their names) for the receiver to decide, and that it was given into the audit.

    Its id: one of each zone that the poles are in.  Raises CommandError where a pole has never reported.
    """
    names = list(poles)
    found = _rows_of(connection, names)
    if missing := [name for name in names if name not in found]:
        some, more = ", ".join(missing[:5]), len(missing) - 5
        if more > 0:
            raise Refusal("commands.never_heard_more", some=some, more=more)
        raise Refusal("commands.never_heard", some=some)
    values = {name: getattr(order, name) for name in _FIELDS}
    said = {name: values[name] for name in _FIELDS if name != "code" and values[name] not in (None, "")}
    out = []
    for zone in sorted({zone for _id, zone in found.values()}):
        here = [found[name][0] for name in names if found[name][1] == zone]
        row = {**values, "zone": zone, "state": WRITTEN, "scope": json.dumps(order.scope)}
        number = int(connection.execute(sa.insert(command).values(row).returning(command.c.id)).scalar_one())
        bulk.insert(connection, delivery, ("command", "pole"), [(number, one) for one in here])
        detail = {**said, "scope": order.scope, "poles": len(here)}
        audit.add(connection, zone, order.written_at, order.who, order.door, "ordered", number, detail)
        out.append(number)
    return out


def agree(connection: Connection, number: int, second: str, code: str, at: int) -> None:
    """The second person *second* agrees to the order *number* by *code*; the receiver checks it."""
    waits = sa.update(command).where(command.c.id == number, command.c.state == ASKS)
    agreed = waits.values(state=WRITTEN, second=second, code=code).returning(command.c.zone)
    zone = connection.execute(agreed).scalar()
    if zone is None:
        raise Refusal("commands.not_waiting", number=number)
    audit.add(connection, zone, at, second, "console", "agreed", number, {})


# -- by the receiver


def undecided(connection: Connection, zone: str, most: int) -> list[dict[str, Any]]:
    """The rows of orders that the receiver of *zone* is to decide, at most *most*."""
    mine = sa.select(command).where(command.c.state == WRITTEN, command.c.zone == zone)
    found = mine.order_by(command.c.id).limit(most)
    return [dict(row) for row in connection.execute(found).mappings()]


def targets(connection: Connection, number: int) -> list[str]:
    """Names of the poles that the order *number* has deliveries to."""
    found = sa.select(pole.c.name).join(delivery, delivery.c.pole == pole.c.id).where(delivery.c.command == number)
    return list(connection.execute(found.order_by(pole.c.name)).scalars())


def decide(connection: Connection, number: int, rev: int, **values: Any) -> None:
    """Writes the decision on the order *number*; its code is not kept."""
    connection.execute(sa.update(command).where(command.c.id == number).values(code="", rev=rev, **values))


def add_deliveries(connection: Connection, number: int, ids: Iterable[int]) -> None:
    """More poles of the order *number*."""
    bulk.insert(connection, delivery, ("command", "pole"), [(number, one) for one in ids])


def accepted(connection: Connection, zone: str, now: int) -> list[tuple[dict[str, Any], list[str]]]:
    """The rows of accepted orders that are in force or have open deliveries, each with the names of all its poles."""
    is_open = sa.select(delivery.c.command).where(delivery.c.state.in_(OPEN)).distinct()
    wanted = sa.or_(command.c.expiration > now, command.c.id.in_(is_open))
    mine = sa.and_(wanted, command.c.state == ACCEPTED, command.c.zone == zone)
    rows = [dict(row) for row in connection.execute(sa.select(command).where(mine).order_by(command.c.id)).mappings()]
    return [(row, targets(connection, row["id"])) for row in rows]


def load_open(connection: Connection, orders: Mapping[int, Order]) -> list[Delivery]:
    """The deliveries of *orders* (by id) that are not over."""
    found = sa.select(delivery, pole.c.name).join(pole, pole.c.id == delivery.c.pole).where(delivery.c.state.in_(OPEN))
    return [
        Delivery(
            orders[row["command"]], row["name"], str(row["key_name"]), str(row["to_many"]), row["state"],
            str(row["sender"]), _whole(row["n"]), _whole(row["renewed"]) or 0, _whole(row["sent_at"]),
            _whole(row["times"]) or 0, _whole(row["answered_at"]), str(row["reason"]), str(row["detail"]),
            nonce=str(row["nonce"]),
        )
        for row in connection.execute(found).mappings() if row["command"] in orders
    ]  # fmt: skip


def applied(connection: Connection, zone: str, owner: str, now: int) -> list[tuple[int, str, str]]:
    """(order, pole, nonce of its flashing then) of overrides of *owner* that poles applied and that are in force.

    Not of those that a later order of the same owner has ended or replaced there.
    """
    later, other = command.alias(), delivery.alias()
    ended = sa.exists().where(
        other.c.command == later.c.id, other.c.pole == delivery.c.pole, later.c.id > command.c.id,
        later.c.owner == command.c.owner, later.c.state == ACCEPTED,
        (later.c.ref == command.c.ref) | ((later.c.kind == CANCEL) & (later.c.ref == "")),
    )  # fmt: skip
    found = (
        sa.select(command.c.id, pole.c.name, delivery.c.nonce).join(delivery, delivery.c.command == command.c.id)
        .join(pole, pole.c.id == delivery.c.pole)
        .where(command.c.zone == zone, command.c.owner == owner, command.c.kind == OVERRIDE)
        .where(command.c.state == ACCEPTED)
        .where(command.c.expiration > now, delivery.c.state == APPLIED, delivery.c.nonce != "", ~ended)
    )  # fmt: skip
    return [(number, name, nonce) for number, name, nonce in connection.execute(found.order_by(command.c.id))]


def write_deliveries(connection: Connection, changed: Iterable[Delivery], ids: Mapping[str, int], rev: int) -> None:
    """Writes *changed* as they are now; *ids*: of their poles."""
    rows = [(one.order.id, ids[one.pole], *(getattr(one, name) for name in _WRITTEN), rev) for one in changed]
    bulk.update(connection, delivery, ("command", "pole"), (*_WRITTEN, "rev"), rows)


def may_hold(connection: Connection, order: Order, now: int) -> dict[str, list[str]]:
    """{pole: names of the keys, in the order of use} under which poles may hold what *order*, a cancel, ends."""
    sent = sa.and_(
        command.c.owner == order.owner, command.c.kind == OVERRIDE, command.c.expiration > now,
        delivery.c.n.is_not(None), delivery.c.state != "rejected",
    )  # fmt: skip
    if order.ref:
        sent = sa.and_(sent, command.c.ref == order.ref)
    found = (
        sa.select(pole.c.name, delivery.c.key_name).join(command, command.c.id == delivery.c.command)
        .join(pole, pole.c.id == delivery.c.pole).where(sent).order_by(command.c.id)
    )  # fmt: skip
    out: dict[str, list[str]] = {}
    for name, key in connection.execute(found):
        out.setdefault(name, []).append(key)
    return out


def known_poles(connection: Connection, zone: str | None) -> dict[str, Known]:
    """The poles of *zone* in the store (None: of all zones), by name."""
    found = sa.select(pole.c.id, pole.c.name, pole.c.groups, pole.c.birth, pole.c.online, pole.c.target)
    out = {}
    for number, name, groups, birth, online, target in connection.execute(
        found if zone is None else found.where(pole.c.zone == zone)
    ):
        nonce = flash_nonce(parsed(birth.encode())) if birth else ""
        out[name] = Known(number, tuple(json.loads(groups)), nonce, online, target)
    return out


def ids_of(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """The keys of the poles called *names* that the store knows."""
    return {name: number for name, (number, _zone) in _rows_of(connection, names).items()}


def _rows_of(connection: Connection, names: Collection[str]) -> dict[str, tuple[int, str]]:
    """{name: (key, zone)}"""
    out: dict[str, tuple[int, str]] = {}
    wanted = list(names)
    for at in range(0, len(wanted), _LOOKED_UP):
        found = sa.select(pole.c.id, pole.c.name, pole.c.zone).where(pole.c.name.in_(wanted[at : at + _LOOKED_UP]))
        for number, name, zone in connection.execute(found):
            out[name] = number, zone
    return out


def answers(connection: Connection, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The order *number*, and its deliveries with each pole's ``name`` and whether it is ``online``."""
    row = connection.execute(sa.select(command).where(command.c.id == number)).mappings().one()
    found = sa.select(delivery, pole.c.name, pole.c.online).join(pole, pole.c.id == delivery.c.pole)
    each = connection.execute(found.where(delivery.c.command == number).order_by(pole.c.name)).mappings().all()
    return dict(row), [dict(one) for one in each]


def _whole(value: object) -> int | None:
    """*value* where it is a whole number: a column of SQLite holds what any program wrote."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
