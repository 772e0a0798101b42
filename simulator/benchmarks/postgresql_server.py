"""A PostgreSQL server of our own, in a folder of its own, for a benchmark or a session of tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from host_tools.city.store.postgresql_programs import folders

OLDEST = 15
START_S = 60  # for a server to answer, on a busy computer
MISSING = f"no PostgreSQL {OLDEST} or newer on this machine (Debian: apt-get install postgresql)"

# Stops the server and removes its folder when its input ends: also when the process that started it was killed.
_GUARD = """
trap '' INT TERM
"$1/postgres" -D "$2/data" -k "$2" >"$2/log" 2>&1 </dev/null &
read -r _
kill -QUIT $!
wait $!
rm -rf "$2"
"""


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, of the newest version; None where there is none that is new enough."""
    found = folders("initdb")
    return found[-1][1] if found and found[-1][0] >= OLDEST else None


class Server:
    """A running server.  ``folder`` holds its socket; it listens nowhere else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Runs *statement* in the database that every server has."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, template: str = "template0") -> str:
        """The URL of a new database, a copy of *template*."""
        self._count += 1
        name = f"new_{self._count}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")


@contextmanager
def running(settings: Mapping[str, str], parent: str = "/tmp") -> Iterator[Server]:
    """A server with *settings* until the end of the block, where programs() finds one; its folder is made in *parent*.

    Its user must be able to enter *parent*, and the path of a socket has at most 107 characters.
    """
    folder_of_programs = programs()
    assert folder_of_programs, MISSING
    folder = Path(tempfile.mkdtemp(prefix="diya-pg-", dir=parent))
    as_user: list[str] = []
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
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
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        guard = subprocess.Popen(
            [*as_user, "sh", "-c", _GUARD, "guard", folder_of_programs, folder],
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
            server.execute("SELECT 1")
            return
        except psycopg.OperationalError:
            if time.monotonic() > end:
                log = (server.folder / "log").read_text(encoding="utf-8", errors="replace")
                raise AssertionError(f"PostgreSQL does not start: {log}") from None
            time.sleep(0.02)
