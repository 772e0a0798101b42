"""The poles of the record in numbers, and how many events of theirs are missing."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.engine import Connection

from host_tools.city.store.tables import gap, pole
from host_tools.wire.journal import LAST

_SPAN = func.coalesce(func.sum(gap.c.high - gap.c.low + 1), 0)


def pole_counts(connection: Connection) -> dict[str, int]:
    """How many ``poles`` there are, ``online``, ``silent``; messages ``malformed``, and events in ``conflicts``."""
    chosen = select(
        func.count().label("poles"), func.count(case((pole.c.online, 1))).label("online"),
        func.count(pole.c.failing).label("silent"), func.coalesce(func.sum(pole.c.malformed), 0).label("malformed"),
        func.coalesce(func.sum(pole.c.conflicts), 0).label("conflicts"),
    )  # fmt: skip
    row = connection.execute(chosen.select_from(pole)).mappings().one()
    return {name: int(value) for name, value in row.items()}


def gap_counts(connection: Connection) -> dict[str, int]:
    """How many events are ``missing``, in how many ``gaps``."""
    missing, gaps = connection.execute(select(_SPAN, func.count()).where(gap.c.high < LAST)).one()
    return {"missing": int(missing), "gaps": gaps}
