"""What the verbs of rollouts share: the record of the receiver, a transaction in it, and the second person."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from host_tools.errors import CommandError
from host_tools.verbs.option_types import WORD

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from host_tools.city.store.database import Database

DOOR, ROLE = "rollout", "engineer"
LOOK_S = 0.5  # between two looks at what the receiver has made of it

db_option = click.option("--db", metavar="FILE|URL", type=WORD, required=True, help="The record of the receiver.")
second_option = click.option("--second", metavar="NAME", type=WORD, help="The second person, who agrees.")
code_option = click.option("--code", metavar="DIGITS", type=WORD, help="The second person's code.")


def agreed(second: str | None, code: str | None) -> dict[str, str]:
    """The second person and the code, as a request has them.  Raises CommandError for one without the other."""
    if bool(second) != bool(code):
        raise CommandError("--second and --code go together: the second person's name, and the code of the moment")
    return {"second": second or "", "code": code or ""}


@contextmanager
def opened(db: str) -> Iterator[Database]:
    """The record that *db* names, a file or a URL."""
    # what needs the database is of an extra, which a technician's laptop does not have
    from host_tools.city.commands.open_store import open_store
    from host_tools.city.store.database import is_url

    with open_store(db if is_url(db) else Path(db), None) as there:
        yield there


def site_of(connection: Connection) -> str:
    """The name of the site whose record it is."""
    import sqlalchemy as sa

    from host_tools.city.store.tables import about

    return str(connection.execute(sa.select(about.c.value).where(about.c.name == "site")).scalar())


@contextmanager
def writing(there: Database) -> Iterator[tuple[Connection, int]]:
    """A transaction, and the time at the site (Unix s)."""
    from host_tools.city.commands.open_store import reading
    from host_tools.city.record.believed_times import as_of

    with reading(there) as connection:
        now = as_of(connection) or int(time.time())  # no pole was heard yet
    with there.transaction() as connection:
        yield connection, now


def print_answer(row: dict[str, Any]) -> None:
    """Says on standard error what the receiver has answered to the rollout in *row*, or that none has taken it."""
    if row["answer"]:
        click.echo(f"diya: {row['answer']}.", err=True)
    elif row["state"] == "written":
        click.echo("diya: no receiver has taken it: `diya record run --db` must be running.", err=True)
