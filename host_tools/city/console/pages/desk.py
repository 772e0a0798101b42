"""The desk of engineers and admins: how the system is."""

from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa
from litestar import get
from litestar.response import Template
from sqlalchemy.engine import Connection

from host_tools.city.console.access.roles import ENGINEER, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.live import changes
from host_tools.city.console.page import render
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.record.counts import gap_counts, pole_counts
from host_tools.city.store.tables import pole
from host_tools.city.store.upgrade import NEWEST

ALIVE_S = 15.0  # a receiver that has said nothing for longer is not counted as alive


@get("/desk", guards=[needs(ENGINEER)])
@in_thread
def desk(request: Web) -> Template:
    """Receivers, database, gaps, what made no sense."""
    city = city_of(request)
    with city.reading() as connection:
        receivers = [
            {"said": one, "age": (age := max(0, int(city.wall() - one.said))), "alive": age <= ALIVE_S}
            for one in city.receivers(connection)
        ]
        figures = _figures(connection)
        size = size_of(city, connection)
    return render(
        request, "desk.html", receivers=receivers, size=size, schema=NEWEST, record=city.database.name, **figures
    )


def _figures(connection: Connection) -> dict[str, Any]:
    out: dict[str, Any] = {**pole_counts(connection), "missing": gap_counts(connection)["missing"]}
    out["revision"] = changes.number(connection)
    worst = sa.select(pole.c.name, pole.c.malformed, pole.c.conflicts).where(pole.c.malformed + pole.c.conflicts > 0)
    order = (pole.c.malformed + pole.c.conflicts).desc(), pole.c.name
    out["worst"] = connection.execute(worst.order_by(*order).limit(10)).all()
    return out


def size_of(city: City, connection: Connection) -> int:
    """Bytes of the database."""
    if city.database.postgresql:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    parts = (city.settings.db, f"{city.settings.db}-wal")
    return sum(os.path.getsize(part) for part in parts if os.path.exists(part))


ROUTES = [desk]
