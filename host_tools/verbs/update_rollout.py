"""`diya update rollout`, `status`, `halt`, `go-on` and `take-back`: a release goes to the poles in waves.

They write what is wanted into the record; its receiver (`diya record run`) judges it, has the keys, and goes on with it
when this laptop is closed.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from host_tools.errors import CommandError
from host_tools.output import json_option, say_json
from host_tools.output_file import try_output, whole
from host_tools.verbs.option_types import WORD, NamedPath
from host_tools.verbs.options import site_option, wait_option
from host_tools.verbs.update_text import counts, print_plan, print_report

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from host_tools.city.store.database import Database
    from host_tools.city.updates.update_report import Report
    from host_tools.city.updates.wish import Wish
    from host_tools.release import Release

DOOR, ROLE = "rollout", "engineer"
LOOK_S = 0.5
FILE = NamedPath(dir_okay=False, path_type=Path)
F = TypeVar("F", bound=Callable[..., Any])

db_option = click.option("--db", metavar="FILE|URL", type=WORD, required=True, help="The record of the receiver.")


def release_options(command: F) -> F:
    """The argument FILE and --release, one of which is needed, and --trust."""
    for option in (
        click.option("--trust", metavar="PEM", type=FILE, help="The key that must have signed FILE."),
        click.option("--release", "serial", metavar="SERIAL", type=int, help="A release that the record has already."),
        click.argument("file", metavar="[FILE]", type=FILE, required=False),
    ):
        command = option(command)
    return command


def pace_options(command: F) -> F:
    """--spread, --soak, and who agrees."""
    for option in (
        click.option("--code", metavar="DIGITS", type=WORD, help="The second person's code."),
        click.option("--second", metavar="NAME", type=WORD, help="The second person, who agrees."),
        click.option("--soak", metavar="MINUTES", type=click.IntRange(0, 10080), default=60, show_default=True,
                     help="How long a wave is watched before the next."),
        click.option("--spread", metavar="MINUTES", type=click.IntRange(0, 1440), default=10, show_default=True,
                     help="A pole waits so long at random before it restarts."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(short_help="Bring a release to the poles, in waves.")
@release_options
@db_option
@site_option
@click.option("--group", "groups", metavar="GROUP", type=WORD, multiple=True, help="Only poles of this group.")
@click.option("--feeder", "feeders", metavar="FEEDER", type=WORD, multiple=True, help="Only poles on this feeder.")
@pace_options
@click.option("--reason", metavar="TEXT", default="", help="Why, which is kept with the rollout.")
@click.option("--dry-run", is_flag=True, help="Only say which poles it would be brought to, and in which wave.")
@wait_option(10.0)
@json_option
@click.pass_context
def rollout(
    ctx: click.Context, file: Path | None, serial: int | None, trust: Path | None, db: str, site: str,
    groups: tuple[str, ...], feeders: tuple[str, ...], spread: int, soak: int, second: str | None, code: str | None,
    reason: str, dry_run: bool, wait_s: float, as_json: bool,
) -> None:  # fmt: skip
    """Roll out the release FILE, or one that the record has: first a few poles, then 5 %, 25 % and all.

    The receiver of the record does it.  --group and --feeder may be given several times.
    """
    from host_tools.city.updates import asking, update_report
    from host_tools.city.updates.wish import Wish

    found, number = _release(file, serial, trust)
    agreed = _agreed(second, code)
    wish = Wish(number, groups, feeders, 60 * spread, 60 * soak)
    with _opened(db) as (there, own):
        if dry_run:
            _dry_run(there, own, site, found, wish, as_json)
            return
        with _writing(there) as (connection, now):
            _keep(connection, found, own, now)
            numbers = asking.roll_out(
                connection, own, getpass.getuser(), ROLE, DOOR, wish, now, reason=reason[:80], **agreed
            )
        reports = _decided(there, own, numbers, wait_s)
    if as_json:
        say_json({"rollouts": [update_report.as_json(one) for one in reports]})
    else:
        for one in reports:
            print_report(one)
    if any(one.row["state"] not in ("going", "done") for one in reports):
        ctx.exit(1)


@click.command(short_help="What the poles run, and how far a rollout is.")
@click.argument("number", metavar="[N]", type=int, required=False)
@db_option
@click.option("--csv", "csv_file", metavar="FILE", type=FILE, help="Write what became of each pole.")
@json_option
def status(number: int | None, db: str, csv_file: Path | None, as_json: bool) -> None:
    """Show how far the rollout N is; without N, which software the poles run, and the newest rollouts."""
    from host_tools.city.commands.open_store import reading
    from host_tools.city.rollouts import rollout_rows
    from host_tools.city.store.rollout_tables import RELEASE
    from host_tools.city.updates import street_versions, update_report

    if csv_file and number is None:
        raise CommandError("--csv is of one rollout: give its number as well")
    try_output("--csv", csv_file)
    with _opened(db) as (there, own), reading(there) as connection:
        if number is not None:
            found = update_report.report(connection, own, number)
            if csv_file:
                with whole(csv_file) as path, path.open("w", encoding="utf-8", newline="") as out:
                    update_report.as_csv(found, out)
            if as_json:
                say_json(update_report.as_json(found))
            else:
                print_report(found)
            return
        lines = street_versions.versions(street_versions.software(connection))
        rows = rollout_rows.newest(connection, 10, RELEASE)
        reports = [update_report.report_of(connection, own, row) for row in rows]
    if as_json:
        say_json({
            "versions": [vars(one) | {"reverted": dict(one.reverted)} for one in lines],
            "rollouts": [update_report.as_json(one) for one in reports],
        })  # fmt: skip
        return
    if not lines:
        click.echo("no pole has said yet which software it runs")
    for line in lines:
        marks = [f"{line.offline} offline"] if line.offline else []
        marks += [f"{len(line.probation)} on probation"] if line.probation else []
        marks += [f"{len(line.reverted)} went back to it"] if line.reverted else []
        marks += [] if line.updatable else ["flashed software that takes no updates"]
        more = f" ({', '.join(marks)})" if marks else ""
        click.echo(f"{line.version or '?'}: {line.poles} poles{more}")
    if not reports:
        click.echo("no release was rolled out yet")
    for one in reports:
        version = one.release.version if one.release else "?"
        click.echo(f"rollout {one.row['id']}: {version}, {one.row['state']}{counts(one.states)}")


def _asks(what: str, name: str, help_text: str) -> click.Command:
    @click.command(name, help=help_text)
    @click.argument("number", metavar="N", type=int)
    @db_option
    def ask(number: int, db: str) -> None:
        from host_tools.city.rollouts import requests, rollout_rows
        from host_tools.city.store.rollout_tables import RELEASE
        from host_tools.language.refusal import Refusal

        with _opened(db) as (there, _own), _writing(there) as (connection, now):
            row = rollout_rows.row_of(connection, number)
            if row["kind"] != RELEASE:
                raise Refusal("updates.not_a_release", number=number)
            requests.ask(connection, row, what, getpass.getuser(), DOOR, now)
        click.echo(f"rollout {number}: asked; `diya update status {number} --db {db}` says when it is so.")

    return ask


halt = _asks("halt", "halt", "Halt the rollout N; poles that have not restarted into the release stop.")
go_on = _asks("goOn", "go-on", "Go on with the rollout N, which was halted.")


@click.command("take-back", short_help="Bring the poles of a rollout another release, signed as a downgrade.")
@click.argument("number", metavar="N", type=int)
@release_options
@db_option
@pace_options
@wait_option(10.0)
@json_option
@click.pass_context
def take_back(
    ctx: click.Context, number: int, file: Path | None, serial: int | None, trust: Path | None, db: str, spread: int,
    soak: int, second: str | None, code: str | None, wait_s: float, as_json: bool,
) -> None:  # fmt: skip
    """Roll out FILE to the poles that the rollout N came to.

    The way back is a release too: a pole takes an older version only where it is signed as a downgrade.
    """
    from host_tools.city.rollouts import rollout_rows
    from host_tools.city.updates import asking, update_report
    from host_tools.city.updates.wish import Wish

    found, of = _release(file, serial, trust)
    agreed, wish = _agreed(second, code), Wish(of, spread=60 * spread, soak=60 * soak)
    with _opened(db) as (there, own):
        with _writing(there) as (connection, now):
            row = rollout_rows.row_of(connection, number)
            _keep(connection, found, own, now)
            numbers = asking.take_back(
                connection, own, row, getpass.getuser(), ROLE, DOOR, wish, now, **agreed
            )  # fmt: skip
        reports = _decided(there, own, numbers, wait_s)
    if as_json:
        say_json({"rollouts": [update_report.as_json(one) for one in reports]})
    else:
        for one in reports:
            print_report(one)
    if any(one.row["state"] not in ("going", "done") for one in reports):
        ctx.exit(1)


COMMANDS = (rollout, status, halt, go_on, take_back)


def _release(file: Path | None, serial: int | None, trust: Path | None) -> tuple[Release | None, int]:
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


def _agreed(second: str | None, code: str | None) -> dict[str, str]:
    if bool(second) != bool(code):
        raise CommandError("--second and --code go together: the second person's name, and the code of the moment")
    return {"second": second or "", "code": code or ""}


def _keep(connection: Connection, found: Release | None, own: str, now: int) -> None:
    from host_tools.city.updates import kept_release

    if found is not None:
        kept_release.keep(connection, found, own, getpass.getuser(), now)


@contextmanager
def _opened(db: str) -> Iterator[tuple[Database, str]]:
    """The record, and the name of its site."""
    import sqlalchemy as sa

    from host_tools.city.commands.open_store import open_store, reading
    from host_tools.city.store.database import is_url
    from host_tools.city.store.tables import about

    with open_store(db if is_url(db) else Path(db), None) as there:
        with reading(there) as connection:
            own = connection.execute(sa.select(about.c.value).where(about.c.name == "site")).scalar()
        yield there, str(own)


@contextmanager
def _writing(there: Database) -> Iterator[tuple[Connection, int]]:
    """A transaction, and the time at the site (Unix s)."""
    from host_tools.city.commands.open_store import reading
    from host_tools.city.record.believed_times import as_of

    with reading(there) as connection:
        now = as_of(connection)
    with there.transaction() as connection:
        yield connection, now


def _dry_run(there: Database, own: str, folder: str, found: Release | None, wish: Wish, as_json: bool) -> None:
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
        print_plan(planned, release.version)


def _decided(there: Database, own: str, numbers: list[int], wait_s: float) -> list[Report]:
    """The reports of the rollouts *numbers* as soon as the receiver has decided, after *wait_s* at the latest."""
    from host_tools.city.commands.open_store import reading
    from host_tools.city.updates import update_report

    until = time.monotonic() + wait_s
    while True:
        with reading(there) as connection:
            reports = [update_report.report(connection, own, number) for number in numbers]
        if time.monotonic() >= until or all(one.row["state"] != "written" for one in reports):
            return reports
        time.sleep(LOOK_S)
