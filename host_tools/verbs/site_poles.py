"""`diya site configure` and `diya site rekey`: sends poles their settings from the site's files, and new keys."""

from __future__ import annotations

from pathlib import Path

import click

from host_tools.broker.connection import Link, within
from host_tools.city.commands.place import Connection
from host_tools.city.commands.speaker import topics as command_topics
from host_tools.errors import CommandError
from host_tools.output import json_option, say_json, waiting, warn
from host_tools.site.model import Pole, Site
from host_tools.verbs.keys import key_file_option, opened
from host_tools.verbs.options import check_whom, connection_options, wait_option, whom_options
from host_tools.verbs.send import WAIT_S, sender_name
from host_tools.verbs.send_outcome import names, print_rejected
from host_tools.wire.sender_numbers import Counters

DEFAULT = "sagar"
CONFIGURE_S = 120.0  # a pole restarts for it, and comes back within a minute


@click.command(help="Send every pole that is meant what DIR's files say for it, and wait until they live by it.")
@click.argument("folder", metavar="[DIR]", default=DEFAULT)
@connection_options
@whom_options
@key_file_option()
@wait_option(CONFIGURE_S)
@json_option
@click.pass_context
def configure(
    ctx: click.Context, connection: Connection, folder: str, poles: tuple[str, ...], group: str | None, everyone: bool,
    key_file: Path | None, wait_s: float, as_json: bool,
) -> None:  # fmt: skip
    from host_tools.city.commands import configure as library
    from host_tools.site import load_site

    site = load_site(folder)
    meant = chosen(site, poles, group, everyone)
    keys = opened(key_file).known() if key_file else None
    place = connection.place(folder)
    with Link(place.broker, command_topics(place), within(wait_s)) as link, waiting() as bar:
        configurer = library.Configurer(place, link, sender_name(), Counters())
        configurer.look([pole.name for pole in meant])
        warn(configurer.remark())
        outcome = configurer.send(site, meant, keys, wait_s, lambda so_far: bar(*so_far.counts))
    if as_json:
        say_json(library.as_json(outcome))
    else:
        for word, those in (("says the same already", outcome.there), ("applied", outcome.applied)):
            if those:
                click.echo(f"{word}: {names(those)}")
        print_rejected(outcome.rejected)
        for pole, why in sorted(outcome.reverted.items()):
            click.echo(f"reverted: {pole}: {why}")
        here = [pole for pole in outcome.silent if pole not in outcome.offline]
        away = [pole for pole in outcome.silent if pole in outcome.offline]
        for word, those in (("no answer yet", here), ("no answer yet, offline", away)):
            if those:
                click.echo(f"{word}: {', '.join(sorted(those))}")
    if outcome.unborn:
        warn(
            f"{names(outcome.unborn)} never reported, so what was sent is not sealed for the node that will: send it "
            "again when it has, or let `diya record run --key-file` do that"
        )
    if not outcome.complete:
        missing, total = len(outcome.sent) - len(outcome.applied), len(meant)
        click.echo(
            f"diya: {missing} of {total} pole{'s' if total > 1 else ''} did not say that the new configuration is in "
            "force; one that is offline takes it when it comes back.",
            err=True,
        )
        ctx.exit(1)


@click.command(help="Give every pole that is meant a new key of its own, or with --name one that poles share.")
@click.argument("folder", metavar="[DIR]", default=DEFAULT)
@connection_options
@whom_options
@key_file_option(required=True, more=" New ones are written into it before they are sent.")
@click.option("--name", metavar="NAME", help="Name of the key (default: each pole's own).")
@click.option("--remove", is_flag=True, help="Remove the key called NAME from the poles.")
@wait_option(WAIT_S)
@json_option
@click.pass_context
def rekey(
    ctx: click.Context, connection: Connection, folder: str, poles: tuple[str, ...], group: str | None, everyone: bool,
    key_file: Path, name: str | None, remove: bool, wait_s: float, as_json: bool,
) -> None:  # fmt: skip
    from host_tools.city.commands.exchange import rejections_as_json
    from host_tools.city.commands.rekey import Rekeyer
    from host_tools.site import load_site

    site = load_site(folder)
    meant = chosen(site, poles, group, everyone)
    file = opened(key_file)
    place = connection.place(folder)
    with Link(place.broker, command_topics(place), within(wait_s)) as link, waiting() as bar:
        rekeyer = Rekeyer(place, link, sender_name(), Counters())
        rekeyer.look([pole.name for pole in meant])
        warn(rekeyer.remark())
        outcome = rekeyer.change(
            file, [pole.name for pole in meant], name, remove, wait_s,
            lambda so_far: bar(*so_far.counts),
        )  # fmt: skip
    if as_json:
        say_json({
            "applied": sorted(outcome.applied), "rejected": rejections_as_json(outcome.rejected),
            "noAnswer": outcome.silent, "pending": sorted(file.pending),
        })  # fmt: skip
    else:
        if outcome.applied:
            click.echo(f"applied: {names(outcome.applied)}")
        print_rejected(outcome.rejected)
        if outcome.silent:
            click.echo(f"no answer: {', '.join(outcome.silent)}")
    if not outcome.complete:
        missing, total = len(outcome.asked) - len(outcome.applied), len(outcome.asked)
        rest = "" if remove else f"; their new keys are pending in {key_file}: run it again"
        click.echo(f"diya: {missing} of {total} pole{'s' if total > 1 else ''} did not do it{rest}.", err=True)
        ctx.exit(1)


def chosen(site: Site, poles: tuple[str, ...], group: str | None, everyone: bool) -> tuple[Pole, ...]:
    """The poles of *site* that are meant.  Raises CommandError."""
    check_whom(poles, group, everyone)
    if poles:
        known = site.by_name
        for name in poles:
            if name not in known:
                raise CommandError(
                    f"the pole is {name!r} and must be one of the {len(known)} in {site.name}'s poles.csv"
                )
        return tuple(known[name] for name in dict.fromkeys(poles))
    found = site.in_group(group) if group is not None else site.poles
    if not found:
        raise CommandError(f"the group is {group!r} and must be one of {', '.join(site.groups())}")
    return found
