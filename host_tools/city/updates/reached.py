"""The poles that rollouts of releases have come to."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.rollouts import rollout_rows
from host_tools.city.rollouts.share import WAITING
from host_tools.city.store.rollout_tables import RELEASE, rollout, rollout_pole
from host_tools.city.store.tables import pole


def reached_alone(connection: Connection, zone: str, since: int) -> set[str]:
    """The poles of *zone* that rollouts of one person alone, accepted after *since*, have come to."""
    mine = rollout.c.zone == zone, rollout.c.kind == RELEASE, rollout.c.decided_at > since, rollout.c.darkens > 0
    wanted = sa.select(pole.c.name).join_from(rollout_pole, pole).join(rollout, rollout.c.id == rollout_pole.c.rollout)
    return set(connection.execute(wanted.where(*mine, rollout_pole.c.state != WAITING)).scalars())


def reached(connection: Connection, number_of: int) -> set[str]:
    """The poles that the rollout of that number has come to."""
    return {one.pole for one in rollout_rows.shares(connection, number_of) if one.state != WAITING}
