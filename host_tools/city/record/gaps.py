"""Keeps track of missing sequences of each journal: intervals, in the same transaction as the events.

A pole's journal counts from 1. ``epoch.highest`` is the highest sequence known of; every one up to it either is a row
in ``event``, or lies in an interval of ``gap`` (to be asked for) or of ``gone`` (the pole no longer has it). An
interval of ``gap`` that ends at LAST is open: there may be more at the end that is not known here, because a
broker that crashed has lost its queue.

Columns of ``gap``: ``asked`` the highest sequence asked for (0: none yet), ``tries`` how often without progress,
``answered`` whether the pole has agreed to send, ``due`` (Unix s) when to ask (again).
"""

from __future__ import annotations

import sqlite3

from host_tools.wire.journal import LAST

GRACE_S = 3.0  # before a gap is asked for: the missing records may still arrive
RETRY_S = 15.0  # after an ask, or the last record that came by one, until it is asked again
FIRST = 1  # sequence a journal starts with

SCHEMA = """
CREATE TABLE IF NOT EXISTS epoch (
    number INTEGER PRIMARY KEY, pole TEXT NOT NULL, epoch TEXT NOT NULL, highest INTEGER NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0, UNIQUE (pole, epoch)
);
CREATE TABLE IF NOT EXISTS gap (
    pole TEXT NOT NULL, epoch TEXT NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
    asked INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, answered INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL,
    PRIMARY KEY (pole, epoch, low)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS gap_due ON gap (due);
CREATE TABLE IF NOT EXISTS gone (
    pole TEXT NOT NULL, epoch TEXT NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (pole, epoch, low)
) WITHOUT ROWID;
"""


def arrived(db: sqlite3.Connection, pole: str, epoch: str, sequence: int, wall: float) -> None:
    """Take a new record: an interval that holds it is cut in two, and the sequences it skipped are a new gap."""
    _extend(db, pole, epoch, sequence, False, wall)
    _close(db, pole, epoch, sequence, wall)
    _revive(db, pole, epoch, sequence)


def told(db: sqlite3.Connection, pole: str, epoch: str, first: int, last: int, fresh: bool, wall: float) -> None:
    """Take the span of the pole's journal, *first* to *last*.  *fresh*: sent just now, so its end is certain."""
    _extend(db, pole, epoch, last, fresh, wall)
    gone(db, pole, epoch, FIRST - 1, first - 1, "dropped", wall)


