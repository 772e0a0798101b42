"""What a crew says of a pole of its order: it is there, a note, it is mended; the same by phone and by the page.

Each takes the connection of a transaction, the order, its pole, who says it and the site's now (Unix s).  Raises
CommandError, and then nothing is changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms import actions, life
from host_tools.city.alarms.order_progress import WAS_THERE, progress
from host_tools.city.commands import audit
from host_tools.city.store.alarm_tables import alarm, alarm_event, work_order
from host_tools.city.store.database import raise_revision
from host_tools.language.refusal import Refusal
from host_tools.text import quoted

DOOR = "crew"


def be_there(
    connection: Connection, number: int, pole: str, who: str, now: int, text: str = "", door: str = DOOR
) -> None:  # fmt: skip
    """Says that the crew is at *pole*."""
    _log(connection, number, pole, who, now, WAS_THERE, _with(pole, text), door)
    first = sa.func.coalesce(work_order.c.visited, now)
    connection.execute(sa.update(work_order).where(work_order.c.id == number).values(visited=first))


def write_note(
    connection: Connection, number: int, pole: str, who: str, now: int, text: str, door: str = DOOR
) -> None:  # fmt: skip
    """Keeps a note with the alarms of *pole* in the order, and with the order."""
    said = actions.checked(text, "note")
    rows = _rows(connection, number, pole)
    actions.note(connection, [row["id"] for row in rows], who, now, said, door)
    connection.execute(sa.update(work_order).where(work_order.c.id == number).values(note=_with(pole, said)))


def mend(
    connection: Connection, number: int, pole: str, who: str, now: int, text: str = "", door: str = DOOR
) -> int:  # fmt: skip
    """Says that the open alarms of *pole* in the order are mended; how many.  Their proof closes them."""
    rows = _rows(connection, number, pole)
    left = [row["id"] for row in rows if life.state(row) not in (life.CLOSED, life.MENDED)]
    if not left:
        raise _over(rows, pole)
    actions.mend(connection, left, who, now, text, door)
    return len(left)


def note_photo(connection: Connection, number: int, pole: str, who: str, now: int, text: str = "") -> None:
    """Keeps with the alarms of *pole* in the order that a photo of it was taken."""
    _log(connection, number, pole, who, now, "photo", f"{pole}{text}", DOOR)


def _over(rows: Sequence[RowMapping], pole: str) -> Refusal:
    """Why none of *rows*, alarms of *pole* that are closed or mended, can be said to be mended."""
    row = rows[0]
    named = {"number": row["id"], "pole": pole}
    if not all(life.state(one) == life.CLOSED for one in rows):
        return Refusal("alarms.mended_already", who=row["mended_by"], **named)
    by = life.closed_by(row)
    if by != life.BY_HAND:
        return Refusal("alarms.proved_already", proof=by, **named)
    return Refusal("alarms.closed_already", who=row["closed_by"], reason=row["close_reason"], **named)


def note_light(connection: Connection, number: int, pole: str, who: str, now: int, minutes: int) -> None:
    """Keeps with the alarms that the crew had *pole* lit for *minutes*; the order to light it has its own audit."""
    rows = _rows(connection, number, pole)
    entries = [
        {"alarm": row["id"], "at": now, "what": "lit", "who": who, "text": f"{pole}: {minutes} min"} for row in rows
    ]
    connection.execute(sa.insert(alarm_event), entries)


def _rows(connection: Connection, number: int, pole: str) -> list[RowMapping]:
    stop = next((one for one in progress(connection, number).stops if one.pole == pole), None)
    if stop is None:
        raise Refusal("alarms.no_pole_of_order", pole=quoted(pole, 40), number=number)
    if not stop.alarms:
        raise Refusal("alarms.other_crew", number=number, pole=pole)
    return [one.row for one in stop.alarms]


def _log(
    connection: Connection, number: int, pole: str, who: str, now: int, what: str, text: str, door: str
) -> None:  # fmt: skip
    rows = _rows(connection, number, pole)
    connection.execute(
        sa.insert(alarm_event),
        [{"alarm": row["id"], "at": now, "what": what, "who": who, "text": text} for row in rows],
    )
    audit.add(
        connection, rows[0]["zone"], now, who, door, f"order {what}", None,
        {"order": number, "pole": pole, "text": text},
    )  # fmt: skip
    ids = [row["id"] for row in rows]
    connection.execute(sa.update(alarm).where(alarm.c.id.in_(ids)).values(rev=raise_revision(connection)))


def _with(pole: str, text: str) -> str:
    return f"{pole}: {actions.checked(text, 'note')}" if text.strip() else pole
