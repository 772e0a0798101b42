"""A real PostgreSQL for tests: one server a session, in a folder of its own, and a new database a test.

The fixtures are there for every test below tests/host_tools/city (its conftest.py); elsewhere a test module imports
those it needs.  ``database`` runs a test twice, on a file of SQLite and on PostgreSQL, with every table of the store.
"""

from __future__ import annotations

import functools
import importlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

import host_tools.city
from host_tools.city.store import meter_tables, tables
from host_tools.city.store.database import Database, postgresql, sqlite, sqlite_connection
from host_tools.city.store.metadata import metadata

OLDEST = 15
START_S = 60  # for a server to answer, on a busy computer
MISSING = f"no PostgreSQL {OLDEST} or newer on this machine (Debian: apt-get install postgresql)"
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "shared_buffers": "16MB", "max_connections": "30", "max_wal_size": "64MB", "min_wal_size": "32MB",
    "autovacuum": "off", "logging_collector": "off", "timezone": "UTC", "max_parallel_workers_per_gather": "0",
}  # fmt: skip

# Stops the server and removes its folder when its input ends: at the end of the session, or when that was killed.
GUARD = """
trap '' INT TERM
"$1/postgres" -D "$2/data" -k "$2" >"$2/log" 2>&1 </dev/null &
read -r _
kill -QUIT $!
wait $!
rm -rf "$2"
"""


@functools.cache
def programs() -> Path | None:
    """The folder of PostgreSQL's programs, of the newest version; None where there is none that is new enough."""
    found: list[tuple[int, Path]] = []
    shown = shutil.which("pg_ctl")
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql@*/bin")]
    for folder in [*folders, *([Path(shown).resolve().parent] if shown else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True).stdout
            if version := re.search(r" (\d+)", said):
                found.append((int(version[1]), folder))
    newest = max(found, default=None)
    return newest[1] if newest and newest[0] >= OLDEST else None


class Server:
    """A running server.  ``folder`` holds its socket; it listens nowhere else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self._template = ""

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Runs *statement* outside any database of a test."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def create(self, template: str = "template0") -> str:
        """The URL of a new database, a copy of *template*."""
        self._count += 1
        name = f"test_{self._count}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def create_with_tables(self) -> str:
        """The URL of a new database with every table of the store."""
        if not self._template:
            self.execute("CREATE DATABASE with_tables TEMPLATE template0")
            database = postgresql(self.url("with_tables"))
            create_tables(database)
            database.close()
            self._template = "with_tables"
        return self.create(self._template)

    def drop(self, url: str) -> None:
        name = sa.make_url(url).database
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


def create_tables(database: Database) -> None:
    """Makes every table of the store in the empty *database*, with the rows that are always there."""
    for file in Path(host_tools.city.__path__[0]).rglob("*tables.py"):
        inside = file.relative_to(host_tools.city.__path__[0]).with_suffix("").parts
        importlib.import_module(".".join(["host_tools.city", *inside]))
    with database.transaction() as connection:
        metadata.create_all(connection)
        meter_tables.create(connection)
        connection.execute(sa.insert(tables.revision).values(one=1, number=0))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A server for the session, which skips the test where this machine has no PostgreSQL."""
    folder_of_programs = programs()
    if folder_of_programs is None:
        pytest.skip(MISSING)
    # not below pytest's own folder: only its owner may enter that, and a socket's path may have 107 characters
    folder = Path(tempfile.mkdtemp(prefix="diya-pg-", dir="/tmp"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    guard = None
    try:
        subprocess.run(
            [*as_user, folder_of_programs / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust",
             "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        with open(folder / "data" / "postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
        guard = subprocess.Popen(
            [*as_user, "sh", "-c", GUARD, "guard", folder_of_programs, folder],
            stdin=subprocess.PIPE, cwd=folder, start_new_session=True,
        )  # fmt: skip
        server = Server(folder)
        _wait_for(server)
        yield server
    finally:
        if guard is not None and guard.stdin is not None:
            guard.stdin.close()
            guard.wait(START_S)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: Server) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            return server.execute("SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > end:
                log = (server.folder / "log").read_text(encoding="utf-8", errors="replace")
                raise AssertionError(f"PostgreSQL does not start: {log}") from None
            time.sleep(0.02)


@pytest.fixture
def postgresql_url(postgresql_server: Server) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL."""
    url = postgresql_server.create()
    yield url
    postgresql_server.drop(url)


def sqlite_file(file: Path) -> Database:
    """The file of SQLite *file*, which need not be there yet; as the server of a test, it does not wait for the disk."""

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
