"""The release that a verb of `diya update` is about: from a file or of the record, kept there, and a dry run of it."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from host_tools.errors import CommandError
from host_tools.output import say_json
from host_tools.verbs.option_types import NamedPath
from host_tools.verbs.update_text import print_plan

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from host_tools.city.store.database import Database
    from host_tools.city.updates.wish import Wish
    from host_tools.release import Release

FILE = NamedPath(dir_okay=False, path_type=Path)
F = TypeVar("F", bound=Callable[..., Any])


def release_options(command: F) -> F:
    """The argument FILE and --release, one of which is needed, and --trust."""
    for option in (
        click.option("--trust", metavar="PEM", type=FILE, help="The key that must have signed FILE."),
        click.option("--release", "serial", metavar="SERIAL", type=int, help="A release that the record has already."),
        click.argument("file", metavar="[FILE]", type=FILE, required=False),
    ):
        command = option(command)
    return command


def release_of(file: Path | None, serial: int | None, trust: Path | None) -> tuple[Release | None, int]:
    """The release in *file*, and its serial, or that of one that is kept."""
    from host_tools.release import open_release

    if (file is None) == (serial is None):
        raise CommandError("which release it is must be said by exactly one of FILE and --release")
    if file is None or serial is not None:
        if trust:
            raise CommandError("--trust is for FILE: a release that is kept was looked at before")
        return None, serial or 0
    found = open_release(file, trust)
    return found, found.serial


def keep(connection: Connection, found: Release | None, own: str, now: int) -> None:
    """Puts the release *found* into the record, unless it is None: then it is there already."""
    from host_tools.city.updates import kept_release

    if found is not None:
        kept_release.keep(connection, found, own, getpass.getuser(), now)


def dry_run_of(there: Database, own: str, folder: str, found: Release | None, wish: Wish, as_json: bool) -> None:
    """Prints to which poles *wish* would be brought, and in which wave.  Raises CommandError for another site."""
    from host_tools.city.commands.open_store import reading
    from host_tools.city.rollouts import rollout_rows
    from host_tools.city.updates import confirmed, kept_release
    from host_tools.city.updates.plan import plan
    from host_tools.site import load_site

    site = load_site(folder)
    if site.name != own:
        raise CommandError(f"--site is {site.name} and must be {own}, whose record this is")
    with reading(there) as connection:
        if found is None:
            release = kept_release.kept(connection, own, wish.serial)
        else:
            signed = {board: found.message(board) for board in found.boards}
            release = kept_release.release_of(own, found.serial, found.version, signed)
        known: dict[str, Any] = {}
        for zone in rollout_rows.present_texts(connection):
            known |= confirmed.poles(connection, zone)
    planned = plan(site, release, wish.meant(site), known)
    if as_json:
        waves: dict[int, list[str]] = {}
        for name, wave in planned.waves.items():
            waves.setdefault(wave, []).append(name)
        say_json({
            "version": release.version, "serial": release.serial, "dryRun": True, "offline": planned.offline,
            "waves": [{"wave": wave, "poles": names} for wave, names in waves.items()],
            "leftOut": {why: list(names) for why, names in planned.left_out.items()},
        })  # fmt: skip
    else:
        print_plan(planned, release.title)
