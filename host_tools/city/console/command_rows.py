"""The orders of the store as the console shows them: a line each, and what each pole answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.commands.delivery import OPEN
from host_tools.city.store.command_tables import command, delivery
from host_tools.city.store.tables import pole
from host_tools.language.refusal import Refusal

SHOWN = 100


@dataclass(frozen=True)
class OrderLine:
    """An order with how many of its poles are in which state of delivery; ``open`` are those not over."""

    row: RowMapping
    states: Mapping[str, int]

    @property
    def scope(self) -> dict[str, Any]:
        """For whom it was asked."""
        scope = json.loads(self.row["scope"])
        return scope if isinstance(scope, dict) else {}

    @property
    def poles(self) -> int:
        return sum(self.states.values())

    @property
    def open(self) -> int:
        return sum(count for state, count in self.states.items() if state in OPEN)


@dataclass(frozen=True)
class Answer:
    """One pole of an order.  ``shows``: the pole's own state says that the order is what it lives by."""

    pole: str
    state: str
    reason: str
    detail: str
    online: bool | None
    shows: bool
    level: int | None
    sent_at: int | None
    answered_at: int | None


def lines(connection: Connection, count: int = SHOWN, before: int | None = None) -> list[OrderLine]:
    """The *count* newest orders, of those before the number *before* where it is given."""
    chosen = sa.select(command).order_by(command.c.id.desc()).limit(count)
    if before is not None:
        chosen = chosen.where(command.c.id < before)
    rows = list(connection.execute(chosen).mappings())
    return [OrderLine(row, states) for row, states in zip(rows, _states(connection, rows), strict=True)]


def line(connection: Connection, number: int) -> OrderLine:
    """The order *number*.  Raises CommandError."""
    row = connection.execute(sa.select(command).where(command.c.id == number)).mappings().first()
    if row is None:
        raise Refusal("commands.form_number", number=number)
    return OrderLine(row, next(iter(_states(connection, [row]))))


def answers(connection: Connection, shown: OrderLine) -> list[Answer]:
    """What each pole of the order *shown* answered, and what it says of itself, by name."""
    row = shown.row
    found = (
        sa.select(delivery, pole.c.name, pole.c.online, pole.c.level, pole.c.owner, pole.c.reason.label("lives_by"),
                  pole.c.until)
        .join(pole, pole.c.id == delivery.c.pole).where(delivery.c.command == row["id"]).order_by(pole.c.name)
    )  # fmt: skip
    out = []
    for one in connection.execute(found).mappings():
        shows = (one["owner"], one["lives_by"], one["until"]) == (row["owner"], row["reason"], row["expiration"])
        online = None if one["online"] is None else bool(one["online"])
        out.append(Answer(
            one["name"], one["state"], one["reason"], one["detail"], online, shows and row["kind"] == "override",
            one["level"], one["sent_at"], one["answered_at"],
        ))  # fmt: skip
    return out


def _states(connection: Connection, rows: list[Any]) -> list[dict[str, int]]:
    counted: dict[int, dict[str, int]] = {row["id"]: {} for row in rows}
    chosen = (
        sa.select(delivery.c.command, delivery.c.state, sa.func.count())
        .where(delivery.c.command.in_(counted)).group_by(delivery.c.command, delivery.c.state)
    )  # fmt: skip
    for number, state, count in connection.execute(chosen):
        counted[number][state] = count
    return [counted[row["id"]] for row in rows]
