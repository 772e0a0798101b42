"""Lights a pole for the crew that works at it: an order of the operator, which the receiver judges and sends."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.commands import order_rows
from host_tools.city.commands.order import OVERRIDE, Order, check
from host_tools.city.store.command_tables import command, delivery
from host_tools.city.store.tables import pole
from host_tools.text import text

LIGHT_S = 600
LEVEL = 100
DOOR = "crew"
MOST_REASON = 80  # bytes on the wire are the pole's own bound; order.check judges the characters


def light(connection: Connection, number: int, crew: str, name: str, who: str, now: int) -> int:
    """Orders the pole *name* of the work order *number* to full light for LIGHT_S; until when (Unix s).

    Raises CommandError.
    """
    until = now + LIGHT_S
    given = Order(
        who, "operator", OVERRIDE, "operator", until, DOOR, LEVEL, _reason(crew), _ref(number),
        scope={"poles": [name]}, written_at=now,
    )  # fmt: skip
    check(given)
    given.body()
    order_rows.write(connection, given, [name])
    return until


def lights(connection: Connection, numbers: list[int], now: int) -> dict[tuple[int, str], dict[str, Any]]:
    """{(work order, pole): the last such order that still holds} with the pole's own answer to it."""
    refs = {_ref(number): number for number in numbers}
    found = (
        sa.select(
            command.c.ref, pole.c.name, command.c.state, command.c.answer, command.c.expiration,
            delivery.c.state.label("delivered"), delivery.c.reason,
        )
        .join(delivery, delivery.c.command == command.c.id).join(pole, pole.c.id == delivery.c.pole)
        .where(command.c.ref.in_(list(refs)), command.c.expiration > now).order_by(command.c.id)
    )  # fmt: skip
    return {(refs[row["ref"]], row["name"]): dict(row) for row in connection.execute(found).mappings()}


def _ref(number: int) -> str:
    return f"CREW-{number}"


def _reason(crew: str) -> str:
    """`crew NAME works here`, as long as a pole takes it; a crew that is called `crew 2` is not called so twice."""
    head, tail = "" if crew.casefold().startswith("crew") else "crew ", " works here"
    room = MOST_REASON - len(head) - len(tail)
    name = text(crew, room)
    while len(f"{head}{name}{tail}".encode()) > MOST_REASON:
        name = name[:-1]
    return f"{head}{name}{tail}"
