"""`diya alarms acknowledge | assign | mend | close | quiet | order | history`: what people do with stored alarms."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms import actions
from host_tools.city.alarms.listing import history_of
from host_tools.city.alarms.work_orders import WorkOrder, make_order, order_of
from host_tools.city.correlation.text import moment
from host_tools.city.record.believed_times import as_of
from host_tools.city.store.database import Database, postgresql, sqlite, sqlite_connection
from host_tools.city.store.tables import about
from host_tools.city.store.upgrade import NEWEST, revision_of
from host_tools.errors import CommandError, DiyaError, RecordError
from host_tools.output import json_option, say_json
from host_tools.site.load import load_site
from host_tools.site.model import Site
from host_tools.text import safe
from host_tools.verbs.option_types import WORD
from host_tools.verbs.record_file import db_option, record_place

alarm_argument = click.argument("names", metavar="ALARM...", nargs=-1, required=True)
who_option = click.option("--who", metavar="NAME", type=WORD, help="Who does it (default: the user of this computer).")
site_option = click.option("--site", metavar="SITE", type=WORD, help="The site's files (default: the record's own).")


@dataclass(frozen=True)
class Desk:
    """An open store, to be written: ``now`` is the site's time (Unix s), ``about`` what the store is of."""

    database: Database
    now: int
    about: dict[str, str]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.about.get("timezone", "UTC"))

    def site(self, named: str | None) -> Site | None:
        """The files of the site *named*, or of the record's own; None where those are not here.  Raises SiteError."""
        try:
            return load_site(named or self.about.get("site", ""))
        except DiyaError:
            if named is not None:
                raise
            return None


@contextmanager
def desk(db: Path | str | None) -> Iterator[Desk]:
    """The store at *db*, to be written beside its receiver.  Raises RecordError."""
    where = record_place(db)
    if isinstance(where, Path):
        if not where.exists():
            raise RecordError(f"there is no record at {where}: `diya record run` makes it, --db names another")
        database = sqlite(lambda: sqlite_connection(where), str(where), str)
    else:
        database = postgresql(where)
    try:
        with database.transaction() as connection:
            if revision_of(connection) != NEWEST or not sa.inspect(connection).has_table("alarm"):
                raise RecordError(f"the record {database.name} keeps no alarms: `diya record run` makes it do so")
            told = dict(connection.execute(sa.select(about.c.name, about.c.value)).all())
            now = as_of(connection)
        yield Desk(database, now, told)
    finally:
        database.close()


def _do(db: Path | str | None, names: tuple[str, ...], who: str | None, action: Any, said: str, *values: Any) -> None:
    with desk(db) as at, at.database.transaction() as connection:
        numbers = actions.numbers_of(connection, names)
        action(connection, numbers, who or getpass.getuser(), at.now, *values)
        rows = actions.rows_of(connection, numbers)
    for row in rows:
        click.echo(safe(f"{row['id']} {row['kind']}/{row['name']}: {said}"))


@click.command(help="Say that you have seen alarms: numbers, or KIND/NAME of open ones.")
@alarm_argument
@who_option
@db_option
def acknowledge(names: tuple[str, ...], who: str | None, db: Path | str | None) -> None:
    _do(db, names, who, actions.acknowledge, "acknowledged")


@click.command(help="Give alarms to a crew.")
@alarm_argument
@click.option("--to", metavar="CREW", type=WORD, required=True, help="The crew.")
@who_option
@db_option
def assign(names: tuple[str, ...], to: str, who: str | None, db: Path | str | None) -> None:
    _do(db, names, who, actions.assign, f"assigned to {to}", to)


@click.command(help="Say that alarms are mended; the pole's own proof closes them.")
@alarm_argument
@click.option("--note", metavar="TEXT", default="", help="What was done.")
@who_option
@db_option
def mend(names: tuple[str, ...], note: str, who: str | None, db: Path | str | None) -> None:
    _do(db, names, who, actions.mend, "mended, waiting for the proof", note)


@click.command(help="Close alarms that no proof closes.")
@alarm_argument
@click.option("--reason", metavar="TEXT", type=WORD, required=True, help="Why it is over.")
@who_option
@db_option
def close(names: tuple[str, ...], reason: str, who: str | None, db: Path | str | None) -> None:
    _do(db, names, who, actions.close, "closed", reason)


