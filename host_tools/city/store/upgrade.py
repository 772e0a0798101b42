"""Brings the tables of a store up to date, by Alembic, in one transaction: one that is killed has changed nothing."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

VERSION = "2"  # of the file, in `about`: what a Diya that knows no migrations looks at
NEWEST = "0014"  # the last of the migrations

_MIGRATIONS = Path(__file__).parent / "migrations"


def revision_of(connection: Connection) -> str | None:
    """The last migration that the store has; None where there is none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(connection: Connection) -> None:
    """Make the tables, or bring those that are there up to date, in the transaction of *connection*."""
    if revision_of(connection) == NEWEST:
        return
    # here, for it takes a quarter of a second
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)
