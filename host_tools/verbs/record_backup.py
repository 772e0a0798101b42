"""`diya record backup` and `diya record restore`: one file that holds all of a record."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from host_tools.output import json_option, say_json
from host_tools.verbs.option_types import NamedPath
from host_tools.verbs.record_file import db_option, record_place

if TYPE_CHECKING:
    from host_tools.city.store.backup_copy import Copied

_backup_type = NamedPath(dir_okay=False, path_type=Path)


@click.command(help="Copy the record into one file, while a receiver writes it.")
@click.argument("file", metavar="FILE", type=_backup_type)
@db_option
@json_option
def backup(file: Path, db: Path | str | None, as_json: bool) -> None:
    from host_tools.city.store import backup as copies

    copied = copies.backup(str(record_place(db)), file)
    if as_json:
        say_json({"file": str(file), **asdict(copied)})
    else:
        click.echo(f"{file}: {_text(copied)}, {copied.size / 1e6:.1f} MB; read through.")


@click.command(help="Bring a backup back, into an empty record.")
@click.argument("file", metavar="FILE", type=_backup_type)
@db_option
@click.option("--replace", is_flag=True, help="Also into a record that is not empty: what it holds is removed.")
@json_option
def restore(file: Path, db: Path | str | None, replace: bool, as_json: bool) -> None:
    from host_tools.city.store import backup as copies

    where = str(record_place(db))
    copied = copies.restore(file, where, replace)
    if as_json:
        say_json({"db": _shown(where), **asdict(copied)})
    else:
        click.echo(f"{_shown(where)} holds {_text(copied)} again.")


def _text(copied: Copied) -> str:
    return f"{copied.poles} poles, {copied.events} events, {copied.readings} readings"


def _shown(where: str) -> str:
    """The name of the record *where*, without a password."""
    from host_tools.city.store.database import is_url, postgresql

    return postgresql(where).name if is_url(where) else where