@click.command(
    help="Send no alarms of a pole, feeder, access point or group (without SCOPE: of any) while work is planned."
)
@click.argument("scope", required=False, default="")
@click.option("--until", metavar="TIME", type=WORD, help="When it ends: 22:30, 2026-11-08T22:30, or 4h from now.")
@click.option("--reason", metavar="TEXT", type=WORD, help="Which work.")
@click.option("--type", "kind", metavar="TYPE", default="", help="Only alarms of this kind.")
@click.option("--end", "number", metavar="N", type=int, help="Instead: end the quiet of this number now.")
@who_option
@db_option
def quiet(
    scope: str, until: str | None, reason: str | None, kind: str, number: int | None, who: str | None,
    db: Path | str | None,
) -> None:  # fmt: skip
    from host_tools import durations

    by = who or getpass.getuser()
    if number is not None:
        with desk(db) as at, at.database.transaction() as connection:
            actions.end_quiet(connection, number, by, at.now)
        click.echo(f"quiet {number} has ended.")
        return
    if until is None or reason is None:
        raise CommandError("--until and --reason must be given: a quiet has an end and a reason")
    with desk(db) as at:
        try:
            end = at.now + durations.span(until)
        except CommandError:
            end = durations.moment(until, at.now, at.zone)
        with at.database.transaction() as connection:
            made = actions.make_quiet(connection, scope, by, at.now, end, reason, kind=kind)
        said = f"quiet {made}: no alarm of {scope or 'any pole'} is sent until {moment(end, at.zone)} ({at.zone.key})."
    click.echo(safe(said))


@click.command(help="Make a work order of open alarms, poles in driving order; or show one by its number.")
@click.argument("names", metavar="[ALARM...]", nargs=-1)
@click.option("--crew", metavar="CREW", type=WORD, help="The crew.")
@click.option("--due", metavar="SPAN", type=WORD, help="Until when, from now: 24h, 2d.")
@click.option("--show", "number", metavar="N", type=int, help="Instead: the order of this number.")
@site_option
@who_option
@db_option
@json_option
def order(
    names: tuple[str, ...], crew: str | None, due: str | None, number: int | None, site: str | None, who: str | None,
    db: Path | str | None, as_json: bool,
) -> None:  # fmt: skip
    from host_tools import durations

    if (number is None) == (not names):
        raise CommandError("an order is made of alarms, or shown by --show: one of both must be given")
    if number is None and crew is None:
        raise CommandError("--crew must be given: an order is a crew's")
    with desk(db) as at, at.database.transaction() as connection:
        if number is not None:
            made = order_of(connection, number)
        else:
            until = None if due is None else at.now + durations.span(due)
            numbers = actions.numbers_of(connection, names)
            made = make_order(
                connection, numbers, who or getpass.getuser(), at.now, crew or "", at.site(site), until
            )  # fmt: skip
        zone = at.zone
    if as_json:
        say_json(made.as_json())
        return
    for line in _order_lines(made, zone):
        click.echo(safe(line))


@click.command(help="Show what happened to an alarm: a number, or KIND/NAME of an open one.")
@click.argument("name", metavar="ALARM")
@db_option
@json_option
def history(name: str, db: Path | str | None, as_json: bool) -> None:
    with desk(db) as at, at.database.transaction() as connection:
        (row,) = actions.rows_of(connection, actions.numbers_of(connection, [name]))
        told = _history(connection, row["id"])
        zone = at.zone
    if as_json:
        say_json({"alarm": row["id"], "id": f"{row['kind']}/{row['name']}", "history": told})
        return
    click.echo(safe(f"{row['id']} {row['kind']}/{row['name']}"))
    for one in told:
        by = f" by {one['who']}" if one["who"] else ""
        text = f": {one['text']}" if one["text"] else ""
        click.echo(safe(f"          {moment(one['at'], zone)} {one['what']}{by}{text}"))


def _history(connection: Connection, number: int) -> list[dict[str, Any]]:
    return [{name: one[name] for name in ("at", "what", "who", "text")} for one in history_of(connection, number)]


def _order_lines(made: WorkOrder, zone: ZoneInfo) -> list[str]:
    due = [] if made.due is None else [f"          due: {moment(made.due, zone)}"]
    head, *rest = made.lines()
    return [head, *due, *rest]


COMMANDS = (acknowledge, assign, mend, close, quiet, order, history)
