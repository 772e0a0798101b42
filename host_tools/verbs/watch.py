"""`diya watch`: the street, live, on a terminal; lines or JSON where there is none."""

from __future__ import annotations

import time
from typing import Any

import click

from host_tools.clock import WAIT_S, SiteClock, no_simulation
from host_tools.clock import topic as clock_topic
from host_tools.errors import CommandError
from host_tools.link import Link, Message
from host_tools.output import console, json_option, on_terminal, say_json, say_json_line, warn
from host_tools.place import Connection, Place, connection_options, site_option
from host_tools.watch import lines
from host_tools.watch.street import Happening, Street
from pole import contract

FRAME_S = 0.25  # between two pictures
QUIET_S, SETTLE_S = 0.4, 10.0  # retained messages are all here once none came for the first, at most the second


@click.command(help="Watch a street live, over any MQTT broker.")
@site_option
@connection_options
@click.option("--once", is_flag=True, help="Print what the broker knows now, and end.")
@click.option("--seconds", metavar="N", type=float, help="End after N seconds.")
@click.option("--note", metavar="TEXT", default="", help="Lines to show above the street.")
@json_option
def watch(connection: Connection, site: str, once: bool, seconds: float | None, note: str, as_json: bool) -> None:
    if seconds is not None and seconds <= 0:
        raise CommandError(f"--seconds is {seconds:g} and must be above 0")
    place = connection.place(site)
    watcher = _Watcher(place)
    kinds = [f"{place.root}/{place.site}/+/{kind}" for kind in contract.DELIVERY]
    with Link(place.broker, [*kinds, clock_topic(place.root, place.site)]) as link:
        if once:
            for message in link.settle(QUIET_S, SETTLE_S):
                watcher.take(message)
            watcher.await_simulation(link)
            warn(watcher.remark())
            watcher.report(as_json)
        elif as_json or not on_terminal():
            _stream(link, watcher, seconds, as_json)
        else:
            _live(link, watcher, seconds, note)


class _Watcher:
    """The model, fed from the link."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.clock = SiteClock(place.simulated)
        self.street = Street(place.root, place.site, place.lit_percent)
        self._clock_topic = clock_topic(place.root, place.site)

    def take(self, message: Message) -> list[Happening]:
        if message.topic == self._clock_topic:
            self.clock.feed(message.payload, message.retained)
            return []
        return self.street.feed(message.topic, message.payload, message.retained, int(self.clock.now()))

    def await_simulation(self, link: Link) -> None:
        """Take messages until a simulation has told its time.  Raises CommandError where none does."""
        until = time.monotonic() + WAIT_S
        while self.clock.simulated and not self.clock.fresh:
            left = until - time.monotonic()
            if left <= 0:
                raise no_simulation(self._clock_topic, str(self.place.broker))
            message = link.take(left)
            if message:
                self.take(message)

    def remark(self) -> str:
        """What a person should be told of the time there; empty where there is nothing, or it was said."""
        return self.clock.remark(self._clock_topic)

    def snapshot(self) -> dict[str, Any]:
        return {
            "site": self.place.site,
            "at": int(self.clock.now()),
            "simulated": self.clock.simulated,
            "summary": self.street.summary().as_json(),
            "poles": [row.as_json() for row in self.street.rows()],
        }

    def report(self, as_json: bool) -> None:
        if as_json:
            say_json(self.snapshot())
            return
        now = self.clock.now()
        for row in self.street.rows():
            click.echo(lines.row_line(row, now, self.place.zone))
        click.echo(lines.summary_line(self.street.summary()))


def _stream(link: Link, watcher: _Watcher, seconds: float | None, as_json: bool) -> None:
    """A line for each thing that happens, and the summary at the end."""
    until = None if seconds is None else time.monotonic() + seconds
    try:
        while until is None or time.monotonic() < until:
            left = 1.0 if until is None else until - time.monotonic()
            message = link.take(max(0.0, min(1.0, left)))
            warn(watcher.remark())
            for one in watcher.take(message) if message else ():
                row = watcher.street.row(one.pole)
                if as_json:
                    what = {"at": one.at, "kind": one.kind, "text": one.text, "bad": one.bad, **row.as_json()}
                    say_json_line(what)
                else:
                    click.echo(lines.line_of(one, row, watcher.place.zone))
    except KeyboardInterrupt:
        pass  # the way to end it
    if as_json:
        say_json_line({"summary": watcher.street.summary().as_json()})
    else:
        click.echo(lines.summary_line(watcher.street.summary()))


def _live(link: Link, watcher: _Watcher, seconds: float | None, note: str) -> None:
    """The picture, drawn four times a second until Ctrl-C."""
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from host_tools.watch import screen

    terminal = console()
    begin = time.monotonic()
    notes = [Text(line, no_wrap=True, overflow="ellipsis") for line in note.splitlines()]

    def picture() -> Any:
        street = screen.draw(
            watcher.street, title=watcher.place.title, now=watcher.clock.now(), factor=watcher.clock.factor,
            zone=watcher.place.zone, width=terminal.width, height=terminal.height - len(notes),
            elapsed_s=time.monotonic() - begin, connected=link.connected,
        )  # fmt: skip
        return Group(*notes, street)

    try:
        with Live(picture(), console=terminal, screen=True, auto_refresh=False) as live:
            while seconds is None or time.monotonic() - begin < seconds:
                frame = time.monotonic() + FRAME_S
                while (left := frame - time.monotonic()) > 0:
                    message = link.take(left)
                    if message:
                        watcher.take(message)
                live.update(picture(), refresh=True)
    except KeyboardInterrupt:
        pass  # the way to end it
    warn(watcher.remark())
    click.echo(lines.summary_line(watcher.street.summary()))
