"""`diya record`: stores every event of a street, and reads the record."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, TextIO

import click

from host_tools.city.record import query, text_lines
from host_tools.city.record.known_names import check_names
from host_tools.city.record.query import Reader, Wanted
from host_tools.errors import CommandError
from host_tools.output import json_option, say_json
from host_tools.verbs import record_backup, record_run
from host_tools.verbs.option_types import WORD, NamedPath
from host_tools.verbs.record_file import (
    dark_of,
    db_option,
    files_of,
    known_site,
    record_place,
    say_seeming,
    seem_switched,
)

SHOWN = 20


def _wanted_options(command: Any) -> Any:
    for option in (
        click.option("--until", metavar="TIME", type=WORD, help="Only before then; a time as for --since."),
        click.option(
            "--since",
            metavar="TIME",
            type=WORD,
            help="Only from then on: 2026-11-08, 2026-11-08T22:30, or 2d (ago).",
        ),
        click.option("--type", "types", metavar="TYPE", multiple=True, help="Only this eventType; may be repeated."),
        click.option("--group", metavar="GROUP", type=WORD, help="Only poles of this group."),
        click.option("--pole", "poles", metavar="POLE", multiple=True, help="Only this pole; may be repeated."),
    ):
        command = option(command)
    return command


@click.group(help="Keep every event of a street exactly once, and read what was kept.")
def record() -> None:
    pass


record.add_command(record_run.run)
record.add_command(record_run.upgrade)
record.add_command(record_backup.backup)
record.add_command(record_backup.restore)


@record.command(help="Show the newest events, or what is known of the poles, or what is missing.")
@db_option
@_wanted_options
@click.option("--last", metavar="N", type=int, default=SHOWN, show_default=True, help="How many events.")
@click.option("--latest", is_flag=True, help="Instead: each pole's last state, meter and birth.")
@click.option("--gaps", "gaps_", is_flag=True, help="Instead: records that are missing, or gone for good.")
@json_option
def show(
    db: Path | str | None, poles: tuple[str, ...], group: str | None, types: tuple[str, ...], since: str | None,
    until: str | None, last: int, latest: bool, gaps_: bool, as_json: bool,
) -> None:  # fmt: skip
    if last < 1:
        raise CommandError(f"--last is {last} and must be above 0")
    if latest and gaps_:
        raise CommandError("what is shown must be said by one of --latest and --gaps")
    if (latest or gaps_) and (types or since or until):
        what = "--latest" if latest else "--gaps"
        raise CommandError(f"--type, --since and --until choose events, and must be left out with {what}")
    with query.reading(record_place(db)) as reader:
        wanted = _wanted(reader, poles, group, types, since, until)
        reader.dark = dark_of(reader, files_of(reader))
        summary = reader.summary()
        if latest:
            rows, name, line = reader.latest(wanted), "latest", text_lines.pole
        elif gaps_:
            rows, name, line = reader.gaps(wanted), "gaps", text_lines.gap
        else:
            rows, name, line = reader.latest_events(wanted, last), "events", text_lines.event
        if as_json:
            say_json({"summary": summary, name: rows})
            return
        for row in rows:
            click.echo(line(row, reader))
        click.echo(
            f"{summary['poles']} poles, {summary['online']} online, {summary['silent']} silent, "
            f"{summary['faults']} open fault{'' if summary['faults'] == 1 else 's'}; "
            f"{summary['events']} events, {summary['missing']} missing, {summary['gone']} gone for good."
        )


@record.command(help="Write events, pole by pole in the order they were raised, as CSV, JSON lines or JSON.")
@db_option
@_wanted_options
@click.option("--format", "form", type=click.Choice(query.FORMATS), default="csv", show_default=True, help="How.")
@click.option(
    "--out", metavar="FILE", type=NamedPath(dir_okay=False, path_type=Path), help="Where (default: standard output)."
)
def export(
    db: Path | str | None, poles: tuple[str, ...], group: str | None, types: tuple[str, ...], since: str | None,
    until: str | None, form: str, out: Path | None,
) -> None:  # fmt: skip
    with query.reading(record_place(db)) as reader:
        events = reader.events(_wanted(reader, poles, group, types, since, until))
        if out is None:
            query.write(events, form, sys.stdout)
            return
        stream: TextIO
        with out.open("w", encoding="utf-8", newline="") as stream:
            count = query.write(events, form, stream)
        click.echo(f"{count} events written to {out}.", err=True)


@record.command(help="Show what is wrong with the street as a whole: those faults that go on first.")
@db_option
@click.option(
    "--site", metavar="SITE", type=WORD,
    help="Name of the site, or a folder with its files (default: the record's own).",
)  # fmt: skip
@click.option(
    "--since", metavar="TIME", type=WORD, default="1d", show_default=True,
    help="And what ended later: 2026-11-08T22:30, or 2d (ago).",
)  # fmt: skip
@json_option
def faults(db: Path | str | None, site: str | None, since: str, as_json: bool) -> None:
    from host_tools.city.correlation import lines as fault_lines
    from host_tools.city.correlation import street_faults, switched
    from host_tools.city.record import history as heard
    from host_tools.city.record.believed_times import as_of

    with query.reading(record_place(db)) as reader:
        known = known_site(site, reader)
        if not known:
            click.echo(
                f"the files of the site {reader.about['site']} are not here, so no feeder and no access point is "
                "known: name their folder by --site",
                err=True,
            )
        reader.dark = dark_of(reader, known)
        now = as_of(reader.connection)
        from_ = query.moment(since, now, reader.zone)
        history, poles = heard.history(reader.connection, from_), known.poles if known else ()
        found = street_faults(poles, history, switched=switched(known) if known else None)
        shown = [one for one in found if one.ends is None or one.ends >= from_]
        seeming = seem_switched(reader, known, shown)
        if as_json:
            say_json({
                "asOf": now, "since": from_, "faults": [one.as_json() for one in shown],
                "openOfPoles": len(reader.open_faults), "seemSwitched": [feeder for feeder, _days in seeming],
            })  # fmt: skip
        elif not now:
            click.echo("the record holds nothing yet.")
        else:
            click.echo("\n".join(fault_lines(now, from_, shown, reader.zone)))
            if reader.open_faults:
                many = len(reader.open_faults)
                click.echo(f"\n{many} fault{'s' if many > 1 else ''} of single poles open: `diya alarms` lists them.")
            say_seeming(seeming)


def _wanted(
    reader: Reader,
    poles: tuple[str, ...],
    group: str | None,
    types: tuple[str, ...],
    since: str | None,
    until: str | None,
) -> Wanted:
    check_names(reader, types, poles, group or "")
    now = time.time()
    from_ = query.moment(since, now, reader.zone) if since else None
    to = query.moment(until, now, reader.zone) if until else None
    if from_ is not None and to is not None and from_ >= to:
        raise CommandError(f"--since is {since!r} and must be before --until, which is {until!r}")
    return Wanted(poles, group or "", types, from_, to)
