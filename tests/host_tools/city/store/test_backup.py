"""A backup of a store that is written, and what a restore brings back."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from host_tools.city.store import meters, postgresql_programs, tables
from host_tools.city.store.backup import backup, restore
from host_tools.city.store.database import Database, postgresql, sqlite_connection
from host_tools.errors import RecordError
from tests.host_tools.city.store.meter_bench import DAY, HOUR, NOON, hours_of, poles, reading, turns, write
from tests.postgres import Server, create_tables, sqlite_file


def place(database: Database, tmp_path: Path) -> str:
    """What --db names."""
    if database.postgresql:
        return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return str(tmp_path / "store.db")


def filled(database: Database) -> None:
    first, _second = poles(database, "P0001", "P0002")
    turns(database, NOON)
    write(database, [reading(first, NOON + at, at // 30, 120) for at in range(0, DAY + HOUR, 300)], NOON + DAY + HOUR)
    turns(database, NOON + DAY + 2 * HOUR)
    with database.transaction() as connection:
        connection.execute(
            sa.insert(tables.event).values(
                pole=first, epoch="e", sequence=1, event_type="lampFailure", starts=True, timestamp=NOON,
                replayed=False, attributes='{"why": "दीप"}', received_at=NOON, source="pole",
            )
        )  # fmt: skip


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with database.transaction() as connection:
        for name in sorted(sa.inspect(connection).get_table_names()):
            rows = connection.execute(sa.text(f"SELECT * FROM {name}")).all()
            found[name] = sorted(tuple(row) for row in rows)
    return found


def closed(database: Database) -> None:
    """As when its receiver has ended."""
    database.close()


def test_a_restore_brings_back_all_that_was_there_at_the_backup(database: Database, tmp_path: Path) -> None:
    filled(database)
    before, where, file = everything(database), place(database, tmp_path), tmp_path / "night.backup"
    copied = backup(where, file)
    assert (copied.poles, copied.events, copied.readings) == (2, 1, 300)
    assert file.stat().st_mode & 0o077 == 0, "it is for its owner alone"
    # what came later, a new day among it, goes with the restore
    write(database, [reading(1, NOON + 3 * DAY, 9, 9)], NOON + 3 * DAY)
    with database.transaction() as connection:
        connection.execute(sa.delete(tables.event))
    closed(database)
    with pytest.raises(RecordError, match="holds 2 poles and 0 events: a restore would remove them; say --replace"):
        restore(file, where)
    found = restore(file, where, replace=True)
    assert (found.poles, found.events, found.readings) == (2, 1, 300)
    assert everything(database) == before
    # and it goes on
    write(database, [reading(1, NOON + 3 * DAY, 9, 9)], NOON + 3 * DAY)
    assert hours_of(database, 1)
    with database.transaction() as connection:
        assert connection.execute(sa.insert(tables.pole).values(name="P0003").returning(tables.pole.c.id)).scalar() == 3


def test_a_restore_into_an_empty_store_needs_no_word(database: Database, tmp_path: Path) -> None:
    filled(database)
    before, where, file = everything(database), place(database, tmp_path), tmp_path / "night.backup"
    backup(where, file)
    with database.transaction() as connection:
        for name in ("event", "night", "pole"):
            connection.execute(sa.text(f"DELETE FROM {name}"))
    closed(database)
    restore(file, where)
    assert everything(database) == before


def test_a_backup_while_the_receiver_writes_is_of_one_moment(database: Database, tmp_path: Path) -> None:
    filled(database)
    where, stop = place(database, tmp_path), threading.Event()
    copies = []
    receiver = (
        postgresql(where) if database.postgresql else sqlite_file(tmp_path / "store.db")
    )  # as another process would open it

    def receive() -> None:
        count = 0
        while not stop.wait(0.003):
            with receiver.transaction() as connection:  # a pole and its event together, or neither
                key = connection.execute(sa.insert(tables.pole).values(name=f"N{count}").returning(tables.pole.c.id))
                connection.execute(
                    sa.insert(tables.event).values(
                        pole=key.scalar_one(), epoch="e", sequence=1, event_type="deviceReset", timestamp=NOON,
                        replayed=False, attributes="{}", received_at=NOON, source="pole",
                    )
                )  # fmt: skip
            count += 1

    writing = threading.Thread(target=receive)
    writing.start()
    try:
        for n in range(2):
            copies.append(backup(where, tmp_path / f"{n}.backup"))
    finally:
        stop.set()
        writing.join()
        receiver.close()
    assert all(one.poles == one.events + 1 for one in copies)
    assert copies[0].poles < copies[-1].poles, "it went on meanwhile"
    closed(database)
    for n, one in enumerate(copies):
        found = restore(tmp_path / f"{n}.backup", where, replace=True)
        assert (found.poles, found.events) == (one.poles, one.events)


def test_a_store_that_a_receiver_has_open_is_not_restored(database: Database, tmp_path: Path) -> None:
    filled(database)
    where, file = place(database, tmp_path), tmp_path / "night.backup"
    backup(where, file)
    closed(database)
    if database.postgresql:
        receiver = postgresql(where)
        with receiver.transaction() as connection:
            connection.execute(sa.text("SELECT 1"))
            with pytest.raises(RecordError, match="is in use by Diya: end its receivers and consoles first"):
                restore(file, where, replace=True)
        receiver.close()
    else:
        lock = sqlite3.connect(f"{where}.lock", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RecordError, match="is written by a `diya record run`: end that first"):
            restore(file, where, replace=True)
        lock.close()


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_backup_that_was_cut_short_is_refused_and_the_store_stays(
    database: Database, tmp_path: Path, cut: float
) -> None:  # fmt: skip
    filled(database)
    before, where, file = everything(database), place(database, tmp_path), tmp_path / "night.backup"
    backup(where, file)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * cut)])
    closed(database)
    with pytest.raises(RecordError) as said:
        restore(file, where, replace=True)
    assert "\n" not in str(said.value)
    assert everything(database) == before


def test_a_backup_is_never_written_over_a_file_and_leaves_none_behind(database: Database, tmp_path: Path) -> None:
    filled(database)
    where, file = place(database, tmp_path), tmp_path / "night.backup"
    file.write_text("mine")
    with pytest.raises(RecordError, match="is there already"):
        backup(where, file)
    assert file.read_text() == "mine"
    with pytest.raises(RecordError, match="cannot be written: No such file or directory"):
        backup(where, tmp_path / "no" / "night.backup")
    assert not list(tmp_path.glob("*.part"))


def test_other_files_and_stores_are_refused_in_one_sentence(tmp_path: Path, postgresql_url: str) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE cats (name TEXT)")
    db.close()
    text = tmp_path / "text"
    text.write_text("no backup")
    store = sqlite_file(tmp_path / "store.db")
    create_tables(store)
    store.close()
    file = tmp_path / "night.backup"
    backup(str(tmp_path / "store.db"), file)
    for wrong, sentence in (
        (lambda: backup(str(other), tmp_path / "x"), "is no record"),
        (lambda: backup(str(tmp_path / "none.db"), tmp_path / "x"), "is not there"),
        (lambda: backup(str(text), tmp_path / "x"), "cannot be read"),
        (lambda: backup(postgresql_url, tmp_path / "x"), "holds no record"),
        (lambda: restore(text, str(tmp_path / "store.db")), "is no backup of a record"),
        (lambda: restore(tmp_path / "none", str(tmp_path / "store.db")), "cannot be read: No such file"),
        (lambda: restore(file, str(other)), "is the SQLite file of another program"),
        (lambda: restore(file, postgresql_url), "is of SQLite and --db is .* which is PostgreSQL"),
    ):
        with pytest.raises(RecordError, match=sentence):
            wrong()
    assert not list(tmp_path.glob("x*"))


def test_a_database_with_tables_of_another_program_is_left_alone(
    postgresql_server: Server, postgresql_url: str, tmp_path: Path
) -> None:  # fmt: skip
    server = postgresql_server
    full = server.create_with_tables()
    backup(full, tmp_path / "night.backup")
    server.drop(full)
    other = postgresql(postgresql_url)
    with other.transaction() as connection:
        connection.execute(sa.text("CREATE TABLE cats (name TEXT)"))
    other.close()
    with pytest.raises(RecordError, match="holds tables of another program"):
        restore(tmp_path / "night.backup", postgresql_url, replace=True)


def test_a_backup_of_an_older_version_removes_the_tables_that_came_since(
    postgresql_server: Server, tmp_path: Path
) -> None:  # fmt: skip
    # Chocobozzz/PeerTube#886: a restore that knows only the backup's tables fails at what refers to them
    url = postgresql_server.create_with_tables()
    store = postgresql(url)
    with store.transaction() as connection:
        connection.execute(sa.text("DROP TABLE night"))
    backup(url, tmp_path / "night.backup")
    with store.transaction() as connection:
        connection.execute(sa.text("CREATE TABLE night (pole bigint REFERENCES pole)"))
        connection.execute(sa.text("CREATE TABLE report (pole bigint REFERENCES pole)"))
    store.close()
    with pytest.raises(RecordError, match=r"psql of .* failed: .*cannot drop .* on table report depends on table pole"):
        restore(tmp_path / "night.backup", url, replace=True)
    with store.transaction() as connection:
        assert sa.inspect(connection).has_table("night")
        connection.execute(sa.text("DROP TABLE report"))
    store.close()
    restore(tmp_path / "night.backup", url, replace=True)
    with store.transaction() as connection:
        assert not sa.inspect(connection).has_table("night")
    store.close()
    postgresql_server.drop(url)


def test_a_program_that_is_too_old_or_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for folder, version in (("a", 13), ("b", 14)):
        (tmp_path / folder).mkdir()
        program = tmp_path / folder / "pg_dump"
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.3 (Debian {version}.3-1)'\n")
        program.chmod(0o755)
    monkeypatch.setattr(postgresql_programs, "_FOLDERS", (f"{tmp_path}/*",))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert postgresql_programs.program("pg_dump", 13) == tmp_path / "a" / "pg_dump"
    assert postgresql_programs.program("pg_dump", 12) == tmp_path / "a" / "pg_dump"
    with pytest.raises(RecordError, match="pg_dump on this machine is of version 14 and the server of 15: install"):
        postgresql_programs.program("pg_dump", 15)
    with pytest.raises(RecordError, match="psql is not on this machine: install"):
        postgresql_programs.program("psql", 15)


def test_a_password_is_not_on_the_command_line(
    monkeypatch: pytest.MonkeyPatch, postgresql_server: Server, tmp_path: Path
) -> None:  # fmt: skip
    server = postgresql_server
    url = server.create_with_tables()
    seen = tmp_path / "seen"
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        real = postgresql_programs.folders(name)[-1][1] / name
        (folder / name).write_text(f'#!/bin/sh\necho "$@ PGPASSWORD=$PGPASSWORD" >>{seen}\nexec {real} "$@"\n')
        (folder / name).chmod(0o755)
    monkeypatch.setattr(postgresql_programs, "_FOLDERS", (str(folder),))
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    backup(url.replace("postgres@", "postgres:s3cret@"), tmp_path / "night.backup")
    (dump,) = (line for line in seen.read_text().splitlines() if "--dbname" in line)
    arguments, _, password = dump.partition(" PGPASSWORD=")
    assert "s3cret" not in arguments
    assert password == "s3cret"
    server.drop(url)


@pytest.mark.parametrize("after_ms", [0, 2, 5, 10, 20, 40])
def test_a_restore_that_is_killed_leaves_the_store_as_it_was_or_as_it_is_to_be(tmp_path: Path, after_ms: int) -> None:
    file, store = tmp_path / "night.backup", tmp_path / "store.db"
    old = sqlite_file(store)
    create_tables(old)
    filled(old)
    for day in range(20):
        write(old, [reading(n, NOON + day * DAY + n, n, n) for n in range(400)], NOON + day * DAY)
    backup(str(store), file)
    write(old, [reading(1, NOON + 30 * DAY, 9, 9)], NOON + 30 * DAY)
    old.close()
    child = os.fork()
    if child == 0:
        try:
            restore(file, str(store), replace=True)
        finally:
            os._exit(0)
    time.sleep(after_ms / 1000)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    again = sqlite_file(store)
    with again.transaction() as connection:
        assert meters.count(connection) in (8300, 8301)
        assert connection.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    again.close()
    assert restore(file, str(store), replace=True).readings == 8300


def test_a_disk_that_is_full_leaves_no_backup(tmp_path: Path) -> None:
    store = sqlite_file(tmp_path / "store.db")
    create_tables(store)
    store.close()
    said = tmp_path / "said"
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        try:
            backup(str(tmp_path / "store.db"), tmp_path / "night.backup")
        except RecordError as error:
            said.write_text(str(error))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert "cannot be copied" in said.read_text()
    assert sorted(one.name for one in tmp_path.glob("night*")) == []


def test_a_copy_of_a_database_with_a_log_beside_it_has_what_is_in_the_log(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    database = sqlite_file(file)
    create_tables(database)
    database.close()
    writer = sqlite_connection(file)
    writer.execute("INSERT INTO pole (name) VALUES ('P0001')")
    assert (tmp_path / "store.db-wal").stat().st_size
    assert backup(str(file), tmp_path / "night.backup").poles == 1
    writer.close()
