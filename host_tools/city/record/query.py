"""Reads the record: by pole, group, type and time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Table, and_, func, literal, select, true
from sqlalchemy.engine import Connection

from host_tools import durations, spreadsheet
from host_tools.city.alarms.alarm import Heard
from host_tools.city.record.believed_times import believed
from host_tools.city.record.counts import gap_counts, pole_counts
from host_tools.city.record.open_faults import open_faults
from host_tools.city.record.open_for_reading import open_for_reading
from host_tools.city.store.tables import about, event, gap, gone, journal, pole
from host_tools.errors import CommandError, RecordError
from host_tools.wire.event_types import SUPPLY_LOSS
from host_tools.wire.journal import LAST, compact
from host_tools.wire.payload import parsed

COLUMNS = (
    "pole", "epoch", "sequence", "eventType", "startEndFlag", "timestamp", "replayed", "attributes", "receivedAt",
    "source",
)  # fmt: skip
FORMATS = ("csv", "jsonl", "json")

_CELLS = (
    pole.c.name, event.c.epoch, event.c.sequence, event.c.event_type, event.c.starts, event.c.timestamp,
    event.c.replayed, event.c.attributes, event.c.received_at, event.c.source,
)  # fmt: skip
_MOST = 2**62  # rows that are asked for at once


@dataclass(frozen=True)
class Wanted:
    """Which events: empty and None are "all".  ``since`` (inclusive) and ``until`` (exclusive) are Unix s."""

    poles: tuple[str, ...] = ()
    group: str = ""
    types: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None


EVERYTHING = Wanted()


class Reader:
    """The record behind an open connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.about: dict[str, str] = dict(connection.execute(select(about.c.name, about.c.value)).all())
        self.believed = believed(connection)
        self.dark: Callable[[str], bool] = lambda pole: False  # whether a pole is expected to be without supply now

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.about.get("timezone", "UTC"))

    def events(self, wanted: Wanted) -> Iterator[dict[str, Any]]:
        """Events pole by pole, each pole's in the order it raised them (journals in the order they were begun)."""
        begun = and_(journal.c.pole == event.c.pole, journal.c.epoch == event.c.epoch)
        chosen = (
            select(*_CELLS)
            .select_from(event.join(pole, pole.c.id == event.c.pole).outerjoin(journal, begun))
            .where(self._where(wanted))
            .order_by(pole.c.name, func.coalesce(journal.c.id, 0), event.c.sequence)
        )
        return map(_row, self.connection.execution_options(yield_per=1000).execute(chosen))

    def latest_events(self, wanted: Wanted, count: int) -> list[dict[str, Any]]:
        """The *count* newest events, oldest first; one without a plausible time is placed by its arrival."""
        return list(map(_row, self.believed.newest(self.connection, _CELLS, self._where(wanted), min(count, _MOST))))

    def groups(self) -> dict[str, list[str]]:
        """The groups of every pole, by its last birth."""
        rows = self.connection.execute(select(pole.c.name, pole.c.groups).order_by(pole.c.name))
        return {name: [str(group) for group in json.loads(text)] for name, text in rows}

    def event_types(self) -> set[str]:
        """The types of the events that there are."""
        return set(self.connection.execute(select(event.c.event_type).distinct()).scalars())

    def summary(self) -> dict[str, Any]:
        """The record in numbers.  ``faults`` are open, ``missing`` records asked for, ``gone`` ones no pole has."""
        lost = self.connection.execute(select(func.coalesce(func.sum(gone.c.high - gone.c.low + 1), 0))).scalar_one()
        events = self.connection.execute(select(func.count()).select_from(event)).scalar_one()
        return {
            "site": self.about.get("site"), **pole_counts(self.connection), "events": events,
            **gap_counts(self.connection), "gone": int(lost), "faults": len(self.open_faults),
        }  # fmt: skip

    def _where(self, wanted: Wanted) -> ColumnElement[bool]:
        parts = _poles(wanted)
        if wanted.types:
            parts.append(event.c.event_type.in_(wanted.types))
        if wanted.since is not None or wanted.until is not None:
            parts.append(self.believed.within(wanted.since, wanted.until))
        return and_(true(), *parts)

    @cached_property
    def open_faults(self) -> list[Heard]:
        """The faults of poles that are open; a loss of supply where one is expected is none."""
        return [one for one in open_faults(self.connection) if one.type != SUPPLY_LOSS or not self.dark(one.pole)]

    def gaps(self, wanted: Wanted = EVERYTHING) -> list[dict[str, Any]]:
        """What is missing of the *wanted* poles, and whether the pole has said that it is gone."""
        names = ("pole", "epoch", "from", "to", "state", "tries")
        whose = and_(true(), *_poles(wanted))

        def of(table: Table, state: ColumnElement[Any], tries: ColumnElement[Any]) -> Select[Any]:
            joined = table.join(journal, journal.c.id == table.c.journal).join(pole, pole.c.id == journal.c.pole)
            columns = pole.c.name, journal.c.epoch, table.c.low, table.c.high, state, tries
            return select(*columns).select_from(joined).where(whose)

        missing = of(gap, literal("missing"), gap.c.tries).where(gap.c.high < LAST)
        lost = of(gone, gone.c.why, literal(0))
        rows = [row for chosen in (missing, lost) for row in self.connection.execute(chosen)]
        return [dict(zip(names, row, strict=True)) for row in sorted(rows, key=lambda row: tuple(row[:3]))]

    def latest(self, wanted: Wanted) -> list[dict[str, Any]]:
        """The state of each pole: time of its last message, open faults, and its last birth, state and meter."""
        faults: dict[str, dict[str, int | None]] = {}
        chatter: dict[str, dict[str, Any]] = {}
        for one in self.open_faults:
            faults.setdefault(one.pole, {})[one.type] = one.begins
            if one.chatter:
                chatter.setdefault(one.pole, {})[one.type] = one.chatter.as_json()
        columns = (
            pole.c.name, pole.c.online, pole.c.seen, pole.c.failing, pole.c.groups, pole.c.birth, pole.c.state,
            pole.c.meter, pole.c.malformed, pole.c.conflicts,
        )  # fmt: skip
        rows = self.connection.execute(select(*columns).where(and_(true(), *_poles(wanted))).order_by(pole.c.name))
        return [
            {
                "pole": name, "online": online, "lastSeen": seen, "failing": failing, "groups": json.loads(groups),
                **{kind: _said(text) for kind, text in
                   (("birth", birth), ("state", state), ("meter", meter))},
                "malformed": malformed, "conflicts": conflicts, "faults": faults.get(name, {}),
                "chatter": chatter.get(name, {}),
            }
            for name, online, seen, failing, groups, birth, state, meter, malformed, conflicts in rows
        ]  # fmt: skip


