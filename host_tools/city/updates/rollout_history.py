"""What people asked of a rollout and what the receiver decided, and when: from the audit."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store.command_tables import audit
from host_tools.wire.payload import parsed, text

MOST = 200
WHAT = ("rollOut", "agreed", "needsSecondPerson", "refused", "accepted", "halt", "halted", "goOn", "done", "rowChanged")


@dataclass(frozen=True)
class Step:
    """*who* did *what* (one of WHAT) at *at*, Unix s; *answer*: why, in English."""

    at: int
    who: str
    what: str
    answer: str = ""


def history(connection: Connection, number_of: int) -> list[Step]:
    """The steps of the rollout of that number, in order."""
    c = audit.c
    wanted = sa.select(c.at, c.who, c.what, c.detail).where(
        c.what.in_(WHAT), c.detail.contains(f'"rollout": {number_of}', autoescape=True)
    )
    out = []
    for at, who, what, detail in connection.execute(wanted.order_by(c.id).limit(MOST)):
        said = parsed(str(detail).encode()) or {}
        if said.get("rollout") == number_of:
            out.append(Step(int(at), str(who), str(what), text(said.get("answer"), 400)))
    return out
