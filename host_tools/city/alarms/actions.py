"""What people do with alarms: acknowledge, assign, mend, close, note, quiet.  A console and the verbs call the same.

Each takes the connection of a transaction, the numbers of the alarms, who does it, and the site's now (Unix s).  All
the alarms are changed, or none.  Each is written into the audit, with the *door* by which it came.  Raises
CommandError.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms import life, proof
from host_tools.city.commands import audit
from host_tools.city.store.alarm_tables import alarm, alarm_event, quiet
from host_tools.city.store.database import raise_revision
from host_tools.city.store.tables import pole, receiver
from host_tools.language.refusal import Refusal
from host_tools.text import whole

MOST_TEXT = 400
LONGEST_QUIET_S = 30 * 86400
NOTED, QUIET, LOUD = "noted", "quiet", "quietEnded"
DOOR = "alarms"  # of the verb


def acknowledge(connection: Connection, numbers: Sequence[int], who: str, now: int, door: str = DOOR) -> None:
    """Says that a person has seen the alarms."""
    rows = _open(connection, numbers)
    _set(connection, rows, who, now, life.ACKNOWLEDGED, "", door, acknowledged_by=who)


def assign(
    connection: Connection, numbers: Sequence[int], who: str, now: int, to: str, order: int | None = None,
    door: str = DOOR,
) -> None:  # fmt: skip
    """Gives the alarms to the crew *to*, with the work order number *order* where there is one."""
    text = checked(to, "crew")
    more = {} if order is None else {"work_order": order}
    rows = _open(connection, numbers)
    _set(connection, rows, who, now, life.ASSIGNED, text, door, assigned_to=text, **more)


def mend(
    connection: Connection, numbers: Sequence[int], who: str, now: int, text: str = "", door: str = DOOR
) -> None:  # fmt: skip
    """Says that a crew has mended it; the proof is still to come."""
    rows = _open(connection, numbers)
    _set(connection, rows, who, now, life.MENDED, text and checked(text, "note"), door, mended_by=who)


def close(
    connection: Connection, numbers: Sequence[int], who: str, now: int, reason: str, door: str = DOOR
) -> None:  # fmt: skip
    """Closes alarms that no proof closes, for a *reason*; refused where the pole itself still says that it is dark."""
    text = checked(reason, "reason")
    rows = _open(connection, numbers)
    if (awaited := proof.awaited(connection, rows)) is not None:
        raise Refusal("alarms.by_proof", number=awaited["id"], called=f"{awaited['kind']}/{awaited['name']}")
    _set(connection, rows, who, now, life.CLOSED, text, door, closed_by=who, close_reason=text)


def note(
    connection: Connection, numbers: Sequence[int], who: str, now: int, text: str, door: str = DOOR
) -> None:  # fmt: skip
    """Keeps a note with the alarms, also closed ones."""
    said = checked(text, "note")
    rows = rows_of(connection, numbers)
    _write(connection, rows, {"note": said})
    _log(connection, rows, who, now, NOTED, said, door)


def make_quiet(
    connection: Connection, scope: str, who: str, now: int, until: int, reason: str, since: int | None = None,
    kind: str = "", door: str = DOOR,
) -> int:  # fmt: skip
    """Sends no alarm of *scope* from *since* (default: now) to *until*; the number of that.

    *scope* is a pole, feeder, access point or group; empty: every alarm.  *kind*: only alarms of that kind.  Alarms
    that are still open at *until* are sent then.  The repair clock goes on.
    """
    text = checked(reason, "reason")
    begins = now if since is None else since
    if not begins < until or until <= now:
        raise Refusal("alarms.quiet_end", until=until)
    if until - begins > LONGEST_QUIET_S:
        raise Refusal("alarms.quiet_long", days=f"{(until - begins) / 86400:.1f}", most=LONGEST_QUIET_S // 86400)
    number = connection.execute(
        sa.insert(quiet).returning(quiet.c.id),
        {"scope": scope, "kind": kind, "begins": begins, "ends": until, "who": who, "reason": text},
    ).scalar_one()
    detail = {"quiet": int(number), "scope": scope, "kind": kind, "begins": begins, "ends": until, "reason": text}
    audit.add(connection, _zone_of(connection, scope), now, who, door, f"alarms {QUIET}", None, detail)
    raise_revision(connection)
    return int(number)


def end_quiet(connection: Connection, number: int, who: str, now: int, door: str = DOOR) -> None:
    """Ends the quiet called *number* now."""
    found = connection.execute(sa.select(quiet.c.ends, quiet.c.scope).where(quiet.c.id == number)).first()
    if found is None or found.ends <= now:
        raise Refusal("alarms.no_quiet", number=number)
    connection.execute(sa.update(quiet).where(quiet.c.id == number).values(ends=now, who=who))
    audit.add(connection, _zone_of(connection, found.scope), now, who, door, f"alarms {LOUD}", None, {"quiet": number})
    raise_revision(connection)


def numbers_of(connection: Connection, names: Sequence[str]) -> list[int]:
    """The numbers of the alarms called *names*: each a number, or KIND/NAME for the open one that is called so."""
    out: list[int] = []
    for name in names:
        if (number := whole(name)) is not None:
            out.append(number)
            continue
        kind, _, part = name.partition("/")
        newest = sa.select(alarm.c.id).where(life.is_open(), alarm.c.kind == kind, alarm.c.name == part)
        found = connection.execute(newest.order_by(alarm.c.id.desc()).limit(1)).scalar()
        if found is None:
            raise Refusal("alarms.no_open", name=repr(name))
        out.append(int(found))
    return list(dict.fromkeys(out))


def rows_of(connection: Connection, numbers: Sequence[int]) -> list[RowMapping]:
    """The alarms *numbers*; for one that turned out to be a part of another, that one."""
    out = []
    for number in numbers:
        row = connection.execute(sa.select(alarm).where(alarm.c.id == number)).mappings().first()
        if row is not None and row["merged_into"] is not None:
            row = connection.execute(sa.select(alarm).where(alarm.c.id == row["merged_into"])).mappings().first()
        if row is None:
            raise Refusal("alarms.no_alarm", number=number)
        out.append(row)
    return out


def checked(text: str, what: str) -> str:
    """*text* without space around it; *what* is note, crew, reason or person.  Raises Refusal for none or too much."""
    said = " ".join(text.split())
    if not 1 <= len(said) <= MOST_TEXT:
        raise Refusal(f"alarms.length_{what}", count=len(said), most=MOST_TEXT)
    return said


def _open(connection: Connection, numbers: Sequence[int]) -> list[RowMapping]:
    rows = rows_of(connection, numbers)
    for row in rows:
        if life.state(row) == life.CLOSED:
            raise Refusal("alarms.closed", number=row["id"], called=f"{row['kind']}/{row['name']}")
    return rows


def _set(
    connection: Connection, rows: Sequence[RowMapping], who: str, now: int, what: str, text: str, door: str,
    **values: Any,
) -> None:  # fmt: skip
    checked(who, "person")
    for row in rows:
        # a pole's clock may be ahead: what is done to an alarm is done after its beginning
        _write(connection, [row], {what: max(now, row["last_began"]), **values})
    _log(connection, rows, who, now, what, text, door)


def _write(connection: Connection, rows: Sequence[RowMapping], values: dict[str, Any]) -> None:
    revision = raise_revision(connection)
    ids = [row["id"] for row in rows]
    connection.execute(sa.update(alarm).where(alarm.c.id.in_(ids)).values(rev=revision, **values))


def _log(
    connection: Connection, rows: Sequence[RowMapping], who: str, now: int, what: str, text: str, door: str
) -> None:  # fmt: skip
    entries = [{"alarm": row["id"], "at": now, "what": what, "who": who, "text": text} for row in rows]
    if entries:
        connection.execute(sa.insert(alarm_event), entries)
    for zone in sorted({row["zone"] for row in rows}):
        here = [f"{row['id']} {row['kind']}/{row['name']}" for row in rows if row["zone"] == zone]
        audit.add(connection, zone, now, who, door, f"alarm {what}", None, {"alarms": here, "text": text})


def _zone_of(connection: Connection, scope: str) -> str:
    """The zone whose receiver keeps the audit of *scope*: that of the pole, else the first there is."""
    own = connection.execute(sa.select(pole.c.zone).where(pole.c.name == scope)).scalar()
    if own is None:
        own = connection.execute(sa.select(receiver.c.zone).order_by(receiver.c.zone).limit(1)).scalar()
    return str(own or "")
