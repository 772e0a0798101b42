"""The audit: any change of it is seen, by its own key and by what is kept beside that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from host_tools.city.commands import audit
from host_tools.city.commands.audit import HEAD, KEY, Chain, verify
from host_tools.city.store.command_tables import audit as table
from host_tools.city.store.database import Database
from host_tools.errors import CommandError
from tests.postgres import create_tables, sqlite_file


def fill(database: Database, folder: Path, rows: int = 6, zone: str = "") -> Chain:
    chain = Chain(folder, zone)
    with database.transaction() as connection:
        chain.load(connection, 0)
    for number in range(rows // 2):
        with database.transaction() as connection:
            for word in ("ordered", "accepted"):
                audit.add(
                    connection, zone, 100 + number, "asha", "console", word, number, {"level": 60, "ref": "त्योहार"}
                )
            chain.chain(connection)
        chain.committed()
    return chain


def wrong(database: Database, folder: Path, zone: str = "") -> list[str]:
    with database.transaction() as connection:
        return verify(connection, folder, zone)[1]


def change(database: Database, statement: sa.Executable) -> None:
    with database.transaction() as connection:
        connection.execute(statement)


def test_an_untouched_audit_is_whole_on_both_databases(database: Database, tmp_path: Path) -> None:
    fill(database, tmp_path)
    with database.transaction() as connection:
        audit.add(connection, "", 200, "asha", "console", "ordered", 9, {})
        assert verify(connection, tmp_path) == (6, [], 1)


@pytest.mark.parametrize(("column", "value"), [
    ("detail", "{}"), ("who", "ravi"), ("what", "refused"), ("at", 1), ("command", 7), ("door", "cap"),
    ("digest", "0" * 64),
])  # fmt: skip
def test_a_changed_row_is_named(database: Database, tmp_path: Path, column: str, value: object) -> None:
    fill(database, tmp_path)
    change(database, sa.update(table).where(table.c.number == 3).values({column: value}))
    assert wrong(database, tmp_path)[0] == "row 3 was changed, or was not written by the receiver"


def test_a_removed_row_an_inserted_one_and_a_cut_off_end_are_named(database: Database, tmp_path: Path) -> None:
    fill(database, tmp_path)
    change(database, sa.delete(table).where(table.c.number == 2))
    assert wrong(database, tmp_path) == ["row 2 is missing"]
    change(database, sa.delete(table).where(table.c.number >= 5))
    assert wrong(database, tmp_path) == ["row 2 is missing", "rows 5 to 6 are missing"]
    made = {"at": 1, "who": "x", "door": "x", "what": "x", "detail": "{}", "number": 2, "digest": "ab" * 32}
    change(database, sa.insert(table).values(made))
    assert "row 2 was changed, or was not written by the receiver" in wrong(database, tmp_path)


def test_an_end_that_was_cut_off_and_written_anew_by_a_stolen_copy_of_the_store_is_seen(
    database: Database, tmp_path: Path
) -> None:
    fill(database, tmp_path)
    change(database, sa.delete(table))
    assert wrong(database, tmp_path) == ["rows 1 to 6 are missing"]


def test_a_receiver_that_starts_with_a_cut_off_audit_says_so_and_it_stays_in_the_chain(
    database: Database, tmp_path: Path
) -> None:
    fill(database, tmp_path)
    change(database, sa.delete(table).where(table.c.number > 4))
    chain = Chain(tmp_path)
    with database.transaction() as connection:
        assert "had 2 more" in chain.load(connection, 500)
        chain.chain(connection)
    chain.committed()
    assert wrong(database, tmp_path) == ["row 5 says that 2 rows before it were missing at a start"]


def test_a_receiver_killed_after_its_commit_goes_on_where_it_was(database: Database, tmp_path: Path) -> None:
    fill(database, tmp_path, 2)
    with database.transaction() as connection:
        audit.add(connection, "", 300, "asha", "console", "ordered", 1, {})
        Chain(tmp_path).chain(connection)  # and never says that it is committed
    [kept] = json.loads((tmp_path / HEAD).read_text()).values()
    assert kept["count"] == 2
    assert wrong(database, tmp_path) == []
    fill(database, tmp_path, 2)
    assert wrong(database, tmp_path) == []


def test_each_zone_has_a_chain_of_its_own(database: Database, tmp_path: Path) -> None:
    for zone in ("north", "south"):
        fill(database, tmp_path / zone if (tmp_path / zone).mkdir() is None else tmp_path, 4, zone)
    assert wrong(database, tmp_path / "north", "north") == wrong(database, tmp_path / "south", "south") == []


def test_two_stores_may_have_their_ends_in_one_folder(database: Database, tmp_path: Path) -> None:
    fill(database, tmp_path, 6)
    other = sqlite_file(tmp_path / "other.db")
    create_tables(other)
    with other.transaction() as connection:
        assert Chain(tmp_path).load(connection, 0) == ""
    fill(other, tmp_path, 2)
    assert wrong(database, tmp_path) == wrong(other, tmp_path) == []
    other.close()


def test_an_end_that_is_not_there_is_said(database: Database, tmp_path: Path) -> None:
    fill(database, tmp_path)
    (tmp_path / HEAD).unlink()
    assert "rows that were cut off there would not be missed" in wrong(database, tmp_path)[0]


@pytest.mark.parametrize("text", ["", "zz", "ab" * 31])
def test_a_key_that_is_none_is_one_sentence(database: Database, tmp_path: Path, text: str) -> None:
    (tmp_path / KEY).write_text(text)
    with pytest.raises(CommandError, match="must hold 64 hexadecimal digits"):
        Chain(tmp_path)


def test_who_verifies_without_the_key_is_told_where_it_is(database: Database, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="beside the receiver's keys"):
        wrong(database, tmp_path)
    assert (tmp_path / KEY).exists() is False
