"""Photos that a crew took at the poles of its orders, kept beside the alarms for a year."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms import crew_actions
from host_tools.city.store.photo_tables import photo
from host_tools.language.refusal import Refusal

KEEP_S = 400 * 86400  # a contractor's year, and what is disputed after it
MOST_OF_STOP = 12
PHOTO = "photo"  # of an alarm's history


@dataclass(frozen=True)
class Photo:
    """One that is kept: *at* Unix s at the site."""

    number: int
    pole: str
    at: int
    who: str


def keep(
    connection: Connection, order: int, pole: str, who: str, now: int, sent: bytes, jpeg: bytes, note: str = ""
) -> int:  # fmt: skip
    """Keeps *jpeg*, made of what the phone has *sent*, with *pole* of *order*; its number.  Raises Refusal.

    The same photo a second time is the one that is there.  *note* goes into the history of the pole's alarms.
    """
    digest = hashlib.sha256(sent).hexdigest()
    of_stop = sa.select(photo.c.id, photo.c.digest).where(photo.c.work_order == order, photo.c.pole == pole)
    there = connection.execute(of_stop).all()
    for number, known in there:
        if known == digest:
            return int(number)
    if len(there) >= MOST_OF_STOP:
        raise Refusal("alarms.photos_many", pole=pole, most=MOST_OF_STOP)
    crew_actions.note_photo(connection, order, pole, who, now, note)
    connection.execute(sa.delete(photo).where(photo.c.at < now - KEEP_S))
    values = {"work_order": order, "pole": pole, "at": now, "who": who, "digest": digest, "jpeg": jpeg}
    return int(connection.execute(sa.insert(photo).values(values).returning(photo.c.id)).scalar_one())


def of_orders(connection: Connection, numbers: Sequence[int]) -> dict[tuple[int, str], list[Photo]]:
    """The photos of the orders *numbers* by (order, pole), the oldest first."""
    columns = (photo.c.work_order, photo.c.id, photo.c.pole, photo.c.at, photo.c.who)
    chosen = sa.select(*columns).where(photo.c.work_order.in_(list(numbers))).order_by(photo.c.id)
    out: dict[tuple[int, str], list[Photo]] = {}
    for order, number, pole, at, who in connection.execute(chosen):
        out.setdefault((order, pole), []).append(Photo(number, pole, at, who))
    return out


def jpeg_of(connection: Connection, number: int) -> bytes | None:
    """The photo called *number* as JPEG; None where there is none."""
    found = connection.execute(sa.select(photo.c.jpeg).where(photo.c.id == number)).scalar()
    return None if found is None else bytes(found)
