"""A real PostgreSQL for tests: one server a session, and a new database a test.

The fixtures are there for every test below tests/host_tools/city (its conftest.py); elsewhere a test module imports
those it needs.  ``database`` runs a test twice, on a file of SQLite and on PostgreSQL, with every table of the store.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.city.store import every_table
from host_tools.city.store.database import Database, postgresql, sqlite, sqlite_connection
from simulator.benchmarks import postgresql_server as private

SETTINGS = {
    "listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "shared_buffers": "16MB", "max_connections": "30", "max_wal_size": "64MB", "min_wal_size": "32MB",
    "autovacuum": "off", "logging_collector": "off", "timezone": "UTC", "max_parallel_workers_per_gather": "0",
}  # fmt: skip
MEMORY = "/dev/shm"
ROOM_BYTES = 1 << 30  # a container has often 64 MB there


class Server(private.Server):
    """The server of a session."""

    _template = ""

    def create_with_tables(self) -> str:
        """The URL of a new database with every table of the store."""
        if not self._template:
            self.execute("CREATE DATABASE with_tables TEMPLATE template0")
            database = postgresql(self.url("with_tables"))
            create_tables(database)
            database.close()
            self._template = "with_tables"
        return self.create(self._template)


def create_tables(database: Database) -> None:
    """Makes every table of the store in the empty *database*, with the rows that are always there."""
    with database.transaction() as connection:
        every_table.create(connection)


def parent_folder() -> str:
    """Where the server's folder is made: in memory where ``ROOM_BYTES`` are free there, else in /tmp."""
    try:
        room = os.statvfs(MEMORY)
    except OSError:
        return "/tmp"
    return MEMORY if room.f_bavail * room.f_frsize >= ROOM_BYTES else "/tmp"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A server for the session, which skips the test where this machine has no PostgreSQL."""
    if not private.programs():
        pytest.skip(private.MISSING)
    # a new database is a copy of some 300 files: 0.04 s in memory, 0.4 s on a disk
    with private.running(SETTINGS, parent_folder()) as server:
        yield Server(server.folder)


@pytest.fixture
def postgresql_url(postgresql_server: Server) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL."""
    url = postgresql_server.create()
    yield url
    postgresql_server.drop(url)


def sqlite_file(file: Path) -> Database:
    """The file of SQLite *file*, which need not be there yet; as a test's server, it does not wait for the disk."""

    def connect() -> sqlite3.Connection:
        connection = sqlite_connection(file)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    return sqlite(connect, file.name, str)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A new database with every table of the store: once a file of SQLite, once a database of PostgreSQL."""
    if request.param == "sqlite":
        opened = sqlite_file(tmp_path / "store.db")
        create_tables(opened)
        yield opened
        opened.close()
        return
    server: Server = request.getfixturevalue("postgresql_server")
    url = server.create_with_tables()
    opened = postgresql(url)
    yield opened
    opened.close()
    server.drop(url)
