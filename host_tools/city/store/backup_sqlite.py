"""Backup and restore of a file of SQLite, by SQLite: a copy of the file and its log beside it would fit by chance only.

The copy is made in one step.  In several, SQLite begins again each time another program has written, and a receiver
writes every second.  Its log (WAL) grows meanwhile, and it writes on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from host_tools.city.store.backup_copy import Copied, refuse
from host_tools.errors import RecordError

BUSY_S = 5.0
_OURS = {"about", "pole", "event"}


def copy(where: str, part: Path) -> Copied:
    """Copies the record in the file *where* into the file *part*."""
    with _opened(Path(where), "the record") as source, closing(sqlite3.connect(part)) as target:
        try:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE").fetchone()  # one file, without a log beside it
        except sqlite3.Error as error:
            raise RecordError(f"the record {where} cannot be copied: {error}") from error
        _check(target, f"the copy of {where}")
        return _copied(target, part)


def put(file: Path, where: str, replace: bool) -> Copied:
    """Brings the backup *file* into the record *where*."""
    target_file = Path(where)
    with _opened(file, "the backup") as source, _alone(target_file):
        _check(source, f"the backup {file}")
        with closing(sqlite3.connect(target_file, timeout=BUSY_S, isolation_level=None)) as target:
            try:
                tables = _tables(target)
                if tables and not tables >= _OURS:
                    raise RecordError(f"the file {where} is no record: it is the SQLite file of another program")
                if tables and not replace and (counts := _copied(target, target_file)).poles + counts.events:
                    raise refuse(where, f"{counts.poles} poles and {counts.events} events")
                # the size of pages of a file with a log cannot change; then the log of old pages must not stay either
                target.execute("PRAGMA journal_mode = DELETE").fetchone()
                source.backup(target)
                target.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.Error as error:
                raise RecordError(f"the record {where} cannot be written: {error}") from error
            _check(target, f"the record {where}")
            return _copied(target, target_file)


@contextmanager
def _opened(file: Path, what: str) -> Iterator[sqlite3.Connection]:
    if not file.is_file():
        raise RecordError(f"{what} {file} is not there")
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)) as db:
        try:
            tables = _tables(db)
        except sqlite3.Error as error:
            raise RecordError(f"{what} {file} cannot be read: {error}") from error
        if not tables >= _OURS:
            raise RecordError(f"{what} {file} is no record: it is the SQLite file of another program, or empty")
        yield db


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Holds the lock that a receiver holds of the record *file*."""
    real = file.resolve()
    with closing(sqlite3.connect(f"{real}.lock", timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise RecordError(f"the record {file} is written by a `diya record run`: end that first") from error
            raise RecordError(f"the record {file} cannot be written: {error}") from error
        yield


def _tables(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _check(db: sqlite3.Connection, what: str) -> None:
    try:
        said = [row[0] for row in db.execute("PRAGMA quick_check(1)")]
    except sqlite3.Error as error:
        said = [str(error)]
    if said != ["ok"]:
        raise RecordError(f"{what} is damaged: {said[0]}")


def _copied(db: sqlite3.Connection, file: Path) -> Copied:
    days = [name for name in _tables(db) if name.startswith("meter_") and name[6:].isdigit()]
    poles, events, *readings = (
        db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("pole", "event", *days)
    )
    return Copied(poles, events, sum(readings), file.stat().st_size)
