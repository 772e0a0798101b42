"""Decides which times are plausible, and where in the order an event without a plausible time is placed.

A pole whose clock was never set sends 1970 or 2000, one with a broken clock chip any year, and a wrong unit makes a
year of five digits (hassio-ecoflow-cloud#72).  The recorder's own computer may have begun with a wrong date as well.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.engine import Connection

from host_tools.city.record.book import RECEIVER_SOURCE
from host_tools.city.record.book_rows import HEARD_AT
from host_tools.city.store.tables import event, pole, receiver

FLOOR = 1_577_836_800  # 2020-01-01: no event of a pole with this firmware is older
AHEAD_S = 86400  # a pole's clock may be wrong by this much and its times are still taken as they are

_AT = func.coalesce(event.c.timestamp, event.c.received_at)  # what the index is of
_UNDATED = or_(event.c.timestamp.is_(None), event.c.source == RECEIVER_SOURCE)


@dataclass(frozen=True)
class Believed:
    """Times from FLOOR up to *most* (Unix s) are plausible; *most* is a day after now."""

    most: int

    def sound(self, unix: int | None) -> bool:
        """Whether *unix* (Unix s) is plausible."""
        return unix is not None and FLOOR <= unix <= self.most

    def at(self) -> ColumnElement[int]:
        """The time of an event: its own, or where that is not plausible, the time at which it came."""
        own = event.c.timestamp
        return case((own.between(FLOOR, self.most), own), else_=event.c.received_at)

    def within(self, since: int | None, until: int | None) -> ColumnElement[bool]:
        """From *since* on and before *until*; an event without any plausible time is within every span."""
        low, high = max(since or FLOOR, FLOOR), min(self.most + 1 if until is None else until, self.most + 1)
        low, high = min(low, 2**62), max(high, -(2**62))
        came = event.c.received_at
        return or_(
            and_(low <= _AT, high > _AT),
            and_(
                or_(_AT < FLOOR, self.most < _AT),
                or_(and_(came >= low, came < high), ~came.between(FLOOR, self.most)),
            ),
        )

    def newest(
        self, connection: Connection, columns: Sequence[ColumnElement[Any]], where: ColumnElement[bool], count: int
    ) -> list[tuple[Any, ...]]:
        """*columns* of the *count* newest events that *where* is true of, oldest first.

        An event with a plausible time is placed by it.  Any other, and the recorder's own notes, are placed by their
        arrival: between the live events with such times that came before and after.
        """
        chosen = (
            select(event.c.arrival, event.c.timestamp, event.c.received_at, *columns)
            .select_from(event.join(pole, pole.c.id == event.c.pole))
            .where(where)
            .limit(count)
        )
        newest = chosen.where(_AT.between(FLOOR, self.most), ~_UNDATED).order_by(_AT.desc(), event.c.arrival.desc())
        dated = [tuple(row) for row in connection.execute(newest)]
        undated: list[tuple[Any, ...]] = []
        for which in (_UNDATED, and_(_AT < FLOOR, ~_UNDATED), and_(self.most < _AT, ~_UNDATED)):
            rows = connection.execute(chosen.where(which).order_by(event.c.arrival.desc()))
            undated += [tuple(row) for row in rows]
        undated = sorted(undated, key=lambda row: row[0])[-count:]
        placed = [(row[1], row[0], row) for row in dated]
        last = FLOOR
        for row in undated:
            last = max(last, self._place(connection, row[0], row[2]))  # in the order in which they came
            placed.append((last, row[0], row))
        return [row[3:] for _at, _arrival, row in sorted(placed, key=lambda one: one[:2])[-count:]]

    def _place(self, connection: Connection, arrival: int, received: int) -> int:
        """The time by the poles' clocks at which event number *arrival* came, at *received* by the computer's clock."""
        live = and_(~event.c.replayed, ~_UNDATED, event.c.timestamp.between(FLOOR, self.most))
        chosen = select(event.c.timestamp).where(live).limit(1)
        before = connection.execute(chosen.where(event.c.arrival < arrival).order_by(event.c.arrival.desc())).scalar()
        after = connection.execute(chosen.where(event.c.arrival > arrival).order_by(event.c.arrival)).scalar()
        low = FLOOR if before is None else before
        high = max(low, self.most if after is None else after)
        return int(min(max(received, low), high))


def believed(connection: Connection) -> Believed:
    """The plausible times in the record now: by this computer's clock, or where that is behind, the record's."""
    return Believed(max(int(time.time()), as_of(connection)) + AHEAD_S)


def as_of(connection: Connection) -> int:
    """The time of the record's last message (Unix s at the site): its now, for it may be old, or of a simulation."""
    kept = connection.execute(select(receiver.c.value).where(receiver.c.name == HEARD_AT)).scalars().all()
    if kept:
        return max(map(int, kept))
    last = select(event.c.received_at).order_by(event.c.arrival.desc()).limit(1)
    came = connection.execute(last).scalar()  # of a version that did not keep it
    seen = connection.execute(select(func.max(pole.c.seen))).scalar()
    return max(came or 0, seen or 0)
