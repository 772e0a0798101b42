"""`diya watch`: shows the street live on a terminal; prints lines or JSON where there is none."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import click

from host_tools.broker.connection import Link, Message, within
from host_tools.broker.retained import Reading, read
from host_tools.city.commands.place import Connection, Place
from host_tools.city.live import text_lines
from host_tools.city.live.faults import CONDITIONS
from host_tools.city.live.row import Happening, Wanted
from host_tools.city.live.street_state import Street
from host_tools.closest import closest
from host_tools.errors import CommandError
from host_tools.output import console, json_option, on_terminal, reading_bar, say_json, say_json_line, warn
from host_tools.verbs.option_types import WORD
from host_tools.verbs.options import connection_options, site_option
from host_tools.wire.event_types import SAFE_MODE, SUPPLY_LOSS
from host_tools.wire.simulated_clock import WAIT_S, SiteClock, no_simulation
from host_tools.wire.simulated_clock import topic as clock_topic
from pole.wire import contract

FRAME_S, CITY_FRAME_S = 0.25, 1.0  # between two pictures: of a street, and of one with more poles than ...
CITY = 2000
FEW = 40  # poles that are taken in without a table by ward
STAYS = (contract.PRESENCE, contract.BIRTH, contract.STATE)  # the kinds that a broker retains
FAULTS = sorted({*CONDITIONS, SAFE_MODE, SUPPLY_LOSS})


@click.command(help="Watch a street live, over any MQTT broker.")
@site_option
@connection_options
@click.option("--group", metavar="GROUP", type=WORD, help="Only poles of this group.")
@click.option("--ward", metavar="WARD", type=WORD, help="Only poles of this ward (of the site's poles.csv).")
@click.option("--fault", "types", metavar="TYPE", multiple=True, help="Only poles with this fault; may be repeated.")
@click.option("--faults", "faulty", is_flag=True, help="Only poles with an open fault.")
@click.option("--once", is_flag=True, help="Print what the broker knows now, and end.")
@click.option("--seconds", metavar="N", type=float, help="End after N seconds.")
@click.option("--note", metavar="TEXT", default="", help="Lines to show above the street.")
@json_option
def watch(
    connection: Connection, site: str, group: str | None, ward: str | None, types: tuple[str, ...], faulty: bool,
    once: bool, seconds: float | None, note: str, as_json: bool,
) -> None:  # fmt: skip
    if seconds is not None and not seconds > 0:
        raise CommandError(f"--seconds is {seconds:g} and must be above 0")
    for name in types:
        if name not in FAULTS:
            raise CommandError(f"--fault is {name!r} and must be an eventType{closest(name, FAULTS)}")
    watcher = _Watcher(connection.place(site), Wanted(group or "", ward or "", frozenset(types), faulty))
    place = watcher.place
    live = [f"{place.root}/{place.site}/+/{kind}" for kind in contract.DELIVERY if kind not in (*STAYS, contract.TIME)]
    with Link(place.broker, [*live, clock_topic(place.root, place.site)], within(seconds)) as link:
        watcher.begin(link)
        if once:
            with reading_bar() as bar:
                read(link, watcher.reading, watcher.take, bar)
            watcher.check(once)
            watcher.await_simulation(link)
            watcher.remark()
            watcher.report(as_json)
        elif as_json or not on_terminal():
            _stream(link, watcher, seconds, as_json)
        else:
            _live(link, watcher, seconds, note)


class _Watcher:
    """The model, fed from the link."""

    reading: Reading

    def __init__(self, place: Place, wanted: Wanted) -> None:
        self.place = place
        self.clock = SiteClock(place.simulated)
        own = place.lit_percent, place.poles, wanted, place.switched, place.zone
        self.street = Street(place.root, place.site, *own)
        self._wanted = wanted
        self._clock_topic = clock_topic(place.root, place.site)
        self._checked = False

    def begin(self, link: Link) -> None:
        """Ask the broker for what it retains."""
        names = [pole.name for pole in self.place.poles]
        self.reading = Reading(link, f"{self.place.root}/{self.place.site}", STAYS, names)

    def take(self, message: Message) -> list[Happening]:
        if message.topic == self._clock_topic:
            self.clock.feed(message.payload, message.retained)
            return []
        return self.street.feed(message.topic, message.payload, message.retained, int(self.now()))

    def check(self, once: bool = False) -> None:
        """When all is read.  Raises CommandError where there is no such group or ward, or (*once*) no such site."""
        if self._checked:
            return
        self._checked = True
        for option, name, known in (
            ("--group", self._wanted.group, self.street.groups()), ("--ward", self._wanted.ward, self.street.wards())
        ):  # fmt: skip
            if name and name not in known:
                there = f"the {option[2:]} of a pole{closest(name, known)}" if known else "left out: no pole has one"
                raise CommandError(f"{option} is {name!r} and must be {there}")
        if not self.street.names():
            nowhere = (
                f"no pole of a site called {self.place.site} has reported to the broker at {self.place.broker}, and"
                " there are no files of it: --site must be its name there, or a folder which holds a site.toml"
            )
            if once:  # in the live view its poles may come later
                raise CommandError(nowhere)
            warn(nowhere)
        if self.reading.unsure:
            warn(
                f"the broker left out {self.reading.dropped} retained messages at first (its max_queued_messages is"
                " too small), so it may have poles that are not shown; with --site FOLDER the poles of its poles.csv"
                " are all asked for"
            )

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

    def now(self) -> float:
        """Unix seconds at the site; ages stay as they are when this computer's clock is set."""
        step = round(self.clock.stepped())
        if step:
            self.street.shift(step)
        now = self.clock.now()
        self.street.at(int(now))
        return now

    def remark(self) -> None:
        """Print a remark on the time at the site, once."""
        warn(self.clock.remark(self._clock_topic))

    def snapshot(self) -> dict[str, Any]:
        now = int(self.now())
        return {
            "site": self.place.site,
            "at": now,
            "simulated": self.clock.simulated,
            "complete": not self.reading.unsure,
            "summary": self.street.summary().as_json(),
            "wards": {name: total.as_json() for name, total in self.street.shown.wards()},
            "poles": [row.as_json(self.street.shown.by_day) for row in self.street.rows()],
            "neverHeard": self.street.shown.never(),
        }

    def report(self, as_json: bool) -> None:
        if as_json:
            say_json(self.snapshot())
            return
        now = self.now()
        for row in self.street.rows():
            click.echo(text_lines.row_line(row, now, self.place.zone, self.street.shown.by_day))
        self.sum_up()

    def sum_up(self) -> None:
        """The last lines: never heard, by ward, and the street in numbers."""
        shown = self.street.shown
        self.now()  # tells the street whether it is day
        never = text_lines.never_line(shown.never())
        wards = text_lines.ward_lines(shown.wards()) if len(shown.names) > FEW else []
        for line in [never, *wards] if never else wards:
            click.echo(line)
        click.echo(text_lines.summary_line(self.street.summary()))


