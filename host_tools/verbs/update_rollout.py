"""`diya update rollout`, `status`, `halt`, `go-on` and `take-back`: a release goes to the poles in waves.

They write what is wanted into the record; its receiver (`diya record run`) judges it, has the keys, and goes on with it
when this laptop is closed.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from host_tools.errors import CommandError
from host_tools.output import json_option, say_json
from host_tools.output_file import try_output, whole
from host_tools.verbs.option_types import WORD, NamedPath
from host_tools.verbs.options import site_option, wait_option
from host_tools.verbs.rollout_record import (
    DOOR,
    LOOK_S,
    ROLE,
    agreed,
    code_option,
    db_option,
    opened,
    print_answer,
    second_option,
    site_of,
    writing,
)
from host_tools.verbs.update_release import dry_run_of, keep, release_of, release_options
from host_tools.verbs.update_text import print_poles, print_report, print_street

if TYPE_CHECKING:
    from host_tools.city.store.database import Database
    from host_tools.city.updates.update_report import Report

FILE = NamedPath(dir_okay=False, path_type=Path)
F = TypeVar("F", bound=Callable[..., Any])


def pace_options(command: F) -> F:
    """--spread, --soak, and who agrees."""
    for option in (
        code_option,
        second_option,
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
@click.option(
    "--dry-run",
    is_flag=True,
    help="Only say which poles it would be brought to, which would refuse it, and whether it may begin.",
)
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
    from host_tools.city.commands.open_store import reading
    from host_tools.city.rollouts import requests
    from host_tools.city.store.rollout_tables import RELEASE
    from host_tools.city.updates import asking
    from host_tools.city.updates.wish import Wish

    found, number = release_of(file, serial, trust)
    both = agreed(second, code)
    wish = Wish(number, groups, feeders, 60 * spread, 60 * soak)
    with opened(db) as there:
        with reading(there) as connection:
            own = site_of(connection)
        if dry_run:
            if not dry_run_of(there, own, site, found, wish, as_json):
                ctx.exit(1)
            return
        with writing(there) as (connection, now):
            requests.refuse_beside(connection, RELEASE)
            keep(connection, found, own, now)
            numbers = asking.roll_out(
                connection, own, getpass.getuser(), ROLE, DOOR, wish, now, reason=reason[:80], **both
            )
        reports = _decided(there, own, numbers, wait_s)
    _say(ctx, reports, as_json)


@click.command(short_help="What the poles run, and how far a rollout is.")
@click.argument("number", metavar="[N]", type=int, required=False)
@db_option
@click.option("--csv", "csv_file", metavar="FILE", type=FILE, help="Write what became of each pole.")
@click.option("--poles", "each", is_flag=True, help="Without N: also what each pole runs.")
@json_option
def status(number: int | None, db: str, csv_file: Path | None, each: bool, as_json: bool) -> None:
    """Show how far the rollout N is; without N, which software the poles run, and the newest rollouts."""
    from host_tools.city.commands.open_store import reading
    from host_tools.city.rollouts import rollout_rows
    from host_tools.city.store.rollout_tables import RELEASE
    from host_tools.city.updates import street_versions, update_report

    if csv_file and number is None:
        raise CommandError("--csv is of one rollout: give its number as well")
    if each and number is not None:
        raise CommandError("--poles is of the street: --csv or --json have what became of each pole of a rollout")
    try_output("--csv", csv_file)
    with opened(db) as there, reading(there) as connection:
        own = site_of(connection)
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
        poles = street_versions.software(connection)
        lines, keys = street_versions.versions(poles), street_versions.keys_in_force(poles)
        images = street_versions.image_versions(poles)
        rows = rollout_rows.newest(connection, 10, RELEASE)
        reports = [update_report.report_of(connection, own, row) for row in rows]
    if as_json:
        say_json({
            "versions": [vars(one) | {"reverted": dict(one.reverted)} for one in (*lines, *images)],
            "keys": keys,
            **({"poles": [update_report.runs_json(one.name, one) for one in poles]} if each else {}),
            "rollouts": [update_report.as_json(one) for one in reports],
        })  # fmt: skip
        return
    print_street([*lines, *images], keys, reports)
    if each:
        print_poles(poles)


def _asks(what: str, name: str, help_text: str) -> click.Command:
    @click.command(name, help=help_text)
    @click.argument("number", metavar="N", type=int)
    @db_option
    @wait_option(10.0)
    def ask(number: int, db: str, wait_s: float) -> None:
        from host_tools.city.rollouts import requests, rollout_rows

        with opened(db) as there:
            with writing(there) as (connection, now):
                row = rollout_rows.release_row(connection, number)
                requests.ask(connection, row, what, getpass.getuser(), DOOR, now)
            if row := _taken(there, number, wait_s):
                click.echo(f"rollout {number}: {row['state']}")
                print_answer(row)
                if (row["state"] == "halted") != (what == "halt"):
                    click.get_current_context().exit(1)
                return
        if wait_s:
            click.echo("diya: no receiver has taken it: `diya record run --db` must be running.", err=True)
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
    from host_tools.city.commands.open_store import reading
    from host_tools.city.rollouts import requests, rollout_rows
    from host_tools.city.store.rollout_tables import RELEASE
    from host_tools.city.updates import asking
    from host_tools.city.updates.wish import Wish

    found, of = release_of(file, serial, trust)
    both, wish = agreed(second, code), Wish(of, spread=60 * spread, soak=60 * soak)
    with opened(db) as there:
        with reading(there) as connection:
            own = site_of(connection)
        with writing(there) as (connection, now):
            row = rollout_rows.row_of(connection, number)
            keep(connection, found, own, now)
            numbers = asking.take_back(
                connection, own, row, getpass.getuser(), ROLE, DOOR, wish, now, **both
            )  # fmt: skip
            requests.refuse_beside(connection, RELEASE)
        reports = _decided(there, own, numbers, wait_s)
    _say(ctx, reports, as_json)


COMMANDS = (rollout, status, halt, go_on, take_back)


def _taken(there: Database, number: int, wait_s: float) -> dict[str, Any]:
    """The rollout of that number once the receiver has done what was asked of it; empty after *wait_s*."""
    from host_tools.city.commands.open_store import reading
    from host_tools.city.rollouts import rollout_rows

    until = time.monotonic() + wait_s
    while True:
        with reading(there) as connection:
            row = rollout_rows.row_of(connection, number)
        if not row["asked"]:
            return row
        if time.monotonic() >= until:
            return {}
        time.sleep(LOOK_S)


def _say(ctx: click.Context, reports: list[Report], as_json: bool) -> None:
    """Says what became of it; exits with 1 where one of them neither goes nor is done."""
    from host_tools.city.updates import update_report

    if as_json:
        say_json({"rollouts": [update_report.as_json(one) for one in reports]})
    else:
        for one in reports:
            print_report(one)
    if any(one.row["state"] not in ("going", "done") for one in reports):
        ctx.exit(1)


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
