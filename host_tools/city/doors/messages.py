"""What came in by the doors, kept for the desk: by whom, in short, its digest, and what it caused; bounded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.store.door_tables import door_message
from host_tools.errors import DiyaError
from host_tools.language.language import Language, Spoken
from host_tools.text import text

MOST, EVERY = 10_000, 100  # rows of a door that are kept; how often it is looked
MOST_SAID, MOST_WHY = 200, 4000
# outcomes
TAKEN, SAME, ENDED, SHOWN, ASKED, REFUSED = "taken", "same", "ended", "shown", "asked", "refused"


@dataclass(frozen=True)
class Noted:
    """A message and what came of it."""

    door: str
    who: str
    said: str
    digest: str
    outcome: str
    ref: str = ""
    why: str = ""
    commands: Sequence[int] = field(default_factory=list)
    poles: int = 0
    until: int | None = None


def kept(why: DiyaError | None) -> str:
    """*why* as the store keeps it, to be told in any language."""
    if isinstance(why, Spoken):
        values = {name: value if isinstance(value, int) else str(value) for name, value in why.values.items()}
        return json.dumps({"key": why.key, "values": values})
    return "" if why is None else str(why)


def told(why: str, said: Language) -> str:
    """What `kept` has kept, in the language *said*."""
    try:
        value = json.loads(why) if why.startswith("{") else None
        return said.say(value["key"], **value["values"]) if value else why
    except (ValueError, KeyError, TypeError):
        return why


def note(connection: Connection, one: Noted, now: int) -> None:
    """Keeps *one*, which came at *now* (Unix s at the site).  The same refusal again is the same row, with its time."""
    last = sa.select(door_message).where(door_message.c.door == one.door, door_message.c.who == one.who)
    before = connection.execute(last.order_by(door_message.c.id.desc()).limit(1)).mappings().first()
    if before and (before["outcome"], before["digest"], one.outcome) == (REFUSED, one.digest, REFUSED):
        connection.execute(sa.update(door_message).where(door_message.c.id == before["id"]).values(at=now))
        return
    values = {
        "at": now, "door": one.door, "who": one.who, "said": text(one.said, MOST_SAID), "digest": one.digest,
        "ref": one.ref, "outcome": one.outcome, "why": one.why[:MOST_WHY],
        "commands": json.dumps(list(one.commands)), "poles": one.poles, "until": one.until,
    }  # fmt: skip
    insert = sa.insert(door_message).values(values).returning(door_message.c.id)
    number = int(connection.execute(insert).scalar_one())
    if number % EVERY == 0:
        _forget(connection, one.door)


def listed(connection: Connection, door: str = "", most: int = 100) -> list[RowMapping]:
    """The newest messages, of *door* where it is given."""
    chosen = sa.select(door_message).order_by(door_message.c.id.desc()).limit(most)
    if door:
        chosen = chosen.where(door_message.c.door == door)
    return list(connection.execute(chosen).mappings())


def _forget(connection: Connection, door: str) -> None:
    kept = sa.select(door_message.c.id).where(door_message.c.door == door).order_by(door_message.c.id.desc())
    oldest = connection.execute(kept.offset(MOST).limit(1)).scalar()
    if oldest is not None:
        connection.execute(sa.delete(door_message).where(door_message.c.door == door, door_message.c.id <= oldest))
