"""What a person asks of the receiver: to roll out programmes, to halt, to go on, to take back, and that he agrees."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.commands import audit
from host_tools.city.rollouts.rollout_rows import BEGUN, Row, begun, present_texts
from host_tools.city.store.rollout_tables import (
    ASKS,
    DONE,
    GO_ON,
    GOING,
    HALT,
    HALTED,
    PROGRAMMES,
    RELEASE,
    WRITTEN,
    rollout,
)  # fmt: skip
from host_tools.language.refusal import Refusal, refusal
from host_tools.language.sentence import Sentence
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


def held_up(connection: Connection, zone: str, kind: str) -> str:
    """Why no rollout of *kind* may begin or go on in *zone*: one that it must not meet is going; "" where one may.

    Poles restart for both kinds, and what a pole does on probation is judged by how it did before.  A rollout of
    programmes takes the place of another one; of releases a pole would be between two.
    """
    names = {RELEASE: "rollouts.release_going"}
    if kind == RELEASE:
        names = {RELEASE: "updates.going", PROGRAMMES: "updates.programmes_going"}
    for other, name in names.items():
        for one in begun(connection, zone, other):
            if one["state"] == GOING:
                return Sentence(name, number=one["id"])
    return ""


def refuse_beside(connection: Connection, kind: str) -> None:
    """Raises CommandError where one of *kind* would be refused now, in any zone: before a person writes it in vain."""
    for zone in sorted(present_texts(connection)):
        if why := held_up(connection, zone, kind):
            raise refusal(why)


def ask(connection: Connection, found: Row, what: str, who: str, door: str, now: int) -> None:
    """*who* wants the rollout *found* halted (HALT) or gone on with (GO_ON).  Raises CommandError."""
    if what == HALT and found["state"] not in ((GOING,) if found["kind"] == PROGRAMMES else (GOING, DONE)):
        raise Refusal("rollouts.not_going", number=found["id"], state=found["state"])
    if what == GO_ON and found["state"] != HALTED:
        raise Refusal("rollouts.not_halted", number=found["id"], state=found["state"])
    if what == GO_ON and (why := held_up(connection, found["zone"], found["kind"])):
        raise refusal(why)
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
