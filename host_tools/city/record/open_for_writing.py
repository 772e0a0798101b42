"""Opens the file of a record for its one writer; a file that is no record, or another site's, is refused unchanged."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

from host_tools.city.record import gaps
from host_tools.errors import RecordError

VERSION = "1"
BUSY_S = 5.0  # longest wait for another program that has the file locked

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    arrival INTEGER PRIMARY KEY,
    pole TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    eventType TEXT NOT NULL, startEndFlag INTEGER, timestamp INTEGER, replayed INTEGER NOT NULL,
    attributes TEXT NOT NULL, receivedAt INTEGER NOT NULL, source TEXT NOT NULL,
    UNIQUE (pole, epoch, sequence)
);
CREATE INDEX IF NOT EXISTS event_time ON event (coalesce(timestamp, receivedAt));
CREATE INDEX IF NOT EXISTS event_undated ON event (arrival) WHERE timestamp IS NULL OR source = 'recorder';
CREATE TABLE IF NOT EXISTS pole (
    name TEXT PRIMARY KEY, online INTEGER, seen INTEGER, failing TEXT, groups TEXT NOT NULL DEFAULT '[]',
    birth TEXT, birthAt INTEGER, state TEXT, stateAt INTEGER, meter TEXT, meterAt INTEGER,
    malformed INTEGER NOT NULL DEFAULT 0, conflicts INTEGER NOT NULL DEFAULT 0, outlived INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS flashing (
    pole TEXT PRIMARY KEY, nonce TEXT NOT NULL, version INTEGER NOT NULL
) WITHOUT ROWID;
"""


def open_record(path: Path, must: dict[str, str], about: dict[str, str]) -> tuple[sqlite3.Connection, ExitStack]:
    """The record in *path*, made where there is none, and what closes it.

    It must be of the *must* (root and site); *about* is remembered for readers.  Raises RecordError.
    """
    real = path.resolve()  # through links, so that two names of one file have one lock
    with ExitStack() as opened:
        try:
            real.parent.mkdir(parents=True, exist_ok=True)
            _check_names(path, real)
            opened.enter_context(closing(_lock(path, real)))
            db = opened.enter_context(closing(sqlite3.connect(real, timeout=BUSY_S, isolation_level=None)))
            check_version(db, path)
            db.execute("PRAGMA journal_mode = WAL")
            # NORMAL would lose the last commits in a power cut, after they were acknowledged to the broker
            db.execute("PRAGMA synchronous = FULL")
            db.executescript(_SCHEMA + gaps.SCHEMA)
            if "outlived" not in {row[1] for row in db.execute("PRAGMA table_info(pole)")}:  # of an older version
                db.execute("ALTER TABLE pole ADD COLUMN outlived INTEGER NOT NULL DEFAULT 0")
            _introduce(db, path, {"version": VERSION, **must}, about)
        except (OSError, sqlite3.Error) as error:
            raise RecordError(f"the record {path} cannot be opened: {cause(real, error)}") from error
        return db, opened.pop_all()


def check_version(db: sqlite3.Connection, path: Path) -> None:
    """Raises RecordError where the open file *path* is no record, or one that a newer Diya wrote.  Empty is sound."""
    try:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise no_database(path) from error
        raise
    if not tables:
        return
    if not {"about", "event", "pole"} <= tables:
        raise RecordError(
            f"the file {path} is no record: it is the SQLite file of another program; --db names a record"
        )
    row = db.execute("SELECT value FROM about WHERE name = 'version'").fetchone()
    if row is not None and row[0] != VERSION:
        raise RecordError(
            f"the record {path} has version {row[0]} and this diya writes {VERSION}: use the diya that made it"
        )


def no_database(path: Path) -> RecordError:
    """The file *path* is of another kind."""
    return RecordError(f"the file {path} is no record: it is not an SQLite file; --db must name a record")


def may(path: Path, what: int) -> bool:
    """Whether this user may do *what* (os.R_OK, os.W_OK, os.X_OK) with *path*."""
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def cause(path: Path, error: Exception) -> str:
    """The cause of *error* about the file *path*, where SQLite does not name it."""
    said = getattr(error, "strerror", None) or str(error)
    folder = path.parent
    if "readonly" in said or "unable to open" in said:
        if path.exists() and not may(path, os.R_OK):
            return "this user may not read it"
        if path.exists() and not may(path, os.W_OK):
            return "this user may not write it"
        if not may(folder, os.W_OK | os.X_OK):
            return f"this user may not write in the folder {folder}"
    if "is full" in said:
        return f"the disk of {folder} is full; make room there"
    if "locked" in said:
        return f"another program has it locked (waited {BUSY_S:g} s); end that program"
    return said


def _check_names(path: Path, real: Path) -> None:
    if real.exists() and real.is_file() and real.stat().st_nlink > 1:
        raise RecordError(
            f"the record {path} has {real.stat().st_nlink} names (hard links), and SQLite keeps a log beside each, "
            "which would destroy it: remove all names but one"
        )


def _introduce(db: sqlite3.Connection, path: Path, must: dict[str, str], about: dict[str, str]) -> None:
    db.execute("BEGIN IMMEDIATE")
    for name, value in must.items():
        db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, value))
        kept = db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()[0]
        if kept != value:
            raise RecordError(f"the record {path} has {name} {kept!r} and must have {value!r}")
    db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())
    db.execute("COMMIT")


def _lock(path: Path, real: Path) -> sqlite3.Connection:
    """A lock that ends with the process: SQLite's own lock on an empty file beside ours."""
    lock = sqlite3.connect(f"{real}.lock", timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if "locked" in str(error):
            raise RecordError(f"the record {path} is being written by another `diya record run`") from error
        raise
    return lock
