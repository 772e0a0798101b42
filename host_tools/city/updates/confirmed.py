"""Which poles have confirmed what they run: a pole says so once, by its ack, and its birth is of the time before.

A birth is said at the beginning of a session, so that of a pole which has confirmed its software since then still
says that it is on probation.
"""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.rollouts import rollout_rows
from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.share import APPLIED
from host_tools.city.store.rollout_tables import RELEASE, rollout, rollout_pole
from host_tools.wire.from_pole import App

Confirmed = set[tuple[int, int]]  # key of the pole, serial of the release


def confirmed(connection: Connection) -> Confirmed:
    """The releases that poles have said they keep."""
    wanted = (
        sa.select(rollout_pole.c.pole, rollout_pole.c.version).join(rollout, rollout.c.id == rollout_pole.c.rollout)
        .where(rollout.c.kind == RELEASE, rollout_pole.c.state == APPLIED, rollout_pole.c.version.isnot(None))
    )  # fmt: skip
    return {(int(pole), int(serial)) for pole, serial in connection.execute(wanted)}


def known_since(app: App | None, pole: int, those: Confirmed) -> App | None:
    """*app*, or the MicroPython, as the birth of the pole of that key says it, with what is known since."""
    if app is None or not app.probation or (pole, app.serial) not in those:
        return app
    return replace(app, probation=False)


def poles(connection: Connection, zone: str) -> dict[str, Pole]:
    """The poles of *zone*, as `rollout_rows.poles` has them, with what is known since their births."""
    those = confirmed(connection)
    return {
        name: replace(one, app=known_since(one.app, one.id, those), image=known_since(one.image, one.id, those))
        for name, one in rollout_rows.poles(connection, zone).items()
    }
