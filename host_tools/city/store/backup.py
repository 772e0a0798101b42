"""Copies a store into one file while it is written, and brings it back.

A backup is complete or not there: it has its name only once it was read through.  A restore is one transaction: until
its end, the store is what it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host_tools.city.store import backup_postgresql, backup_sqlite, database
from host_tools.city.store.backup_copy import Copied
from host_tools.errors import RecordError

SQLITE_HEAD, POSTGRESQL_HEAD = b"SQLite format 3\0", b"PGDMP"
_SQLITE, _POSTGRESQL = "SQLite", "PostgreSQL"


def backup(where: str, file: Path) -> Copied:
    """Copies the store *where* (a file of SQLite, or a URL of PostgreSQL) into the new *file*.  Raises RecordError."""
    if file.exists():
        raise RecordError(f"the file {file} is there already: name another for the backup, or remove it")
    copy = backup_postgresql.copy if database.is_url(where) else backup_sqlite.copy
    try:
        with _written(file) as part:
            return copy(where, part)
    except OSError as error:
        raise RecordError(f"the backup {file} cannot be written: {error.strerror or error}") from error


def restore(file: Path, where: str, replace: bool = False) -> Copied:
    """Brings the backup *file* back into the store *where*, which must be empty unless it is to be *replaced*.

    No receiver may have the store open.  Raises RecordError.
    """
    try:
        with file.open("rb") as opened:
            head = opened.read(len(SQLITE_HEAD))
    except OSError as error:
        raise RecordError(f"the backup {file} cannot be read: {error.strerror or error}") from error
    heads = ((SQLITE_HEAD, _SQLITE), (POSTGRESQL_HEAD, _POSTGRESQL))
    of = next((name for begin, name in heads if head.startswith(begin)), None)
    if of is None:
        raise RecordError(f"the file {file} is no backup of a record")
    into = _POSTGRESQL if database.is_url(where) else _SQLITE
    if of != into:
        raise RecordError(f"the backup {file} is of {of} and --db is {where!r}, which is {into}: both must be the same")
    put = backup_postgresql.put if into == _POSTGRESQL else backup_sqlite.put
    return put(file, where, replace)


@contextmanager
def _written(file: Path) -> Iterator[Path]:
    """A file beside *file*, for its owner alone, that takes its name once it is on the disk."""
    part = file.with_name(f"{file.name}.part")
    os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    try:
        yield part
        with part.open("rb+") as opened:
            os.fsync(opened.fileno())
        part.rename(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
