"""`diya console user`: the users of the console, from the machine itself, where an admin is locked out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from host_tools.city.console.access.roles import ROLES, VIEWER
from host_tools.errors import CommandError
from host_tools.language.language import Language, Spoken
from host_tools.output import json_option, say_json, warn
from host_tools.text import quoted
from host_tools.verbs.record_file import db_option, record_place

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

DOOR, WHO = "user", "machine"  # in the audit: it was done at the machine, by who has its account


@click.group(help="The users of the console: for a locked-out admin, on the machine with the record.")
def user() -> None:
    pass


@user.command(name="list", help="Show them, with their roles.")
@db_option
@json_option
def list_users(db: Path | str | None, as_json: bool) -> None:
    from host_tools.city.console.access import users

    with _store(db) as connection:
        rows = users.listed(connection)
    said = [
        {
            "name": row["name"], "role": row["role"], "disabled": row["disabled_at"] is not None,
            "codes": bool(row["codes"]), "mustChoosePassword": bool(row["must_change"]),
        }
        for row in rows
    ]  # fmt: skip
    if as_json:
        say_json(said)
        return
    for one in said:
        words = [
            "disabled" if one["disabled"] else "", "has to choose a password" if one["mustChoosePassword"] else "",
            "codes of the phone" if one["codes"] else "",
        ]  # fmt: skip
        click.echo(f"{one['name']:32} {one['role']:9} {', '.join(filter(None, words))}".rstrip())


@user.command(help="Add NAME; prints a one-time password.")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default=VIEWER, show_default=True)
@db_option
def add(name: str, role: str, db: Path | str | None) -> None:
    from host_tools.city.console.access import passwords, users

    password = passwords.one_time()
    with _store(db) as connection:
        users.add(connection, name, role, password, int(time.time()))
        _note(connection, "userAdded", user=name, role=role)
    _say(name, password)


@user.command(help="Give NAME a new one-time password, which is printed; all sessions of NAME end.")
@click.argument("name")
@click.option("--forget-codes", is_flag=True, help="The phone with the codes was lost: they count no more.")
@db_option
def password(name: str, forget_codes: bool, db: Path | str | None) -> None:
    from host_tools.city.console.access import passwords, users

    new = passwords.one_time()
    with _store(db) as connection:
        number = _number(connection, name)
        users.set_password(connection, number, new, given=True)
        _note(connection, "userPassword", user=name)
        if forget_codes:
            users.set_codes(connection, number, "")
            _note(connection, "userCodes", user=name)
    _say(name, new)


@user.command(help="Let NAME log in no more; all sessions of NAME end.")
@click.argument("name")
@db_option
def disable(name: str, db: Path | str | None) -> None:
    from host_tools.city.console.access import users

    with _store(db) as connection:
        users.disable(connection, _number(connection, name), int(time.time()))
        _note(connection, "userDisabled", user=name)


@user.command(help="Let NAME log in again.")
@click.argument("name")
@db_option
def enable(name: str, db: Path | str | None) -> None:
    from host_tools.city.console.access import users

    with _store(db) as connection:
        users.disable(connection, _number(connection, name), None)
        _note(connection, "userEnabled", user=name)


@contextmanager
def _store(db: Path | str | None) -> Iterator[Connection]:
    """A transaction that writes to the record *db*.  Errors are told in the language of the environment."""
    from host_tools.city.commands.open_store import open_store
    from host_tools.city.store.database import is_url

    try:
        where = record_place(db)
        with (
            open_store(str(where) if is_url(str(where)) else Path(where), None) as there,
            there.transaction() as connection,
        ):
            yield connection
    except Spoken as error:
        raise CommandError(Language().tell(error).removesuffix(".").removesuffix("।")) from error


def _note(connection: Connection, what: str, **detail: Any) -> None:
    from host_tools.city.console.access import noted

    noted.write(connection, noted.site_now(connection, time.time()), WHO, what, DOOR, **detail)


def _number(connection: Connection, name: str) -> int:
    from host_tools.city.console.access import users

    row = users.named(connection, name)
    if row is None:
        raise CommandError(f"there is no user {quoted(name, 40)}: `diya console user list` shows them")
    return int(row["id"])


def _say(name: str, password: str) -> None:
    warn(f"{name} logs in once with the next line, and then chooses a password")
    click.echo(password)
