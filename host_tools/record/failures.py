"""What silence.py decides, in the record's file: the state of each pole, and rows for failures that begin or end."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

from host_tools.record import silence
from host_tools.record.silence import Failure, Known

SOURCE = "recorder"


def presence(db: sqlite3.Connection, pole: str, online: bool, retained: bool, now: int) -> None:
    """The pole's presence."""
    _decide(db, pole, now, lambda known: silence.presence(known, online, retained, now))


def alive(db: sqlite3.Connection, pole: str, now: int) -> None:
    """The pole has just said something."""
    _decide(db, pole, now, lambda known: silence.alive(known, now))


def check(db: sqlite3.Connection, now: int, since: int, limit_s: int) -> int:
    """Begin a failure for every pole not heard of for *limit_s* since *since*; how many."""
    if since + limit_s > now:
        return 0
    return _every(db, now, lambda known: silence.unheard(known, now, since, limit_s))


def without_broker(db: sqlite3.Connection, now: int) -> int:
    """Begin a failure for every pole that was online when the broker went away; how many."""
    return _every(db, now, silence.without_broker)


def _every(db: sqlite3.Connection, now: int, decide: Callable[[Known], Failure | None]) -> int:
    poles = db.execute("SELECT name FROM pole WHERE failing IS NULL ORDER BY name").fetchall()
    return sum(_decide(db, pole, now, decide) for (pole,) in poles)


def _decide(db: sqlite3.Connection, pole: str, now: int, decide: Callable[[Known], Failure | None]) -> bool:
    """Let *decide* change what is known of *pole*; whether that began or ended a failure."""
    kept = db.execute("SELECT online, seen, failing FROM pole WHERE name = ?", (pole,)).fetchone()
    known = Known(*kept)
    failure = decide(known)
    then = (known.online, known.seen, known.failing)
    if then != kept:
        db.execute("UPDATE pole SET online = ?, seen = ?, failing = ? WHERE name = ?", (*then, pole))
    if failure is None:
        return False
    attributes = {"cause": failure.cause, "lastSeen": failure.seen}
    db.execute(
        "INSERT INTO event (pole, epoch, sequence, eventType, startEndFlag, timestamp, replayed, attributes,"
        " receivedAt, source) SELECT ?, ?, coalesce(max(sequence), 0) + 1, ?, ?, ?, 0, ?, ?, ? FROM event"
        " WHERE pole = ? AND epoch = ?",
        (pole, silence.EPOCH, silence.FAILURE, failure.starts, now, json.dumps(attributes), now, SOURCE, pole,
         silence.EPOCH),
    )  # fmt: skip
    return True
