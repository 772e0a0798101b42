"""The beginnings of alarms that complaints raise, as turns of their line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms.turns import COMPLAINT, Turn
from host_tools.city.complaints.services import SERVICES
from host_tools.city.store.complaint_tables import complaint
from host_tools.wire.reported import REPORTED

AT_ONCE = 400  # names in one question
CARRY = "nothing: it has to be looked at first"


def reported_turns(connection: Connection, keys: Iterable[tuple[str, str]]) -> Iterator[Turn]:
    """Those of *keys*, (pole, kind), that the store has."""
    wanted = {key for key in keys if key[1] in REPORTED}
    names = sorted({pole for pole, _kind in wanted})
    columns = complaint.c.id, complaint.c.pole, complaint.c.code, complaint.c.raised_at, complaint.c.public
    for start in range(0, len(names), AT_ONCE):
        chosen = sa.select(*columns).where(
            complaint.c.pole.in_(names[start : start + AT_ONCE]), complaint.c.raised_at.is_not(None)
        )
        for number, pole, code, at, public in connection.execute(chosen):
            one = reported_turn(number, pole, code, at, public)
            if (pole, one.kind) in wanted:
                yield one


def reported_turn(number: int, pole: str, code: str, at: int, public: str) -> Turn:
    """What the complaint with the key *number* about *pole* begins at *at* (Unix s)."""
    told = {"complaint": public, "cause": f"a person reported it, complaint {public}", "carry": CARRY}
    return Turn(pole, SERVICES[code].kind, at, True, COMPLAINT, number, at, told)
