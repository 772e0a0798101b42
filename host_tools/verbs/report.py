"""`diya report`: what the contract wants to know of a month, as text, PDF, XLSX, CSV or JSON."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from host_tools.language.language import Language, Spoken, language_option
from host_tools.output import json_option, say_json
from host_tools.output_file import try_output, whole
from host_tools.text import safe
from host_tools.verbs.option_types import NamedPath
from host_tools.verbs.record_file import db_option, known_site, record_place

KINDS = (".pdf", ".xlsx", ".csv")


@click.command(help="Report a month: lit and dark, energy, repairs and penalties, for the commissioner to sign.")
@db_option
@click.option("--site", metavar="SITE", help="Name or folder of the site (default: the record's own).")
@click.option("--month", metavar="YYYY-MM", help="Which month (default: that of the last night that is counted).")
@click.option(
    "--out", metavar="FILE", type=NamedPath(dir_okay=False, path_type=Path),
    help="Write a .pdf, .xlsx or .csv file instead of printing.",
)  # fmt: skip
@language_option
@json_option
def report(
    db: Path | str | None, site: str | None, month: str | None, out: Path | None, lang: str | None, as_json: bool
) -> None:  # fmt: skip
    from host_tools.city.ledger import downloads
    from host_tools.city.ledger.month import Month
    from host_tools.city.ledger.words import Words
    from host_tools.city.record import history
    from host_tools.city.record.query import reading
    from host_tools.city.store import month_report
    from host_tools.city.store.local_time import LocalTime

    said = Language(lang)
    with said.told():
        if out is not None and out.suffix.lower() not in KINDS:
            raise Spoken("report.bad_out", value=repr(str(out)))
        try_output("--out", out)
        wanted = Month.read(month) if month else None
        with reading(record_place(db)) as reader:
            files = known_site(site, reader)
            zone = ZoneInfo(reader.about.get("timezone", "UTC"))
            local = LocalTime(zone)
            now = history.as_of(reader.connection)
            wanted = wanted or month_report.newest(reader.connection, now, local)
            words = Words(month_report.read(reader.connection, files, wanted, now, local), said, zone)
            title = files.title if files else safe(reader.about.get("title", reader.about["site"]))
        if out is not None:
            with whole(out) as new:
                new.write_bytes(downloads.made(words, title, out.suffix.lower()[1:]))
            if not as_json:
                click.echo(words.say("written", file=str(out)), err=True)
        if as_json:
            say_json(downloads.as_json(words, title))
        elif out is None:
            _say(words, title)


def _say(words: object, title: str) -> None:
    from host_tools.city.ledger import figures
    from host_tools.city.ledger.sheet import shown
    from host_tools.city.ledger.words import Words

    assert isinstance(words, Words)
    click.echo(words.say("month_title", title=title, month=words.month))
    click.echo(words.verdict())
    if said := words.preliminary():
        click.echo(said)
    for called, some in figures.groups(words):
        click.echo(f"\n{called}")
        for one in some:
            click.echo(f"  {shown(one.value, one.kind):>14} {one.unit:<4} {one.title}")
    click.echo("")
    for note in words.notes():
        click.echo(note)
