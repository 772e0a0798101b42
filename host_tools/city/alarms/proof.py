"""Which alarms only proof closes: a road that is dark, as long as its pole can still say so itself."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.store.tables import pole
from host_tools.wire.event_types import CATALOGUE, DARK


def awaited(connection: Connection, rows: Sequence[RowMapping]) -> RowMapping | None:
    """The first of *rows*, open alarms, that only proof may close; None where a person may close all.

    The repair clock of a dark lamp runs to the proof, so a word does not stop it while the pole is heard.  A pole that
    is silent proves nothing: a person may close it.
    """
    for row in rows:
        kind = CATALOGUE.get(row["kind"])
        if kind is None or kind.severity != DARK or row["ended"] is not None:
            continue
        found = connection.execute(
            sa.select(pole.c.online, pole.c.failing).where(pole.c.name == row["name"])
        ).first()  # fmt: skip
        if found is not None and found.online and found.failing is None:
            return row
    return None
