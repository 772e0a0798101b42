"""Poles that fall silent, as `communicationFailure` rows: the one event a pole cannot report itself.

It starts when the broker publishes a pole's last will, or when nothing was heard of a pole that ought to report at
least every quarter of an hour. An event is no sign of life: it may have waited at the broker for days.
"""

from __future__ import annotations

import json
import sqlite3

FAILURE = "communicationFailure"
EPOCH = "_recorder"  # no journal's epoch has a dash below; sequences count per pole
SOURCE = "recorder"

LAST_WILL = "lastWill"
SILENT = "silent"


def presence(db: sqlite3.Connection, pole: str, online: bool, retained: bool, now: int) -> None:
    """The pole's presence.  A retained `true` proves that it was online, not that it has anything to say."""
    db.execute("UPDATE pole SET online = ? WHERE name = ?", (online, pole))
    if not online:
        _begin(db, pole, LAST_WILL, now)
    elif not retained or _failing(db, pole) == LAST_WILL:
        _end(db, pole, now)


def alive(db: sqlite3.Connection, pole: str, now: int) -> None:
    """The pole has just said something."""
    db.execute("UPDATE pole SET seen = max(coalesce(seen, 0), ?) WHERE name = ?", (now, pole))
    _end(db, pole, now)


def check(db: sqlite3.Connection, now: int, since: int, limit_s: int) -> int:
    """Begin a failure for every pole not heard of for *limit_s*, counting from *since* (when we began to listen)."""
    if since + limit_s > now:
        return 0
    rows = db.execute(
        "SELECT name FROM pole WHERE failing IS NULL AND max(coalesce(seen, 0), ?) + ? <= ?", (since, limit_s, now)
    ).fetchall()
    for (pole,) in rows:
        _begin(db, pole, SILENT, now)
    return len(rows)


def _failing(db: sqlite3.Connection, pole: str) -> str | None:
    cause: str | None = db.execute("SELECT failing FROM pole WHERE name = ?", (pole,)).fetchone()[0]
    return cause


def _begin(db: sqlite3.Connection, pole: str, cause: str, now: int) -> None:
    if _failing(db, pole) is None:
        seen = db.execute("SELECT seen FROM pole WHERE name = ?", (pole,)).fetchone()[0]
        db.execute("UPDATE pole SET failing = ? WHERE name = ?", (cause, pole))
        _write(db, pole, True, {"cause": cause, "lastSeen": seen}, now)


def _end(db: sqlite3.Connection, pole: str, now: int) -> None:
    cause = _failing(db, pole)
    if cause is not None:
        db.execute("UPDATE pole SET failing = NULL WHERE name = ?", (pole,))
        _write(db, pole, False, {"cause": cause}, now)


def _write(db: sqlite3.Connection, pole: str, start: bool, attributes: dict[str, object], now: int) -> None:
    db.execute(
        "INSERT INTO event (pole, epoch, sequence, eventType, startEndFlag, timestamp, replayed, attributes,"
        " receivedAt, source) SELECT ?, ?, coalesce(max(sequence), 0) + 1, ?, ?, ?, 0, ?, ?, ? FROM event"
        " WHERE pole = ? AND epoch = ?",
        (pole, EPOCH, FAILURE, start, now, json.dumps(attributes), now, SOURCE, pole, EPOCH),
    )
