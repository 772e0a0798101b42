"""What the poles themselves say of what a door has ordered: the answer to the system that asked."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.commands.delivery import APPLIED, OPEN
from host_tools.city.commands.order import CANCEL
from host_tools.city.doors.giving import Standing, standing
from host_tools.city.store.command_tables import command, delivery
from host_tools.city.store.tables import pole

GIVEN, NOTHING = "given", "nothing"


class Progress(msgspec.Struct, rename="camel", kw_only=True):
    """How far an order is.  Times are Unix s, levels percent.

    ``state``: nothing (is in force), written (the receiver has not decided yet), accepted, refused, needsSecondPerson.
    ``lit``: poles whose own state says that much light or more; ``livesBy``: those that say, it is for this order.
    ``applied`` have acknowledged it, ``waiting`` have not answered yet, ``refused`` will not, ``silent`` are not heard.
    """

    ref: str
    state: str = NOTHING
    why: str = ""
    owner: str = ""
    reason: str = ""
    level: int | None = None
    begins: int | None = None
    until: int | None = None
    orders: list[int] = []
    poles: int = 0
    lit: int = 0
    lives_by: int = 0
    applied: int = 0
    waiting: int = 0
    refused: int = 0
    silent: int = 0


def progress(connection: Connection, door: str, ref: str, now: int) -> Progress:
    """Of what is in force under *ref* of *door* at *now* (Unix s at the site); where that is nothing, why."""
    found = standing(connection, door, ref, now)
    if found is None:
        last = sa.select(command).where(command.c.ref == ref, command.c.door == door).order_by(command.c.id.desc())
        row = connection.execute(last.limit(1)).mappings().first()
        if row is not None and row["state"] == "refused":
            return Progress(ref=ref, state="refused", why=row["answer"], orders=[row["id"]])
        return Progress(ref=ref, why="" if row is None else "ended" if row["kind"] == CANCEL else "over")
    return _of(connection, ref, found)


def _of(connection: Connection, ref: str, found: Standing) -> Progress:
    first = found.first
    states = {row["state"] for row in found.rows}
    worst = next((one for one in ("needsSecondPerson", "written") if one in states), "accepted")
    told = Progress(
        ref=ref, state=worst, why=next((row["answer"] for row in found.rows if row["answer"]), ""),
        owner=first["owner"], reason=first["reason"], level=first["level"],
        begins=first["start"] if first["start"] is not None else first["decided_at"] or first["written_at"],
        until=first["expiration"], orders=found.numbers,
    )  # fmt: skip
    chosen = (
        sa.select(delivery.c.state, pole.c.online, pole.c.failing, pole.c.level, pole.c.owner, pole.c.reason,
                  pole.c.until)
        .join(pole, pole.c.id == delivery.c.pole).where(delivery.c.command.in_(found.numbers))
    )  # fmt: skip
    for state, online, failing, level, owner, reason, until in connection.execute(chosen):
        told.poles += 1
        told.applied += state == APPLIED
        told.waiting += state in OPEN
        told.refused += state not in (*OPEN, APPLIED)
        heard = bool(online) and failing is None
        told.silent += not heard
        told.lit += heard and level is not None and level >= (first["level"] or 0)
        told.lives_by += heard and (owner, reason, until) == (first["owner"], first["reason"], first["expiration"])
    return told
