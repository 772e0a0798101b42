"""`diya send`: sets an override on poles for a time, or ends it, and prints which poles applied it."""

from __future__ import annotations

import getpass
import re
import socket
from pathlib import Path

import click

from host_tools import durations
from host_tools.broker.connection import Link, within
from host_tools.city.commands import send as sending
from host_tools.city.commands.place import Connection
from host_tools.city.commands.send import Sender, SendOutcome, Target
from host_tools.city.commands.speaker import topics
from host_tools.city.correlation.text import names as runs
from host_tools.errors import CommandError
from host_tools.output import json_option, reading_bar, say_json, waiting, warn
from host_tools.verbs.keys import key_file_option, opened
from host_tools.verbs.option_types import WORD
from host_tools.verbs.options import check_whom, connection_options, site_option, wait_option, whom_options
from host_tools.verbs.send_outcome import print_outcome
from host_tools.verbs.store_options import StoreOptions, store_options
from host_tools.wire import commands
from host_tools.wire.sender_numbers import Counters
from pole.wire import contract

DEFAULT_SPAN = "30m"
LONGEST_WAIT_S = 86400.0
WAIT_S = 45.0  # poles spread their answers over half a minute


@click.command(help="Hold a level on a pole, a group or all poles until it expires, and wait for their answers.")
@site_option
@connection_options
@whom_options
@click.option("--level", metavar="PERCENT", type=int, help="Level to hold, 0 to 100.")
@click.option(
    "--for", "span", metavar="SPAN", type=WORD, help=f"How long, such as 90s, 30m, 2h (default: {DEFAULT_SPAN})."
)
@click.option(
    "--until", metavar="TIME", type=WORD,
    help="Until then, local time of the site, such as 22:30 or 2026-11-08T22:30.",
)  # fmt: skip
@click.option(
    "--owner",
    metavar="OWNER",
    default="operator",
    show_default=True,
    help=f"In whose name: {', '.join(reversed(contract.COMMAND_OWNERS))}.",
)
@click.option("--reason", metavar="TEXT", default="", help="Why, for the pole's reports.")
@click.option("--ramp", metavar="SECONDS", type=int, help="How long the change takes (default: the pole's, 2).")
@click.option("--ref", metavar="REF", default="", help="A reference of your own (cmsRefId), to cancel it by.")
@click.option("--cancel", is_flag=True, help="End what OWNER holds (with --ref: that one), instead of holding a level.")
@key_file_option()
@store_options
@wait_option(WAIT_S)
@json_option
@click.pass_context
def send(
    ctx: click.Context, connection: Connection, site: str, poles: tuple[str, ...], group: str | None, everyone: bool,
    level: int | None, span: str | None, until: str | None, owner: str, reason: str, ramp: int | None,
    ref: str, cancel: bool, key_file: Path | None, store: StoreOptions, wait_s: float, as_json: bool,
) -> None:  # fmt: skip
    if store.near is None and store.area is None:
        check_whom(poles, group, everyone)
    store.check(connection, key_file, bool(poles or group or everyone))
    if not 0 < wait_s <= LONGEST_WAIT_S:
        raise CommandError(f"--wait is {wait_s:g} and must be above 0 and at most {LONGEST_WAIT_S:g} s")
    if cancel and (level is not None or span or until):
        raise CommandError("--cancel ends what is held, so --level, --for and --until must be left out")
    if not cancel and level is None:
        raise CommandError("--level is missing and must be given, 0 to 100 percent (or --cancel)")
    if span and until:
        raise CommandError("when it ends must be said by one of --for and --until")

    def body(expiration: int) -> str:
        if level is None:
            return commands.cancel(owner, ref)
        return commands.override(level, expiration, owner=owner, reason=reason, ref=ref, ramp_s=ramp)

    body(0)  # a command that no pole would accept is refused before the broker is used
    target = Target(tuple(dict.fromkeys(poles)), group or "")
    seconds = durations.span(span or DEFAULT_SPAN)
    keys = opened(key_file).known() if key_file else None
    place = connection.place(site)
    if store.db:
        from host_tools.city.commands.order import Order
        from host_tools.verbs import send_by_store

        scope = send_by_store.scope_of(poles, group, store.near, store.area)
        asked = Order(
            sender_name(), store.role, "cancel" if cancel else "override", owner, 1, "send", level, reason, ref,
            ramp_s=ramp, scope=scope, second=store.second, code=store.code,
        )  # fmt: skip
        if not send_by_store.order(
            store.db, place, site, asked, (until, seconds), wait_s, store.preview, as_json
        ):  # fmt: skip
            ctx.exit(1)
        return
    with Link(place.broker, topics(place), within(wait_s)) as link:
        sender = Sender(place, link, sender_name(), Counters(), keys)
        with reading_bar() as bar:
            sender.look(target.poles or None, bar)
        warn(sender.remark())
        if sender.unsure and not target.poles:
            warn(
                "the broker leaves out retained messages (its max_queued_messages is too small), so poles may be meant"
                " that are not waited for; with --site FOLDER the poles of its poles.csv are all known"
            )
        now = sender.clock.now()
        expiration = durations.moment(until, now, place.zone) if until else int(now) + seconds
        outcome = _with_progress(sender, target, body(expiration), wait_s)
    if as_json:
        say_json({"target": str(target), "expiration": None if cancel else expiration, **sending.as_json(outcome)})
    else:
        print_outcome(outcome)
    if outcome.never:
        warn(f"{len(outcome.never)} more in the site's files have never reported: {runs(outcome.never)}")
    if not outcome.complete:
        missing = len(outcome.asked) + len(outcome.offline) - len(outcome.applied)
        missing -= len(outcome.idle) if outcome.applied else 0
        total = len(outcome.asked) + len(outcome.offline)
        click.echo(f"diya: {missing} of {total} pole{'s' if total > 1 else ''} did not do it.", err=True)
        ctx.exit(1)


def sender_name() -> str:
    """The sender's name for the poles' marks: user and machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "somebody"
    return re.sub(r"[^A-Za-z0-9@._-]", "-", f"{user}@{socket.gethostname().split('.')[0]}")[:64]


def _with_progress(sender: Sender, target: Target, body: str, wait_s: float) -> SendOutcome:
    """Send, with a bar on a terminal while answers come in."""
    with waiting() as bar:
        return sender.send(target, body, wait_s, lambda outcome: bar(*outcome.counts))
