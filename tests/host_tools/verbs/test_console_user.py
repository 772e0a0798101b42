"""`diya console user`: an admin who is locked out, at the machine itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from host_tools.city.commands.open_store import open_store
from host_tools.city.console.access import passwords, sessions, users
from host_tools.city.store.command_tables import audit
from host_tools.cli import cli
from tests.host_tools.city.new_records import empty_record

__all__ = ["empty_record"]


@pytest.fixture
def store(empty_record: Path, tmp_path: Path) -> Path:
    path = tmp_path / "record.sqlite"
    shutil.copyfile(empty_record, path)
    return path


def run(store: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["console", "user", *words, "--db", str(store)])


def test_a_locked_out_admin_gets_a_password_and_logs_in_without_the_lost_phone(store: Path) -> None:
    with open_store(store, None) as there, there.transaction() as connection:
        number = users.add(connection, "admin", "admin", "the forgotten one", 1)
        users.set_codes(connection, number, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        cookie = sessions.begin(connection, number, 1, "", "")
    told = run(store, "password", "admin", "--forget-codes")
    assert told.exit_code == 0 and "logs in once" in told.stderr
    with open_store(store, None) as there, there.transaction() as connection:
        row = users.named(connection, "admin")
        assert row is not None and passwords.matches(row["password"], told.stdout.strip())
        assert row["must_change"] and row["totp"] == ""
        assert sessions.user_of(connection, cookie, 2) is None
        rows = connection.execute(sa.select(audit.c.who, audit.c.door, audit.c.what)).all()
        assert [tuple(one) for one in rows] == [("machine", "user", "userPassword"), ("machine", "user", "userCodes")]


def test_users_are_added_shown_disabled_and_enabled(store: Path) -> None:
    assert run(store, "add", "ravi", "--role", "admin").exit_code == 0
    assert run(store, "add", "asha", "--role", "operator").exit_code == 0
    assert run(store, "disable", "asha").exit_code == 0
    told = json.loads(run(store, "list", "--json").stdout)
    assert [(one["name"], one["role"], one["disabled"]) for one in told] == [
        ("asha", "operator", True), ("ravi", "admin", False),
    ]  # fmt: skip
    assert run(store, "enable", "asha").exit_code == 0
    assert run(store, "list").stdout.splitlines()[0].split() == [
        "asha",
        "operator",
        "has",
        "to",
        "choose",
        "a",
        "password",
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "a b"), "must be 1 to 32 letters"), (("password", "nosuch"), "there is no user 'nosuch'"),
        (("disable", "ravi"), "last admin"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence_and_changes_nothing(
    store: Path, words: tuple[str, ...], why: str
) -> None:
    run(store, "add", "ravi", "--role", "admin")
    told = run(store, *words)
    assert told.exit_code == 1 and why in str(told.exception) + told.stderr
    assert json.loads(run(store, "list", "--json").stdout)[0]["disabled"] is False


def test_the_record_may_be_named_before_the_word_user(store: Path) -> None:
    run(store, "add", "ravi")
    told = CliRunner().invoke(cli, ["console", "--db", str(store), "user", "list"])
    assert told.stdout.startswith("ravi")
