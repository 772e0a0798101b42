"""Decides which times are plausible, and where in the order an event without a plausible time is placed.

A pole whose clock was never set sends 1970 or 2000, one with a broken clock chip any year, and a wrong unit makes a
year of five digits (hassio-ecoflow-cloud#72).  The recorder's own computer may have begun with a wrong date as well.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FLOOR = 1_577_836_800  # 2020-01-01: no event of a pole with this firmware is older
AHEAD_S = 86400  # a pole's clock may be wrong by this much and its times are still taken as they are

_AT = "coalesce(timestamp, receivedAt)"  # what the index is of
_UNDATED = "(timestamp IS NULL OR source = 'recorder')"


@dataclass(frozen=True)
class Believed:
    """Times from FLOOR up to *most* (Unix s) are plausible; *most* is a day after now."""

    most: int

    def sound(self, unix: int | None) -> bool:
        """Whether *unix* (Unix s) is plausible."""
        return unix is not None and FLOOR <= unix <= self.most

    def at(self) -> str:
        """SQL for the time of an event: its own, or where that is not plausible, the time at which it came."""
        return f"(CASE WHEN timestamp BETWEEN {FLOOR} AND {self.most} THEN timestamp ELSE receivedAt END)"

    def within(self, since: int | None, until: int | None) -> str:
        """SQL for "from *since* on and before *until*"; an event without any plausible time is within every span."""
        low, high = max(since or FLOOR, FLOOR), min(self.most + 1 if until is None else until, self.most + 1)
        low, high = min(low, 2**62), max(high, -(2**62))
        return (
            f"(({_AT} >= {low} AND {_AT} < {high})"
            f" OR (({_AT} < {FLOOR} OR {_AT} > {self.most})"
            f" AND ((receivedAt >= {low} AND receivedAt < {high}) OR receivedAt NOT BETWEEN {FLOOR} AND {self.most})))"
        )

    def newest(
        self, db: sqlite3.Connection, columns: str, where: str, values: Sequence[Any], count: int
    ) -> list[tuple[Any, ...]]:
        """The *count* newest events that *where* (SQL, with *values*) is true of, oldest first.

        An event with a plausible time is placed by it.  Any other, and the recorder's own notes, are placed by their
        arrival: between the live events with such times that came before and after.
        """
        select = f"SELECT arrival, timestamp, receivedAt, {columns} FROM event WHERE {where}"
        dated = db.execute(
            f"{select} AND {_AT} BETWEEN {FLOOR} AND {self.most} AND NOT {_UNDATED}"
            f" ORDER BY {_AT} DESC, arrival DESC LIMIT ?",
            (*values, count),
        ).fetchall()
        undated: list[tuple[Any, ...]] = []
        for which in (_UNDATED, f"{_AT} < {FLOOR} AND NOT {_UNDATED}", f"{_AT} > {self.most} AND NOT {_UNDATED}"):
            undated += db.execute(f"{select} AND {which} ORDER BY arrival DESC LIMIT ?", (*values, count)).fetchall()
        undated = sorted(undated, key=lambda row: row[0])[-count:]
        placed = [(row[1], row[0], row) for row in dated]
        last = FLOOR
        for row in undated:
            last = max(last, self._place(db, row[0], row[2]))  # in the order in which they came
            placed.append((last, row[0], row))
        return [row[3:] for _at, _arrival, row in sorted(placed)[-count:]]

    def _place(self, db: sqlite3.Connection, arrival: int, received: int) -> int:
        """The time by the poles' clocks at which event number *arrival* came, at *received* by the computer's clock."""
        live = f"replayed = 0 AND NOT {_UNDATED} AND timestamp BETWEEN {FLOOR} AND {self.most}"
        before, after = (
            db.execute(
                f"SELECT timestamp FROM event WHERE arrival {sign} ? AND {live} ORDER BY arrival {order} LIMIT 1",
                (arrival,),
            ).fetchone()
            for sign, order in (("<", "DESC"), (">", "ASC"))
        )
        low = before[0] if before else FLOOR
        high = max(low, after[0] if after else self.most)
        return int(min(max(received, low), high))


def believed(db: sqlite3.Connection) -> Believed:
    """The plausible times in the record *db* now: by this computer's clock, or where that is behind, the record's."""
    return Believed(max(int(time.time()), as_of(db)) + AHEAD_S)


def as_of(db: sqlite3.Connection) -> int:
    """The time of the record's last message (Unix s at the site): its now, for it may be old, or of a simulation."""
    kept = db.execute("SELECT value FROM about WHERE name = 'heardAt'").fetchone()
    if kept is not None:
        return int(kept[0])
    row = db.execute(  # of a version that did not keep it
        "SELECT max(coalesce((SELECT receivedAt FROM event ORDER BY arrival DESC LIMIT 1), 0),"
        " coalesce((SELECT max(seen) FROM pole), 0))"
    ).fetchone()
    return int(row[0])
