"""The option --db, which is the same in every verb that writes or reads the record, and the file it stands for."""

from __future__ import annotations

from pathlib import Path

import click

from host_tools.option_types import NamedPath
from host_tools.user_folders import state_folder

db_option = click.option(
    "--db", "--record", "db", metavar="FILE", type=NamedPath(dir_okay=False, path_type=Path),
    help="The record (default: record.sqlite in the user's state folder).",
)  # fmt: skip


def record_file(db: Path | None) -> Path:
    """The record *db*, or where none is named that of this user."""
    return db or state_folder() / "record.sqlite"
