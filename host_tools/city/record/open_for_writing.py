"""Opens a record for its one writer; a file that is no record, or another site's, is refused unchanged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from host_tools.city.store import bulk, database
from host_tools.city.store.database import BUSY_S, Database, Unwritable
from host_tools.city.store.tables import about as about_table
from host_tools.city.store.upgrade import VERSION, upgrade
from host_tools.errors import RecordError

FORMER = "1"  # of the file, which is taken over
_LOCK = 0x64697961  # "diya": the first of the two numbers of a lock in PostgreSQL; the second is of the zone


class Writer:
    """An open record, for one writer at a time: a lock that ends with the connection, or with the process."""

    def __init__(self, where: Database, opened: ExitStack, lock: str = "") -> None:
        self.database = where
        self._opened = opened
        self._lock = lock
        self._had_lock = False
        self._connection: Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction.  Raises RecordError, which is an Unwritable where the store refuses it now."""
        try:
            connection = self._connected()
            with connection.begin():
                yield connection
        except exc.SQLAlchemyError as error:
            if self._connection is not None and self._connection.invalidated:
                self._disconnect()
            raise self.database.error(error) from error

    def close(self) -> None:
        self._disconnect()
        self.database.close()
        self._opened.close()

    def _connected(self) -> Connection:
        """The one connection that writes, which has the lock."""
        if self._connection is None:
            connection = self.database.engine.connect()
            if self._lock:
                mine = sa.select(sa.func.pg_try_advisory_lock(_LOCK, sa.func.hashtext(self._lock)))
                there = connection.execute(mine).scalar()
                connection.commit()
                if not there:
                    connection.close()
                    # after a loss of the connection the server may take a while to notice it
                    kind = Unwritable if self._had_lock else RecordError
                    raise kind(f"the record {self.database.name} is being written by another `diya record run`")
                self._had_lock = True
            self._connection = connection
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def open_for_writing(where: Path | str, must: dict[str, str], about: dict[str, str], zone: str) -> Writer:
    """The record at *where* (a file or a URL), made where there is none.

    It must be of the *must* (root and site); *about* is remembered for readers.  Raises RecordError.
    """
    if isinstance(where, Path):
        writer = _file(where)
    else:
        there = database.postgresql(where)
        writer = Writer(there, ExitStack(), f"{must['root']}/{must['site']}/{zone}")
    try:
        with writer.transaction() as connection:
            if writer.database.postgresql:  # the first of several receivers makes the tables
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            upgrade(connection)
            _introduce(connection, writer.database.name, must, about)
    except BaseException:
        writer.close()
        raise
    return writer


def upgrade_record(where: Path | str) -> str:
    """Bring the record at *where* up to date; its name.  Raises RecordError, where there is none too."""
    if isinstance(where, Path) and not where.exists():
        raise RecordError(f"there is no record at {where}: `diya record run` makes it, --db names another")
    writer = _file(where) if isinstance(where, Path) else Writer(database.postgresql(where), ExitStack())
    try:
        with writer.transaction() as connection:
            if not sa.inspect(connection).has_table("about"):
                raise RecordError(f"the record {writer.database.name} is empty: `diya record run` fills it")
            upgrade(connection)
            bulk.replace(connection, about_table, ("name",), ("value",), [("version", VERSION)])
    finally:
        writer.close()
    return writer.database.name


def _file(path: Path) -> Writer:
    real = path.resolve()  # through links, so that two names of one file have one lock
    with ExitStack() as opened:
        try:
            real.parent.mkdir(parents=True, exist_ok=True)
            _check_names(path, real)
            opened.enter_context(closing(_lock(path, real)))
            db = opened.enter_context(closing(database.connect(real)))
            check_version(db, path, (FORMER, VERSION))
            database.keep_safe(db)
        except (OSError, sqlite3.Error) as error:
            raise RecordError(f"the record {path} cannot be opened: {cause(real, error)}") from error
        there = database.sqlite(lambda: db, str(path), lambda error: cause(real, error))
        return Writer(there, opened.pop_all())


def check_version(db: sqlite3.Connection, path: Path, versions: tuple[str, ...] = (VERSION,)) -> None:
    """Raises RecordError where the open file *path* is no record, or none of these *versions*.  Empty is sound."""
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
    if row is None or row[0] in versions:
        return
    if row[0] == FORMER:
        raise RecordError(
            f"the record {path} is of an older diya: `diya record upgrade --db {path}` brings it up to date, and so "
            "does `diya record run`"
        )
    if row[0] != VERSION:
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


def _introduce(connection: Connection, name: str, must: dict[str, str], about: dict[str, str]) -> None:
    bulk.insert(connection, about_table, ("name", "value"), must.items())
    kept = dict(connection.execute(sa.select(about_table.c.name, about_table.c.value)).all())
    for one, value in must.items():
        if kept[one] != value:
            raise RecordError(f"the record {name} has {one} {kept[one]!r} and must have {value!r}")
    bulk.replace(connection, about_table, ("name",), ("value",), {**about, "version": VERSION}.items())


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
