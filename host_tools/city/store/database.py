"""The database that a store is in: a file of SQLite, or a database of PostgreSQL by its URL.

SQLAlchemy writes the SQL for both.  Here is what differs between them when one is opened: how a transaction begins,
and what an error means.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool, StaticPool

from host_tools.errors import RecordError

BUSY_S = 5.0  # longest wait for another program that has the file or a row locked
CONNECT_S = 5


class Unwritable(RecordError):
    """The disk is full, the file is locked, the server is away or the like: it may be written again later."""


class Unkeepable(RecordError):
    """A message says what the store cannot hold beside what it has."""


def _is_failure(record: logging.LogRecord) -> bool:
    """Whether what the pool of connections logs is no process that is ended while it closes one."""
    return not (record.exc_info and isinstance(record.exc_info[1], SystemExit | KeyboardInterrupt))


@dataclass(frozen=True)
class Database:
    """An open database.  ``name`` is what it is called in a sentence; ``cause`` says of an error why it happened."""

    engine: Engine
    name: str
    cause: Callable[[Exception], str]

    def __post_init__(self) -> None:
        logger = self.engine.pool.logger
        if isinstance(logger, logging.Logger):  # another one is for debugging SQLAlchemy
            logger.addFilter(_is_failure)

    @property
    def postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that writes.

        Raises RecordError, which is an Unwritable where the database refuses it now, and an Unkeepable where it refuses
        these values.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except exc.SQLAlchemyError as error:
            raise self.error(error) from error

    def error(self, error: exc.SQLAlchemyError) -> RecordError:
        """What *error* is for who writes."""
        kind: type[RecordError] = RecordError
        if isinstance(error, exc.IntegrityError | exc.DataError):
            kind = Unkeepable
        elif isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError):
            kind = Unwritable
        return kind(f"the record {self.name} cannot be written: {self.reason(error)}")

    def reason(self, error: exc.SQLAlchemyError) -> str:
        """Why *error* happened, in words that can follow a colon."""
        said = error.orig if isinstance(error, exc.DBAPIError) and isinstance(error.orig, Exception) else error
        return self.cause(said)

    def close(self) -> None:
        """Closes every connection: one that a thread still uses as soon as that gives it back."""
        if not isinstance(self.engine.pool, StaticPool):
            # the pool that is left behind would keep it open
            event.listen(self.engine.pool, "checkin", lambda _connection, record: record.invalidate())
        self.engine.dispose()


def is_url(where: str) -> bool:
    """Whether *where* names a database of a server, and no file."""
    return where.startswith(("postgresql:", "postgres:", "postgresql+"))


def postgresql(where: str, connections: int = 2) -> Database:
    """The database at the URL *where*, not connected yet, by at most *connections* at once.

    The values of a statement that fails, which may be secrets, stay out of its error and so of every log.

    Raises RecordError where it is no URL of PostgreSQL.
    """
    try:
        url = sa.make_url(where).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(
            url, pool_pre_ping=True, pool_size=connections, hide_parameters=True,
            connect_args={"connect_timeout": CONNECT_S, "application_name": "diya", "options": "-c lock_timeout=5s"},
        )  # fmt: skip
    except (exc.ArgumentError, ValueError) as error:
        raise RecordError(
            f"--db is {where!r} and must be a file, or a URL such as postgresql://user@host/database"
        ) from error
    return Database(engine, url.set(drivername="postgresql").render_as_string(hide_password=True), _of_server)


def sqlite(
    connect: Callable[[], sqlite3.Connection], name: str, cause: Callable[[Exception], str], connections: int = 1
) -> Database:
    """The file that *connect* opens (where *connections* is 1 once: the connection is kept), called *name*.

    Its transactions begin with the right to write: one that reads first and writes then would fail where another
    program has written meanwhile, without waiting for it.
    """
    if connections == 1:
        engine = sa.create_engine("sqlite://", creator=connect, poolclass=StaticPool, hide_parameters=True)
    else:
        engine = sa.create_engine(
            "sqlite://", creator=connect, poolclass=QueuePool, pool_size=connections, hide_parameters=True
        )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return Database(engine, name, cause)


def connect(file: Path) -> sqlite3.Connection:
    """A connection to *file*, for `sqlite`."""
    return sqlite3.connect(file, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


def keep_safe(db: sqlite3.Connection) -> None:
    """Have each commit on the disk before it returns, and let others read meanwhile."""
    db.execute("PRAGMA journal_mode = WAL")
    # NORMAL would lose the last commits in a power cut, after they were acknowledged to the broker
    db.execute("PRAGMA synchronous = FULL")


def raise_revision(connection: Connection) -> int:
    """The next revision, for the rows that this transaction has written; to be called last in it.

    The row stays locked until the commit.  So revisions are committed in their order.
    """
    row = connection.execute(sa.text("UPDATE revision SET number = number + 1 RETURNING number")).scalar_one()
    return int(row)


def _of_server(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return said[0] if said else type(error).__name__


def sqlite_connection(file: Path) -> sqlite3.Connection:
    """As `connect` and `keep_safe`."""
    db = connect(file)
    keep_safe(db)
    return db