def _stream(link: Link, watcher: _Watcher, seconds: float | None, as_json: bool) -> None:
    """A line for each thing that happens, and the summary at the end."""

    def tell(message: Message) -> None:
        for one in watcher.take(message):
            row = watcher.street.row(one.pole)
            if as_json:
                known = row.as_json(watcher.street.shown.by_day)
                say_json_line({"at": one.at, "kind": one.kind, "text": one.text, "bad": one.bad, **known})
            else:
                click.echo(text_lines.line_of(one, row, watcher.place.zone))

    until = None if seconds is None else time.monotonic() + seconds
    try:
        with reading_bar() as bar:
            read(link, watcher.reading, tell, bar)
        watcher.check()
        while until is None or time.monotonic() < until:
            left = 1.0 if until is None else until - time.monotonic()
            message = link.take(max(0.0, min(1.0 if watcher.reading.turn() else 0.02, left)))
            watcher.remark()
            if message:
                watcher.reading.note(message)
                tell(message)
    except KeyboardInterrupt:
        pass  # the way to end it
    if as_json:
        say_json_line({"summary": watcher.street.summary().as_json()})
    else:
        watcher.sum_up()


def _live(link: Link, watcher: _Watcher, seconds: float | None, note: str) -> None:
    """The picture, drawn four times a second (of a city once) until Ctrl-C."""
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from host_tools.city.live import screen

    terminal, begin = console(), time.monotonic()
    notes = [Text(line, no_wrap=True, overflow="ellipsis") for line in note.splitlines()]

    def picture() -> Any:
        here, of = watcher.reading.share
        missed = f"{link.missed} messages missed" if link.missed else ""
        street = screen.draw(
            watcher.street, title=watcher.place.title, now=watcher.now(), factor=watcher.clock.factor,
            zone=watcher.place.zone, width=terminal.width, height=terminal.height - len(notes),
            elapsed_s=time.monotonic() - begin, connected=link.connected,
            note=missed if watcher.reading.done else f"reading {100 * here // max(of, 1)} %",
        )  # fmt: skip
        return Group(*notes, street)

    # Ctrl-C is the way to end it
    with suppress(KeyboardInterrupt), Live(picture(), console=terminal, screen=True, auto_refresh=False) as live:
        while seconds is None or time.monotonic() - begin < seconds:
            frame = time.monotonic() + (CITY_FRAME_S if len(watcher.street.shown.names) > CITY else FRAME_S)
            while (left := frame - time.monotonic()) > 0:
                if watcher.reading.turn():
                    watcher.check()
                link.pause(min(left, 0.02))
                for message in link.drain():
                    watcher.reading.note(message)
                    watcher.take(message)
                    if time.monotonic() > frame:
                        break
            live.update(picture(), refresh=True)
    watcher.remark()
    watcher.sum_up()
