"""What a person asks of the receiver: to roll out programmes, to halt, to go on, to take back, and that he agrees."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.commands import audit
from host_tools.city.rollouts.rollout_rows import BEGUN, Row, present_texts
from host_tools.city.store.rollout_tables import ASKS, DONE, GO_ON, GOING, HALT, HALTED, PROGRAMMES, WRITTEN, rollout
from host_tools.language.refusal import Refusal
from host_tools.site import sections


def write(
    connection: Connection, who: str, role: str, door: str, text: str, base: str, now: int, *, reason: str = "",
    second: str = "", code: str = "", takes_back: Row | None = None, kind: str = PROGRAMMES,
) -> list[int]:  # fmt: skip
    """Writes that the sections *text*, made from those of the digest *base*, are to be rolled out: a row for the
    receiver of each zone (or of that of *takes_back*), and into the audit; their numbers.  Raises CommandError.

    *text* of another *kind* is what that kind says.
    """
    zones = [takes_back["zone"]] if takes_back else sorted(present_texts(connection))
    if not zones:
        raise Refusal("rollouts.no_receiver")
    back = takes_back["id"] if takes_back else None
    out = []
    for zone in zones:
        values = {
            "zone": zone, "written_at": now, "who": who, "role": role, "door": door, "text": text, "base": base,
            "reason": reason, "second": second, "code": code, "takes_back": back, "kind": kind,
        }  # fmt: skip
        added = sa.insert(rollout).values(**values, state=WRITTEN).returning(rollout.c.id)
        row = int(connection.execute(added).scalar_one())
        detail = {"rollout": row, "base": base, "reason": reason, "takesBack": back, "text": text}
        audit.add(connection, zone, now, who, door, "rollOut", None, {k: v for k, v in detail.items() if v})
        out.append(row)
    return out


def ask(connection: Connection, found: Row, what: str, who: str, door: str, now: int) -> None:
    """*who* wants the rollout *found* halted (HALT) or gone on with (GO_ON).  Raises CommandError."""
    if what == HALT and found["state"] not in ((GOING,) if found["kind"] == PROGRAMMES else (GOING, DONE)):
        raise Refusal("rollouts.not_going", number=found["id"], state=found["state"])
    if what == GO_ON and found["state"] != HALTED:
        raise Refusal("rollouts.not_halted", number=found["id"], state=found["state"])
    chosen = sa.update(rollout).where(rollout.c.id == found["id"])
    connection.execute(chosen.values(asked=what, asked_by=who))
    audit.add(connection, found["zone"], now, who, door, what, None, {"rollout": found["id"]})


def take_back(
    connection: Connection, found: Row, who: str, role: str, door: str, now: int, second: str = "", code: str = ""
) -> list[int]:
    """Writes a rollout of the programmes that were there before *found*.  Raises CommandError."""
    if found["kind"] != PROGRAMMES:
        raise Refusal("updates.not_programmes", number=found["id"])
    if found["state"] not in BEGUN:
        raise Refusal("rollouts.not_begun", number=found["id"], state=found["state"])
    base = sections.digest(sections.read(found["text"]))
    return write(connection, who, role, door, found["before"], base, now, second=second, code=code, takes_back=found)


def agree(connection: Connection, number_of: int, second: str, code: str, at: int) -> None:
    """The second person *second* agrees by *code*, which the receiver checks.  Raises CommandError."""
    waits = sa.update(rollout).where(rollout.c.id == number_of, rollout.c.state == ASKS)
    zone = connection.execute(waits.values(state=WRITTEN, second=second, code=code).returning(rollout.c.zone)).scalar()
    if zone is None:
        raise Refusal("rollouts.not_waiting", number=number_of)
    audit.add(connection, zone, at, second, "console", "agreed", None, {"rollout": number_of})
