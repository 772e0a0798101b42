"""`diya alarms`: what is wrong with the street now, the worst first, each cause once."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import click

from host_tools.city.alarms import Alarm, alarms
from host_tools.city.alarms import text_lines as words
from host_tools.city.alarms.listing import StoredAlarm
from host_tools.city.alarms.severity import NAMES
from host_tools.city.correlation import street_faults, switched
from host_tools.city.correlation.text import moment, span
from host_tools.city.record import history, query
from host_tools.city.record.open_faults import closed_faults
from host_tools.city.record.query import Reader
from host_tools.closest import closest
from host_tools.errors import CommandError
from host_tools.output import json_option, say_json
from host_tools.site.model import Pole
from host_tools.verbs.alarm_actions import COMMANDS
from host_tools.verbs.option_types import WORD
from host_tools.verbs.record_file import dark_of, db_option, known_site, record_place, say_seeming, seem_switched
from host_tools.verbs.stored_alarms import keeps_alarms, say, stored
from host_tools.wire.event_types import SUPPLY_LOSS

STALE_S = 1200  # without any message: a pole refreshes its state every 15 minutes, so there should be some
CLOSED = 20
DAY_S = 86400


@dataclass(frozen=True)
class Wanted:
    """Which alarms: of these poles, of this group, of these kinds; empty is "all"."""

    poles: tuple[str, ...]
    group: frozenset[str] | None
    kinds: tuple[str, ...]

    def holds(self, alarm: Alarm) -> bool:
        if self.kinds and alarm.kind not in self.kinds:
            return False
        if self.poles and not set(self.poles) & set(alarm.poles):
            return False
        return self.group is None or bool(self.group & set(alarm.poles))


@click.group(
    name="alarms", invoke_without_command=True,
    help="List the open alarms of the record: since when, evidence, cause, what to carry; or change them.",
)  # fmt: skip
@db_option
@click.option(
    "--site", metavar="SITE", type=WORD,
    help="Name of the site, or a folder with its files (default: the record's own).",
)  # fmt: skip
@click.option("--pole", "poles", metavar="POLE", multiple=True, help="Only of this pole; may be repeated.")
@click.option("--group", metavar="GROUP", help="Only of poles of this group.")
@click.option("--type", "kinds", metavar="TYPE", multiple=True, help="Only of this kind; may be repeated.")
@click.option("--all", "everything", is_flag=True, help=f"Also the last {CLOSED} that are closed (--last changes it).")
@click.option("--last", metavar="N", type=int, help="With --all: how many closed ones.")
@json_option
@click.pass_context
def alarms_command(
    context: click.Context, db: Path | str | None, site: str | None, poles: tuple[str, ...], group: str | None,
    kinds: tuple[str, ...], everything: bool, last: int | None, as_json: bool,
) -> None:  # fmt: skip
    if context.invoked_subcommand is not None:
        return
    if last is not None and not everything:
        raise CommandError("--last is for the closed alarms and must be given with --all")
    if last is not None and not 1 <= last <= 100_000:
        raise CommandError(f"--last is {last} and must be 1 to 100000")
    path = record_place(db)
    with query.reading(path) as reader:
        files = known_site(site, reader)
        known = files.poles if files else ()
        wanted = Wanted(poles, _group(group, known, reader), kinds)
        _check(poles, kinds, known, reader)
        now = history.as_of(reader.connection)
        reader.dark = dark_of(reader, files)
        contactors = switched(files) if files else None
        faults = street_faults(known, history.history(reader.connection, now - DAY_S), switched=contactors)
        stale, seeming = _stale(path, now), seem_switched(reader, files, faults)
        if keeps_alarms(reader.connection):
            kept = _stored(reader, wanted, last or CLOSED if everything else 0, now)
            _say_stored(kept, now, reader, stale, [feeder for feeder, _days in seeming], as_json)
            if not as_json:
                say_seeming(seeming)
            return
        told = list(reader.open_faults)
        if everything:
            told += closed_faults(reader.connection, last or CLOSED)
        every = [one for one in alarms(told, faults, reader.dark) if wanted.holds(one)]
        opened = [one for one in every if one.ended is None]
        closed = sorted((one for one in every if one.ended), key=lambda one: -(one.ended or 0))[: last or CLOSED]
        shown = opened + (closed if everything else [])
        if as_json:
            count = {name: sum(one.severity == level for one in opened) for level, name in NAMES.items()}
            say_json({
                "asOf": now, "upToDate": not stale, "open": len(opened), "bySeverity": count,
                "alarms": [one.as_json() for one in shown], "seemSwitched": [feeder for feeder, _days in seeming],
            })  # fmt: skip
            return
        _print(shown, now, reader, stale)
        say_seeming(seeming)


def _stored(reader: Reader, wanted: Wanted, closed: int, now: int) -> list[StoredAlarm]:
    poles = set(wanted.poles) if wanted.group is None else set(wanted.group)
    if wanted.poles and wanted.group is not None:
        poles = set(wanted.poles) & wanted.group
    if wanted.group is not None and not poles:
        return []
    found = stored(reader, poles, wanted.kinds, closed, now)
    # by the files that are named here, which the receiver may not have had
    return [
        one for one in found if one.alarm.kind != SUPPLY_LOSS or one.row["ended"] or not reader.dark(one.alarm.name)
    ]


def _say_stored(
    shown: list[StoredAlarm], now: int, reader: Reader, stale: str, seeming: list[str], as_json: bool
) -> None:  # fmt: skip
    if as_json:
        opened = [one for one in shown if one.state != "closed"]
        count = {name: sum(one.row["severity"] == level for one in opened) for level, name in NAMES.items()}
        say_json({
            "asOf": now, "upToDate": not stale, "open": len(opened), "bySeverity": count,
            "alarms": [one.as_json() for one in shown], "seemSwitched": seeming,
        })  # fmt: skip
        return
    say(shown, now, reader)
    if stale:
        click.echo(f"The record's last word is of {moment(now, reader.zone)}{stale}.")


def _print(shown: list[Alarm], now: int, reader: Reader, stale: str) -> None:
    if not now:
        click.echo(f"the record holds nothing yet{stale}.")
        return
    click.echo(words.head(shown, now, reader.zone))
    for one in shown:
        for line in ["", *words.lines(one, now, reader.zone)]:
            click.echo(line)
    if stale:
        click.echo(f"The record's last word is of {moment(now, reader.zone)}{stale}.")


def _stale(path: Path | str, now: int) -> str:
    """A sentence on a record that is not up to date; empty where it is."""
    age = int(time.time()) - now
    if abs(age) <= STALE_S:
        return ""
    old = f", {span(age)} ago" if now and age > 0 else ""
    if _is_recorded(path):
        return f"{old}, though a recorder runs: it counts by a simulation's time, or hears nothing from its broker"
    return f"{old}, and no recorder runs: what has happened since is not known; start `diya record run`"


def _is_recorded(path: Path | str) -> bool:
    """Whether a recorder holds the lock beside the record."""
    if isinstance(path, str):
        return False
    lock = Path(f"{path.resolve()}.lock")
    try:
        db = sqlite3.connect(f"{lock.as_uri()}?mode=ro", uri=True, timeout=0)
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            db.close()
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    return False


def _group(group: str | None, known: tuple[Pole, ...], reader: Reader) -> frozenset[str] | None:
    if group is None:
        return None
    of: dict[str, set[str]] = {}
    for pole in known:
        for name in pole.groups:
            of.setdefault(name, set()).add(pole.name)
    for pole_name, names in reader.groups().items():
        for name in names:
            of.setdefault(name, set()).add(pole_name)
    if group not in of:
        raise CommandError(f"--group is {group!r} and must be a group of a pole{closest(group, of)}")
    return frozenset(of[group])


def _check(poles: tuple[str, ...], kinds: tuple[str, ...], known: tuple[Pole, ...], reader: Reader) -> None:
    """Raises CommandError where a pole or a kind is named that is nowhere."""
    if poles:
        there = {pole.name for pole in known} | set(reader.groups())
        for pole in poles:
            if pole not in there:
                raise CommandError(
                    f"--pole is {pole!r} and must be a pole of the site or the record{closest(pole, there)}"
                )
    if kinds:
        possible = words.kinds() | reader.event_types()
        for kind in kinds:
            if kind not in possible:
                raise CommandError(f"--type is {kind!r} and must be a kind of alarm{closest(kind, possible)}")


for command in COMMANDS:
    alarms_command.add_command(command)
