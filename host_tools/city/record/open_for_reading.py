"""Opens a record for reading: also for a user who may write neither the file nor its folder, and after a crash.

SQLite keeps the last writes in a log beside the file (`-wal`), and has to write an index of it (`-shm`) even to read.
Where that is not possible there are two cases.  There is no log: then the file alone is the whole record, and is read
as one that does not change.  There is one, left by a recorder that was killed: then both are copied to a folder of our
own, where SQLite may write.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import exc
from sqlalchemy.engine import Connection

from host_tools.city.record.open_for_writing import cause, check_version, may, no_database
from host_tools.city.store import database
from host_tools.city.store.database import BUSY_S
from host_tools.city.store.upgrade import NEWEST, revision_of
from host_tools.errors import RecordError

_COPIES = 3  # tries to copy a record that is being written meanwhile


@contextmanager
def open_for_reading(where: Path | str) -> Iterator[Connection]:
    """The record at *where* (a file or a URL), one consistent view of it during writes.  Raises RecordError."""
    with _file(where) if isinstance(where, Path) else _server(where) as connection:
        yield connection


@contextmanager
def _server(where: str) -> Iterator[Connection]:
    there = database.postgresql(where)
    try:
        with there.engine.connect() as plain:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            connection = plain.execution_options(**options)
            found = revision_of(connection)
            if found is None:
                raise RecordError(f"the record {there.name} is empty: `diya record run` fills it, --db names another")
            if found != NEWEST:
                older = found < NEWEST
                raise RecordError(
                    f"the record {there.name} is of {'an older' if older else 'a newer'} diya: "
                    + ("`diya record upgrade` brings it up to date" if older else "use that one")
                )
            yield connection
    except exc.SQLAlchemyError as error:
        raise RecordError(f"the record {there.name} cannot be read: {there.reason(error)}") from error
    finally:
        there.close()


@contextmanager
def _file(path: Path) -> Iterator[Connection]:
    if not path.exists():
        raise RecordError(f"there is no record at {path}: `diya record run` makes it, --db names another")
    real = path.resolve()
    try:
        with ExitStack() as opened:
            try:
                db = _open(real, opened)
            except OSError as error:
                raise RecordError(f"the record {path} cannot be read: {error.strerror or error}") from error
            check_version(db, path)
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
                raise RecordError(f"the record {path} is empty: `diya record run` fills it, --db names another")
            there = database.sqlite(lambda: db, str(path), lambda error: cause(real, error))
            opened.callback(there.close)
            connection = opened.enter_context(there.engine.connect()).execution_options(reads=True)
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # the view begins with the first read
            yield connection
    except exc.DBAPIError as error:
        raise _unreadable(path, real, error.orig if isinstance(error.orig, Exception) else error) from error
    except sqlite3.Error as error:
        raise _unreadable(path, real, error) from error


def _unreadable(path: Path, real: Path, error: Exception) -> RecordError:
    if "not a database" in str(error):
        return no_database(path)
    return RecordError(f"the record {path} cannot be read: {cause(real, error)}")


def _open(real: Path, opened: ExitStack) -> sqlite3.Connection:
    with real.open("rb"):  # its error says why, better than SQLite's
        pass
    if may(real, os.W_OK) and may(real.parent, os.W_OK | os.X_OK):
        return _view(
            real, "mode=rw", opened
        )  # and SQLite cleans up after itself, which it does not where it only reads
    if not _log_of(real):
        opened.callback(_check_unchanged, real, _state(real))
        return _view(real, "mode=ro&immutable=1", opened)
    if real.with_name(real.name + "-shm").exists():  # a recorder of another user is at work, or was
        try:
            return _view(real, "mode=ro", opened)
        except sqlite3.OperationalError as error:
            if not ("readonly" in str(error) or "unable to open" in str(error)):
                raise
    folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="diya-record-"))
    return _view(_copy(real, Path(folder)), "mode=rw", opened)


def _view(file: Path, mode: str, opened: ExitStack) -> sqlite3.Connection:
    with ExitStack() as mine:
        uri = f"file:{quote(str(file))}?{mode}"
        db = mine.enter_context(
            closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False))
        )
        db.execute("PRAGMA query_only = ON")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        opened.push(mine.pop_all())
    return db


def _copy(real: Path, folder: Path) -> Path:
    """A copy of the record and its log, both of one moment.  Raises RecordError."""
    copy = folder / "record.sqlite"
    for _ in range(_COPIES):
        before = _state(real)
        try:
            shutil.copyfile(real, copy)
            shutil.copyfile(_wal(real), _wal(copy))
        except OSError as error:
            raise RecordError(
                f"the record {real} and its log {_wal(real).name} are copied to {folder.parent} to be read, since this "
                f"user may not write beside them, and that fails ({error.strerror}): make room, set TMPDIR, or give "
                "this user leave to read both"
            ) from error
        if _state(real) == before:
            return copy
    raise RecordError(f"the record {real} changes while it is copied: read it where this user may write beside it")


def _check_unchanged(real: Path, before: tuple[tuple[int, int], ...]) -> None:
    if _state(real) != before:
        raise RecordError(f"the record {real} was written while it was read: what was printed may be wrong; try again")


def _state(real: Path) -> tuple[tuple[int, int], ...]:
    files = [file.stat() for file in (real, _wal(real)) if file.exists()]
    return tuple((file.st_size, file.st_mtime_ns) for file in files)


def _log_of(real: Path) -> bool:
    wal = _wal(real)
    return wal.exists() and wal.stat().st_size > 0


def _wal(file: Path) -> Path:
    return file.with_name(file.name + "-wal")
