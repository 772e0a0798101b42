"""`diya record run`: the receiver of a street; and `diya record upgrade`."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from host_tools.city.commands.place import Connection
from host_tools.errors import CommandError
from host_tools.naming import NAME
from host_tools.output import json_option, say_json
from host_tools.site.load import find_site
from host_tools.user_folders import state_folder
from host_tools.verbs.keys import key_file_option, opened
from host_tools.verbs.option_types import WORD, NamedPath
from host_tools.verbs.options import connection_options, site_option
from host_tools.verbs.record_file import db_option, record_place, site_files

if TYPE_CHECKING:
    from host_tools.city.record.record import Record

WAIT_S = 1.0  # between two tries to open the record


@click.command(help="Record a street's events from its broker until Ctrl-C.")
@site_option
@connection_options
@db_option
@key_file_option()
@click.option(
    "--silent-after", metavar="SPAN", default="35m", show_default=True, help="Without a word for so long: a failure."
)
@click.option("--zone", metavar="ZONE", type=WORD, help="Of a city with a broker for each zone: which one this is.")
@click.option(
    "--metrics", metavar="HOST:PORT", type=WORD, help="Tell /metrics (Prometheus) and /healthz there, over HTTP."
)
@click.option(
    "--secrets", metavar="FOLDER", type=NamedPath(file_okay=False, path_type=Path),
    help="Where the receiver's own secrets are (default: beside the key file, else the user's state folder).",
)  # fmt: skip
@click.option("--seconds", metavar="N", type=float, help="End after N seconds.")
@json_option
def run(
    connection: Connection, site: str, db: Path | str | None, key_file: Path | None, silent_after: str,
    zone: str | None, metrics: str | None, secrets: Path | None, seconds: float | None, as_json: bool,
) -> None:  # fmt: skip
    from host_tools.city.doors.ngsi_sender import notifying
    from host_tools.city.notify.background import sending
    from host_tools.city.record.metrics import MetricsServer, address
    from host_tools.city.record.record import Record
    from host_tools.city.record.recorder import Recorder
    from host_tools.durations import span

    if seconds is not None and not seconds > 0:
        raise CommandError(f"--seconds is {seconds:g} and must be above 0")
    silent_s = span(silent_after)
    place = connection.place(site)
    keys = opened(key_file).known() if key_file else {}
    file = record_place(db)
    files = site_files(site)
    folder = secrets or (key_file.resolve().parent if key_file else state_folder())
    if folder == state_folder():
        folder.mkdir(parents=True, exist_ok=True)
    about = {"timezone": place.zone.key, "title": place.title}
    if zone is not None and not NAME.fullmatch(zone):
        raise CommandError(f"--zone is {zone!r} and must be a name: letters, digits, - and _")
    until = None if seconds is None else time.monotonic() + seconds
    with ExitStack() as opened_parts:
        show: Callable[[Any], None] = lambda snapshot: None  # noqa: E731
        if metrics:
            server = MetricsServer(address(metrics))
            opened_parts.callback(server.close)
            show = server.show
        store = _awaited(
            lambda: Record(file, place.root, place.site, about, place.switched.dark, zone or "", files), until
        )  # fmt: skip
        opened_parts.callback(store.close)
        recorder = Recorder(
            store, place.broker, place.root, place.site, folder, keys=keys, silent_s=silent_s,
            simulated=place.simulated, site_folder=find_site(site) if files is not None else None, say=_say, show=show,
        )  # fmt: skip
        if files is not None:
            opened_parts.enter_context(sending(file, files, find_site(site), recorder.now, _say))
            opened_parts.enter_context(notifying(file, files, recorder.now, _say))
        if not as_json:
            click.echo(f"recording {place.title} from {place.broker} into {store.name}; Ctrl-C ends it.", err=True)
        with suppress(KeyboardInterrupt):  # the way to end it
            recorder.run(lambda: True, until)
    if as_json:
        say_json({"db": store.name, **asdict(recorder.totals)})
    else:
        totals = recorder.totals
        click.echo(f"{totals.events} new events, {totals.doubles} came again, {totals.asked} questions asked.")


@click.command(help="Bring a record of an older diya up to date, as `run` does when it begins.")
@db_option
def upgrade(db: Path | str | None) -> None:
    from host_tools.city.record.open_for_writing import upgrade_record

    click.echo(f"the record {upgrade_record(record_place(db))} is up to date.", err=True)


def _awaited(opened_record: Callable[[], Record], until: float | None) -> Record:
    """The record, as soon as it can be opened, at most until *until* (monotonic s): a server may start after us."""
    from host_tools.city.record.record import Unwritable

    said = False
    while True:
        try:
            return opened_record()
        except Unwritable as error:
            if until is not None and time.monotonic() + WAIT_S >= until:
                raise
            if not said:
                _say(f"{error}; waiting for it")
            said = True
        time.sleep(WAIT_S)


def _say(sentence: str) -> None:
    click.echo(f"diya: {sentence}.", err=True)
