"""`diya audit`: whether the audit of commands is as the receiver wrote it, and who may be a second person."""

from __future__ import annotations

from pathlib import Path

import click

from host_tools.output import json_option, say_json, warn
from host_tools.verbs.option_types import WORD, NamedPath

_FOLDER = NamedPath(file_okay=False, path_type=Path)
folder_option = click.option(
    "--folder", metavar="FOLDER", type=_FOLDER, required=True,
    help="The receiver's folder of secrets: that of its --key-file.",
)  # fmt: skip


@click.group(help="What was ordered and decided: check that it is whole, and name second persons.")
def audit() -> None:
    pass


@audit.command(help="Find every row that was changed, removed, put in or cut off.")
@click.option("--db", metavar="FILE|URL", type=WORD, required=True, help="The record with the audit.")
@folder_option
@click.option("--site", metavar="SITE", default="sagar", show_default=True, help="Name of the site.")
@click.option("--zone", metavar="ZONE", default="", help="Of which zone, where the site has several receivers.")
@json_option
def verify(db: str, folder: Path, site: str, zone: str, as_json: bool) -> None:
    from host_tools.city.commands import audit as chain
    from host_tools.city.commands.open_store import open_store, reading
    from host_tools.city.store.database import is_url

    with open_store(db if is_url(db) else Path(db), site) as there, reading(there) as connection:
        count, wrong, new = chain.verify(connection, folder, zone)
    if as_json:
        say_json({"rows": count, "wrong": wrong, "notChained": new})
    else:
        for sentence in wrong:
            click.echo(sentence)
        click.echo(f"{count} rows, {len(wrong)} wrong{f', {new} that no receiver has taken yet' if new else ''}.")
    if wrong:
        raise click.exceptions.Exit(3)


@audit.command(help="Make NAME a second person: prints what an authenticator app on a telephone is given.")
@click.argument("name")
@folder_option
def person(name: str, folder: Path) -> None:
    from host_tools.city.commands.second_person import SecondPersons

    uri = SecondPersons(folder).add(name)
    warn("who sees the next line can agree in this person's name: show it to them, and to no other")
    click.echo(uri)