def gone(db: sqlite3.Connection, pole: str, epoch: str, low: int, high: int, why: str, wall: float) -> None:
    """Note that the pole no longer has *low* to *high* (LAST: nor anything after): they are not asked for any more."""
    known = db.execute("SELECT 1 FROM epoch WHERE pole = ? AND epoch = ?", (pole, epoch)).fetchone()
    if known is None:
        return
    _extend(db, pole, epoch, high if high < LAST else low - 1, False, wall)
    if high >= LAST:
        db.execute("UPDATE epoch SET closed = 1 WHERE pole = ? AND epoch = ?", (pole, epoch))
    rows = db.execute(
        "SELECT low, high, asked, tries, answered, due FROM gap"
        " WHERE pole = ? AND epoch = ? AND low <= ? AND high >= ?",
        (pole, epoch, high, low),
    ).fetchall()
    for from_, to, *rest in rows:
        db.execute("DELETE FROM gap WHERE pole = ? AND epoch = ? AND low = ?", (pole, epoch, from_))
        for start, end in ((from_, low - 1), (high + 1, to)):
            if start <= end:
                db.execute("INSERT INTO gap VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (pole, epoch, start, end, *rest))
        if to == LAST and high >= LAST:
            continue  # an open end: it is not known whether there was anything
        lost = (pole, epoch, max(low, from_), min(high, to), why)
        db.execute("INSERT OR REPLACE INTO gone VALUES (?, ?, ?, ?, ?)", lost)


def open_ends(db: sqlite3.Connection, wall: float) -> None:
    """Make every pole be asked for records after the last known one, in every journal it may still have."""
    db.execute(
        "INSERT OR IGNORE INTO gap (pole, epoch, low, high, due)"
        " SELECT pole, epoch, highest + 1, ?, ? FROM epoch WHERE NOT closed",
        (LAST, wall + GRACE_S),
    )
    db.execute("UPDATE gap SET answered = 0 WHERE answered")  # what was agreed on may be lost as well


def came_back(db: sqlite3.Connection, pole: str, wall: float) -> None:
    """Note that the pole is online again: ask soon, with any number of earlier tries."""
    db.execute("UPDATE gap SET tries = 0, due = min(due, ?) WHERE pole = ?", (wall + GRACE_S, pole))


def went_away(db: sqlite3.Connection, pole: str) -> None:
    """Note that the pole is offline: what it agreed to send may never come."""
    db.execute("UPDATE gap SET answered = 0 WHERE pole = ? AND answered", (pole,))


def _highest(db: sqlite3.Connection, pole: str, epoch: str) -> int:
    row = db.execute("SELECT highest FROM epoch WHERE pole = ? AND epoch = ?", (pole, epoch)).fetchone()
    if row is not None:
        highest: int = row[0]
        return highest
    db.execute("INSERT INTO epoch (pole, epoch, highest) VALUES (?, ?, ?)", (pole, epoch, FIRST - 1))
    return FIRST - 1


def _extend(db: sqlite3.Connection, pole: str, epoch: str, last: int, fresh: bool, wall: float) -> None:
    """Extend to *last*, which the pole has; *fresh*: and none after it."""
    highest = _highest(db, pole, epoch)
    opened = db.execute(
        "SELECT asked, tries, answered, due FROM gap WHERE pole = ? AND epoch = ? AND high = ?", (pole, epoch, LAST)
    ).fetchone()
    if last <= highest and not fresh:
        return
    if opened:
        db.execute("DELETE FROM gap WHERE pole = ? AND epoch = ? AND high = ?", (pole, epoch, LAST))
    rest = opened or (0, 0, 0, wall + GRACE_S)
    if last > highest:
        db.execute("INSERT INTO gap VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (pole, epoch, highest + 1, last, *rest))
        db.execute("UPDATE epoch SET highest = ? WHERE pole = ? AND epoch = ?", (last, pole, epoch))
    if opened and not fresh:  # where it was asked for, more may come: only after a wait it is known that there is none
        asked, _tries, _answered, due = opened
        rest = (asked, 0, 0, wall + RETRY_S if asked else due)
        db.execute("INSERT INTO gap VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (pole, epoch, last + 1, LAST, *rest))


def _close(db: sqlite3.Connection, pole: str, epoch: str, sequence: int, wall: float) -> None:
    row = db.execute(
        "SELECT low, high, asked, due FROM gap WHERE pole = ? AND epoch = ? AND low <= ? ORDER BY low DESC LIMIT 1",
        (pole, epoch, sequence),
    ).fetchone()
    if row is None or row[1] < sequence:
        return
    low, high, asked, due = row
    db.execute("DELETE FROM gap WHERE pole = ? AND epoch = ? AND low = ?", (pole, epoch, low))
    for start, end in ((low, sequence - 1), (sequence + 1, high)):
        if start > end:
            continue
        if asked >= start:
            due_then = wall + RETRY_S  # more of it is on its way
        else:
            due_then = wall if asked else due  # the next portion, or a gap that was not asked for yet
        db.execute(
            "INSERT INTO gap (pole, epoch, low, high, asked, due) VALUES (?, ?, ?, ?, ?, ?)",
            (pole, epoch, start, end, asked if asked >= start else 0, due_then),
        )


def _revive(db: sqlite3.Connection, pole: str, epoch: str, sequence: int) -> None:
    """Take a sequence out of ``gone`` again: it was given up and came after all."""
    row = db.execute(
        "SELECT low, high, why FROM gone WHERE pole = ? AND epoch = ? AND low <= ? ORDER BY low DESC LIMIT 1",
        (pole, epoch, sequence),
    ).fetchone()
    if row is None or row[1] < sequence:
        return
    low, high, why = row
    db.execute("DELETE FROM gone WHERE pole = ? AND epoch = ? AND low = ?", (pole, epoch, low))
    for start, end in ((low, sequence - 1), (sequence + 1, high)):
        if start <= end:
            db.execute("INSERT INTO gone VALUES (?, ?, ?, ?, ?)", (pole, epoch, start, end, why))
