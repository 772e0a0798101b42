"""Backup and restore of a database of PostgreSQL, by its own programs, which Diya only ever runs as processes."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store import every_table
from host_tools.city.store.backup_copy import Copied, refuse
from host_tools.city.store.database import Database, postgresql
from host_tools.city.store.postgresql_programs import program
from host_tools.errors import RecordError

_OURS = {"about", "pole", "event"}
_LOCKED = "60s"  # longest wait for a table that is being made or dropped


def copy(where: str, part: Path) -> Copied:
    """Copies the database *where* into the file *part*; its counts are those of the moment at which pg_dump began."""
    database = postgresql(where)
    try:
        with database.transaction() as connection:
            connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            if not _tables(connection) >= _OURS:
                raise RecordError(f"the database {database.name} holds no record")
            server = _version(connection)
            snapshot = connection.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one()
            _run(
                database, [str(program("pg_dump", server)), "--format=custom", "--no-owner", "--no-privileges",
                           f"--lock-wait-timeout={_LOCKED}", f"--snapshot={snapshot}", f"--file={part}"],
            )  # fmt: skip
            _contents(part, server)
            return _copied(connection, part.stat().st_size)
    finally:
        database.close()


def put(file: Path, where: str, replace: bool) -> Copied:
    """Brings the backup *file* into the database *where*."""
    database = postgresql(where)
    try:
        with database.transaction() as connection:
            server = _version(connection)
            tables = _tables(connection)
            _check_unused(connection, database)
            if tables & _OURS == _OURS:
                counts = _copied(connection, 0)
                if counts.poles + counts.events and not replace:
                    raise refuse(database.name, f"{counts.poles} poles and {counts.events} events")
            elif tables:
                raise RecordError(f"the database {database.name} holds tables of another program: name an empty one")
        _replace(database, file, server, tables)
        with database.transaction() as connection:
            return _copied(connection, file.stat().st_size)
    finally:
        database.close()


def _replace(database: Database, file: Path, server: int, tables: set[str]) -> None:
    """Runs the backup's script, in one transaction that begins with removing *tables*."""
    contents = _contents(file, server)
    ours = sorted(tables & (contents | every_table.load() | {"alembic_version"}))
    restore = program("pg_restore", server)
    psql = program("psql", server)
    with tempfile.TemporaryFile() as said:
        script = subprocess.Popen(
            [restore, "--no-owner", "--no-privileges", "--file=-", file], stdout=subprocess.PIPE, stderr=said
        )  # fmt: skip
        first = f"DROP TABLE {', '.join(map(_quoted, ours))}" if ours else "SELECT 1"
        try:
            _run(
                database, [str(psql), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction",
                           "--output=/dev/null", f"--command={first}", "--file=-"], script,
            )  # fmt: skip
        finally:
            if script.stdout:
                script.stdout.close()
            script.wait()
        if script.returncode:
            said.seek(0)
            raise RecordError(f"the backup {file} cannot be read: {_reason(said.read().decode(errors='replace'))}")


def _run(database: Database, command: list[str], script: subprocess.Popen[bytes] | None = None) -> None:
    url = database.engine.url
    shown = url.set(drivername="postgresql", password=None).render_as_string()
    # on the command line every user of the machine could read the password
    environment = {**os.environ, "PGAPPNAME": "diya backup", **({"PGPASSWORD": url.password} if url.password else {})}
    done = subprocess.run(
        [*command, f"--dbname={shown}", "--no-password"], env=environment, stdin=script.stdout if script else None,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    if done.returncode:
        said = _reason(done.stderr.decode(errors="replace"))
        raise RecordError(f"{Path(command[0]).name} of the database {database.name} failed: {said}")


def _reason(text: str) -> str:
    """What the programs say of an error: the line with the word and its detail, else the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if "error:" in line.lower() or "fatal:" in line.lower():
            details = [one for one in lines[number + 1 :] if one.startswith("DETAIL:")]
            return " ".join([line, *details[:1]])
    return lines[-1] if lines else "it says nothing"


def _quoted(table: str) -> str:
    """The name as SQL has it: `user` is a word of SQL."""
    return '"' + table.replace('"', '""') + '"'


def _contents(file: Path, server: int) -> set[str]:
    """The tables that the backup *file* has.  Raises RecordError where it is damaged, or holds no record."""
    listed = subprocess.run(
        [program("pg_restore", server), "--list", file], capture_output=True, text=True, errors="replace", check=False
    )
    if listed.returncode:
        raise RecordError(f"the backup {file} is damaged: {_reason(listed.stderr)}")
    tables = {words[5] for line in listed.stdout.splitlines() if (words := line.split())[3:4] == ["TABLE"]}
    if not tables >= _OURS:
        raise RecordError(f"the file {file} is a backup of PostgreSQL, and of no record")
    return tables


def _check_unused(connection: Connection, database: Database) -> None:
    others = connection.execute(
        sa.text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND application_name LIKE 'diya%'"
        )
    ).scalar_one()
    if others:
        raise RecordError(f"the database {database.name} is in use by Diya: end its receivers and consoles first")


def _version(connection: Connection) -> int:
    return int(connection.execute(sa.text("SHOW server_version_num")).scalar_one()) // 10000


def _tables(connection: Connection) -> set[str]:
    return set(connection.execute(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars())


def _copied(connection: Connection, size: int) -> Copied:
    there = _tables(connection)
    poles, events, readings = (
        int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()) if table in there else 0
        for table in ("pole", "event", "meter")
    )
    return Copied(poles, events, readings, size)
