"""Opens the store of a receiver for who orders: it is there, is up to date, and is of the right site."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from host_tools.city.record.open_for_writing import cause, check_version
from host_tools.city.store import database
from host_tools.city.store.database import Database
from host_tools.city.store.tables import about
from host_tools.city.store.upgrade import NEWEST, revision_of
from host_tools.errors import CommandError, RecordError


@contextmanager
def open_store(where: Path | str, site: str | None) -> Iterator[Database]:
    """The store at *where* (a file or a URL), which must be of *site* where that is given.

    Raises RecordError, CommandError.
    """
    there = _file(where) if isinstance(where, Path) else database.postgresql(where)
    try:
        with reading(there) as connection:
            if not isinstance(where, Path) and revision_of(connection) != NEWEST:
                raise RecordError(f"the record {there.name} is not up to date: `diya record run --db` makes it so")
            own = connection.execute(sa.select(about.c.value).where(about.c.name == "site")).scalar()
            if site is not None and own != site:
                raise CommandError(f"the record {there.name} is of {own}, and must be of {site}")
        yield there
    finally:
        there.close()


@contextmanager
def reading(there: Database) -> Iterator[Connection]:
    """One consistent view of *there*.  Raises RecordError."""
    try:
        with there.engine.connect() as plain:
            connection = plain if there.postgresql else plain.execution_options(reads=True)
            with connection.begin():
                yield connection
    except exc.SQLAlchemyError as error:
        raise RecordError(f"the record {there.name} cannot be read: {there.reason(error)}") from error


def _file(path: Path) -> Database:
    if not path.exists():
        raise RecordError(f"there is no record at {path}: `diya record run` makes it, --db names another")
    real = path.resolve()
    try:
        db = database.connect(real)
        try:
            check_version(db, path)
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as error:
        raise RecordError(f"the record {path} cannot be opened: {cause(real, error)}") from error
    return database.sqlite(lambda: db, str(path), lambda error: cause(real, error))