@contextmanager
def reading(where: Path | str) -> Iterator[Reader]:
    """The record at *where* (a file or a URL), for reading.  Raises RecordError."""
    with open_for_reading(where) as connection:
        reader = Reader(connection)
        if not reader.about:
            raise RecordError(f"the record {where} is only being made: try again in a moment")
        yield reader


def write(events: Iterator[dict[str, Any]], form: str, out: TextIO) -> int:
    """Write *events* to *out* as csv, jsonl or json; how many there were."""
    count = 0
    if form == "csv":
        return spreadsheet.write(out, COLUMNS, map(_cells, events), "\n")
    if form == "json":
        out.write("[")
    for count, row in enumerate(events, 1):
        if form == "json":
            out.write(",\n" if count > 1 else "\n")
        out.write(json.dumps(row))
        if form == "jsonl":
            out.write("\n")
    if form == "json":
        out.write("\n]\n")
    return count


def _cells(event: dict[str, Any]) -> list[str]:
    say = {"attributes": spreadsheet.json_cell, "startEndFlag": _flag, "replayed": _flag}
    return [say.get(column, spreadsheet.cell)(event[column]) for column in COLUMNS]


def _flag(value: bool | None) -> str:
    return "" if value is None else str(value)


def moment(text: str, now: float, zone: ZoneInfo) -> int:
    """Unix seconds of *text*: a date or time of the site, or a span such as 2d, which means that long ago.

    Raises CommandError.
    """
    wrong = CommandError(
        f"the time is {text!r} and must be such as 2026-11-08, 2026-11-08T22:30, or 2d for two days ago"
    )
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        try:
            return max(0, int(now) - durations.span(text))
        except CommandError:
            raise wrong from None
    try:
        return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp())
    except (ValueError, OverflowError, OSError):  # a year outside of every time zone's data
        raise wrong from None


def _row(values: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip(COLUMNS, values, strict=True))
    row["attributes"] = json.loads(row["attributes"])
    return row


def _said(text: str | None) -> dict[str, Any] | None:
    """The message *text*, as it came from a pole; None where a value in it is no number of JSON."""
    values = parsed(text.encode()) if text else None
    return None if values is None or compact(values) is None else values


def _poles(wanted: Wanted) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = []
    if wanted.poles:
        parts.append(pole.c.name.in_(wanted.poles))
    if wanted.group:
        parts.append(pole.c.groups.contains(json.dumps(wanted.group), autoescape=True))
    return parts
