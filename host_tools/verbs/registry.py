"""`diya registry`: which board is on which pole."""

from __future__ import annotations

import getpass
import time
from pathlib import Path

import click

from host_tools.errors import CommandError, Question
from host_tools.files import replace_file
from host_tools.output import json_option, say_json
from host_tools.output_file import try_output
from host_tools.registry.export import rows
from host_tools.registry.label import parse_label
from host_tools.registry.place import registry_path
from host_tools.registry.store import Registry
from host_tools.spreadsheet import for_excel
from host_tools.text import safe
from host_tools.verbs.options import registry_option


@click.group(help="See which board is on which pole, merge another laptop's registry, and export it.")
def registry() -> None:
    pass


@registry.command(name="list", help="List the boards and their poles, and what is in question.")
@registry_option
@click.option("--site", metavar="NAME", default="", help="Only poles of this site.")
@click.option("--pole", "poles", metavar="POLE", multiple=True, help="Only this pole; may be repeated.")
@json_option
def list_(registry_file: Path | None, site: str, poles: tuple[str, ...], as_json: bool) -> None:
    file = registry_path(registry_file)
    known = Registry(file).bindings()
    found = [row for row in rows(known) if site in ("", row["site"]) and (not poles or row["pole"] in poles)]
    questions = [conflict.sentence for conflict in known.conflicts()]
    if as_json:
        say_json({"registry": str(file), "poles": found, "questions": questions})
        return
    for row in found:
        tried = {None: "", True: ", commissioned", False: ", commissioning failed"}[row["passed"]]
        who = f" by {row['by']}" if row["by"] else ""
        asked = "  <- in question" if row["question"] else ""
        click.echo(safe(f"{row['site']}  {row['pole']}  {row['mac']}  since {row['since'][:10]}{who}{tried}{asked}"))
    for sentence in questions:
        click.echo(safe(f"question: {sentence}"))
    click.echo(f"boards on poles: {len(found)}, questions: {len(questions)}, in {file}.")


@registry.command(help="Say that the board with this MAC is on this POLE (a name with --site, or a label's text).")
@registry_option
@click.argument("mac")
@click.argument("pole")
@click.option("--site", metavar="NAME", default="", help="The pole's site, unless POLE is a label's text.")
@click.option("--at", "position", metavar="LAT,LON", help="Where the pole stands, in degrees, such as 23.8388,78.7378.")
@click.option("--by", metavar="NAME", help="Who says so (default: this user).")
@click.option("--reason", metavar="TEXT", default="", help="Why, such as `node replaced`.")
@click.option("--replace", is_flag=True, help="The answer to a question: this holds, and what was known does not.")
@json_option
def bind(
    registry_file: Path | None, mac: str, pole: str, site: str, position: str | None, by: str | None, reason: str,
    replace: bool, as_json: bool,
) -> None:  # fmt: skip
    labelled, name = parse_label(pole)
    if labelled and site and labelled != site:
        raise CommandError(f"--site is {site!r} and the label says {labelled!r}: name one of them")
    if not labelled and not site:
        raise CommandError(f"the site of pole {name} is not known: name it with --site")
    where = None if position is None else parse_position(position)
    store = Registry(registry_path(registry_file))
    try:
        entry = store.bind(mac, name, labelled or site, int(time.time()), by or user(), where, reason, replace)
    except Question as question:
        raise Question(f"{question} If so, say it again with --replace") from question
    if as_json:
        say_json({"id": entry.id, "mac": entry.mac, "site": entry.site, "pole": entry.pole, "since": entry.at})
    else:
        click.echo(f"The board {entry.mac} is on pole {entry.pole} of {entry.site}.")


@registry.command(help="Take over every entry of another laptop's registry FILE; nothing is overwritten.")
@registry_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def merge(registry_file: Path | None, file: Path, as_json: bool) -> None:
    into = registry_path(registry_file)
    merged = Registry(into).merge(file)
    questions = [conflict.sentence for conflict in merged.questions]
    if as_json:
        say_json({"registry": str(into), "new": merged.new, "questions": questions})
    else:
        for sentence in questions:
            click.echo(safe(f"question: {sentence}"))
        click.echo(f"new entries: {merged.new}, questions: {len(questions)}, from {file}.")
    if questions:
        raise Question(f"{questions[0].capitalize()} Answer with `diya registry bind MAC POLE --replace`")


@registry.command(help="Write which board is on which pole, as CSV or GeoJSON.")
@registry_option
@click.option("--format", "form", type=click.Choice(["csv", "geojson"]), default="csv", show_default=True, help="How.")
@click.option("--history", is_flag=True, help="Every entry there ever was, as CSV.")
@click.option(
    "--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Where (default: standard output)."
)
def export(registry_file: Path | None, form: str, history: bool, out: Path | None) -> None:
    if history and form != "csv":
        raise CommandError("--history is written as CSV only: leave --format geojson out")
    if out:
        try_output("--out", out)
    store = Registry(registry_path(registry_file))
    text = store.export_geojson() if form == "geojson" else store.export_csv(history)
    if out is None:
        click.echo(text, nl=False)
        return
    replace_file(out, (text if form == "geojson" else for_excel(text)).encode())
    click.echo(f"The registry was written to {out}.", err=True)


def parse_position(text: str) -> tuple[float, float]:
    """(latitude, longitude) of `23.8388,78.7378`.  Raises CommandError."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise CommandError(f"the position is {text!r} and must be LATITUDE,LONGITUDE such as 23.8388,78.7378") from None
    return latitude, longitude


def user() -> str:
    """The name this user logs in with; empty where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
