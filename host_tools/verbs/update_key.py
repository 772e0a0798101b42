"""`diya update change-key`: brings the poles the change to another key for updates, and says who took it."""

from __future__ import annotations

from pathlib import Path

import click

from host_tools.city.commands.place import Connection
from host_tools.output import json_option, say_json, waiting, warn
from host_tools.verbs.keys import key_file_option, opened
from host_tools.verbs.option_types import NamedPath
from host_tools.verbs.options import connection_options, site_option, wait_option, whom_options
from host_tools.verbs.send import WAIT_S, names, print_rejected, sender_name
from host_tools.verbs.site_poles import chosen


@click.command("change-key", short_help="Send poles the signed change to another key for updates.")
@click.argument("file", metavar="CHANGE.json", type=NamedPath(dir_okay=False, path_type=Path))
@site_option
@connection_options
@whom_options
@key_file_option()
@wait_option(WAIT_S)
@json_option
@click.pass_context
def change_key(
    ctx: click.Context, file: Path, site: str, connection: Connection, poles: tuple[str, ...], group: str | None,
    everyone: bool, key_file: Path | None, wait_s: float, as_json: bool,
) -> None:  # fmt: skip
    """Send the change in CHANGE.json, which `diya update keygen --rotate` wrote, to the poles that are meant.

    Those which have the new key already, by their births, are sent nothing: run it again for those that were offline.
    """
    from host_tools.broker.connection import Link, within
    from host_tools.city.commands.speaker import topics as command_topics
    from host_tools.city.updates import key_change as library
    from host_tools.site import load_site
    from host_tools.wire.sender_numbers import Counters

    change = library.read_change(file)
    meant = [pole.name for pole in chosen(load_site(site), poles, group, everyone)]
    keys = opened(key_file).known() if key_file else None
    place = connection.place(site)
    with Link(place.broker, command_topics(place), within(wait_s)) as link, waiting() as bar:
        changer = library.KeyChanger(place, link, sender_name(), Counters())
        changer.look(meant)
        warn(changer.remark())
        outcome = changer.send(change, meant, keys, wait_s, lambda so_far: bar(*so_far.counts))
    if as_json:
        say_json(library.as_json(change, outcome))
    else:
        print_rejected(outcome.rejected)
        here = [pole for pole in outcome.silent if pole not in outcome.offline]
        for word, those in (
            (f"had the key {change.print} already", outcome.there), (f"took the key {change.print}", outcome.applied),
            ("no answer yet", here), ("offline, takes it when it comes back", outcome.offline),
            ("offline with another update to take first", outcome.pending), ("never reported", outcome.unborn),
        ):  # fmt: skip
            if those:
                click.echo(f"{word}: {names(those)}")
    taken = len(outcome.there) + len(outcome.applied)
    if taken < len(meant):
        click.echo(
            f"diya: {len(meant) - taken} of {len(meant)} pole{'s' if len(meant) > 1 else ''} did not say that the key "
            f"{change.print} is in force; the old one is needed until all do.",
            err=True,
        )
        ctx.exit(1)
