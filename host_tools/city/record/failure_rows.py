"""Stores the decisions of silence.py in the record's file: each pole's state, and rows of failures."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping

from host_tools.city.record import silence
from host_tools.city.record.silence import Failure, Known
from host_tools.wire.event_types import COMMUNICATION_FAILURE

SOURCE = "recorder"
Dark = Callable[[str], bool]  # whether a pole is expected to be without supply now


def _never(pole: str) -> bool:
    return False


def presence(
    db: sqlite3.Connection, pole: str, online: bool, retained: bool, now: int, dark: Dark = _never
) -> None:  # fmt: skip
    """Take the pole's presence."""
    _decide(db, pole, now, lambda known: silence.presence(known, online, retained, now, not online and dark(pole)))


def alive(db: sqlite3.Connection, pole: str, now: int) -> None:
    """Take a message of the pole, at *now*."""
    _decide(db, pole, now, lambda known: silence.alive(known, now))


def check(
    db: sqlite3.Connection, now: int, steady: float, heard: Mapping[str, float], since: float, limit_s: int,
    dark: Dark = _never,
) -> int:  # fmt: skip
    """Begin a failure of each pole without a message for *limit_s*, or offline, where it is not *dark*; how many.

    *heard* has the time of each pole's last message and *since* the time from which we listen, in seconds of a clock
    that is never set, on which it is *steady* now.  *now* is Unix s, for the rows.
    """
    early = steady - since < limit_s  # only those that are offline can be missed yet
    which = "failing IS NULL AND online = 0" if early else "failing IS NULL"
    poles = db.execute(f"SELECT name, online FROM pole WHERE {which} ORDER BY name").fetchall()
    quiet = ((pole, online, steady - max(heard.get(pole, since), since)) for pole, online in poles)
    return sum(
        _decide(db, pole, now, lambda known: silence.unheard(known, limit_s, limit_s))
        for pole, online, quiet_s in quiet
        if (quiet_s >= limit_s or online == 0) and not dark(pole)
    )


def without_broker(db: sqlite3.Connection, now: int, dark: Dark = _never) -> int:
    """Begin a failure of each pole that was online when the broker went away, where it is not *dark*; how many."""
    poles = db.execute("SELECT name FROM pole WHERE failing IS NULL AND online ORDER BY name").fetchall()
    return sum(_decide(db, pole, now, silence.without_broker) for (pole,) in poles if not dark(pole))


def _decide(db: sqlite3.Connection, pole: str, now: int, decide: Callable[[Known], Failure | None]) -> bool:
    """Let *decide* change the state of *pole*; returns whether that began or ended a failure."""
    kept = db.execute("SELECT online, seen, failing, outlived FROM pole WHERE name = ?", (pole,)).fetchone()
    online, seen, failing, outlived = kept
    known = Known(None if online is None else bool(online), seen, failing, bool(outlived))
    failure = decide(known)
    then = (known.online, known.seen, known.failing, known.outlived)
    if then != kept:
        db.execute("UPDATE pole SET online = ?, seen = ?, failing = ?, outlived = ? WHERE name = ?", (*then, pole))
    if failure is None:
        return False
    attributes = {"cause": failure.cause, "lastSeen": failure.seen}
    db.execute(
        "INSERT INTO event (pole, epoch, sequence, eventType, startEndFlag, timestamp, replayed, attributes,"
        " receivedAt, source) SELECT ?, ?, coalesce(max(sequence), 0) + 1, ?, ?, ?, 0, ?, ?, ? FROM event"
        " WHERE pole = ? AND epoch = ?",
        (pole, silence.EPOCH, COMMUNICATION_FAILURE, failure.starts, now, json.dumps(attributes), now, SOURCE, pole,
         silence.EPOCH),
    )  # fmt: skip
    return True
