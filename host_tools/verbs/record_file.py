"""The option --db, which is the same in every verb of the record; the file it stands for, and the poles of its site."""

from __future__ import annotations

from pathlib import Path

import click

from host_tools.option_types import NamedPath
from host_tools.record.query import Reader
from host_tools.site.load import find_site, load_site
from host_tools.site.model import Pole, SiteError
from host_tools.user_folders import state_folder

db_option = click.option(
    "--db", "--record", "db", metavar="FILE", type=NamedPath(dir_okay=False, path_type=Path),
    help="The record (default: record.sqlite in the user's state folder).",
)  # fmt: skip


def record_file(db: Path | None) -> Path:
    """The record *db*, or where none is named that of this user."""
    return db or state_folder() / "record.sqlite"


def known_poles(site: str | None, reader: Reader) -> tuple[Pole, ...]:
    """The poles of the files of *site*, or of the record's own.

    Empty where none is named and the record's own has no files here: then no feeder is known.  Raises SiteError.
    """
    if site is None:
        try:
            find_site(reader.about["site"])
        except SiteError:
            return ()
    return load_site(site or reader.about["site"]).poles
