"""The option --db, which is the same in every verb of the record; what it stands for, and the files of its site."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from host_tools.city.correlation import Fault, switched
from host_tools.city.correlation.fault import FEEDER
from host_tools.city.correlation.learned_feeders import DAYS, seeming, sentence
from host_tools.city.correlation.switched_feeders import NOTHING
from host_tools.city.record import history as heard
from host_tools.city.record.query import Reader
from host_tools.city.store.database import is_url
from host_tools.errors import CommandError
from host_tools.site.load import find_site, load_site
from host_tools.site.model import Site, SiteError
from host_tools.user_folders import state_folder
from host_tools.verbs.option_types import NamedPath


class _Store(NamedPath):
    """The path of a file, or the URL of a database."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        return value if isinstance(value, str) and is_url(value) else super().convert(value, param, ctx)


db_option = click.option(
    "--db", "--record", "db", metavar="FILE|URL", type=_Store(dir_okay=False, path_type=Path), envvar="DIYA_DB",
    help="The record: a file, or postgresql://user@host/database (default: record.sqlite in the user's state folder).",
)  # fmt: skip


def record_place(db: Path | str | None) -> Path | str:
    """The record *db*, or where none is named that of this user."""
    return db or state_folder() / "record.sqlite"


def known_site(site: str | None, reader: Reader) -> Site | None:
    """The files of *site*, or of the record's own.

    None where none is named and the record's own has no files here: then no feeder is known.  Raises SiteError, and
    CommandError where the files are of another site.
    """
    own = reader.about["site"]
    if site is None:
        try:
            find_site(own)
        except SiteError:
            return None
    known = load_site(site or own)
    if known.name != own:
        if site is None:
            return None
        raise CommandError(f"--site is {site!r}, whose files are of the site {known.name}, and the record is of {own}")
    return known


def site_files(site: str) -> Site | None:
    """The files of *site*; None where they are not here.  Raises SiteError where they hold mistakes."""
    try:
        find_site(site)
    except SiteError:
        return None
    return load_site(site)


def files_of(reader: Reader) -> Site | None:
    """The files of the record's own site; None where they are not here, or hold mistakes."""
    try:
        return known_site(None, reader)
    except SiteError:
        return None


def dark_of(reader: Reader, site: Site | None) -> Callable[[str], bool]:
    """Says whether a pole of *site* is expected to be without supply at the record's now."""
    now = heard.as_of(reader.connection)
    contactors = switched(site) if site else NOTHING
    return lambda pole: contactors.dark(pole, now)


def seem_switched(reader: Reader, site: Site | None, faults: Iterable[Fault]) -> list[tuple[str, int]]:
    """Feeders of *site* that seem switched by a contactor, and on how many days; none where no feeder was off."""
    if site is None or all(one.kind != FEEDER for one in faults):
        return []
    history = heard.history(reader.connection, heard.as_of(reader.connection) - DAYS * 86400)
    return seeming(site.poles, history, switched(site))


def say_seeming(found: Iterable[tuple[str, int]]) -> None:
    """Say what ``seem_switched`` found."""
    for feeder, days in found:
        click.echo(f"\nPerhaps {sentence(feeder, days)}.")
