"""Reads the record: by pole, group, type and time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from host_tools import durations, spreadsheet
from host_tools.city.alarms.alarm import Heard
from host_tools.city.record.believed_times import believed
from host_tools.city.record.open_faults import open_faults
from host_tools.city.record.open_for_reading import open_for_reading
from host_tools.errors import CommandError, RecordError
from host_tools.wire.event_types import SUPPLY_LOSS
from host_tools.wire.journal import LAST

COLUMNS = (
    "pole", "epoch", "sequence", "eventType", "startEndFlag", "timestamp", "replayed", "attributes", "receivedAt",
    "source",
)  # fmt: skip
FORMATS = ("csv", "jsonl", "json")

_SELECT = f"SELECT {', '.join('event.' + column for column in COLUMNS)} FROM event"


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
    """The record in an open database."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.about: dict[str, str] = dict(db.execute("SELECT name, value FROM about"))
        self.believed = believed(db)
        self.dark: Callable[[str], bool] = lambda pole: False  # whether a pole is expected to be without supply now

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.about.get("timezone", "UTC"))

    def events(self, wanted: Wanted) -> Iterator[dict[str, Any]]:
        """Events pole by pole, each pole's in the order it raised them (journals in the order they were begun)."""
        where, values = self._where(wanted)
        order = " ORDER BY event.pole, coalesce(epoch.number, 0), event.sequence"
        join = " LEFT JOIN epoch ON epoch.pole = event.pole AND epoch.epoch = event.epoch"
        return map(_row, self.db.execute(f"{_SELECT}{join} WHERE {where}{order}", values))

    def latest_events(self, wanted: Wanted, count: int) -> list[dict[str, Any]]:
        """The *count* newest events, oldest first; one without a plausible time is placed by its arrival."""
        where, values = self._where(wanted)
        return list(map(_row, self.believed.newest(self.db, ", ".join(COLUMNS), where, values, min(count, 2**62))))

    def summary(self) -> dict[str, Any]:
        """The record in numbers.  ``faults`` are open, ``missing`` records asked for, ``gone`` ones no pole has."""
        one = self.db.execute(
            "SELECT count(*), coalesce(sum(online), 0), count(failing), coalesce(sum(malformed), 0),"
            " coalesce(sum(conflicts), 0) FROM pole"
        ).fetchone()
        missing = self.db.execute(
            "SELECT coalesce(sum(high - low + 1), 0), count(*) FROM gap WHERE high < ?", (LAST,)
        ).fetchone()
        gone = self.db.execute("SELECT coalesce(sum(high - low + 1), 0) FROM gone").fetchone()
        events = self.db.execute("SELECT count(*) FROM event").fetchone()
        return {
            "site": self.about.get("site"), "poles": one[0], "online": one[1], "silent": one[2], "events": events[0],
            "missing": missing[0], "gaps": missing[1], "gone": gone[0], "malformed": one[3], "conflicts": one[4],
            "faults": len(self.open_faults),
        }  # fmt: skip

    def _where(self, wanted: Wanted) -> tuple[str, list[Any]]:
        """SQL for *wanted*, and its values."""
        parts, values = _poles(wanted, "event.pole")
        if wanted.types:
            parts.append(f"event.eventType IN ({', '.join('?' * len(wanted.types))})")
            values += wanted.types
        if wanted.since is not None or wanted.until is not None:
            parts.append(self.believed.within(wanted.since, wanted.until))
        return " AND ".join(parts) or "1", values

    @cached_property
    def open_faults(self) -> list[Heard]:
        """The faults of poles that are open; a loss of supply where one is expected is none."""
        return [one for one in open_faults(self.db) if one.type != SUPPLY_LOSS or not self.dark(one.pole)]

    def gaps(self, wanted: Wanted = EVERYTHING) -> list[dict[str, Any]]:
        """What is missing of the *wanted* poles, and whether the pole has said that it is gone."""
        parts, values = _poles(wanted, "pole")
        whose = "".join(f" AND {part}" for part in parts)
        rows = self.db.execute(
            f"SELECT pole, epoch, low, high, 'missing', tries FROM gap WHERE high < ?{whose}"
            f" UNION ALL SELECT pole, epoch, low, high, why, 0 FROM gone WHERE 1{whose} ORDER BY 1, 2, 3",
            (LAST, *values, *values),
        )
        names = ("pole", "epoch", "from", "to", "state", "tries")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def latest(self, wanted: Wanted) -> list[dict[str, Any]]:
        """The state of each pole: time of its last message, open faults, and its last birth, state and meter."""
        faults: dict[str, dict[str, int | None]] = {}
        chatter: dict[str, dict[str, Any]] = {}
        for one in self.open_faults:
            faults.setdefault(one.pole, {})[one.type] = one.begins
            if one.chatter:
                chatter.setdefault(one.pole, {})[one.type] = one.chatter.as_json()
        chosen, values = _poles(wanted, "name")
        rows = self.db.execute(
            "SELECT name, online, seen, failing, groups, birth, state, meter, malformed, conflicts FROM pole"
            + (f" WHERE {' AND '.join(chosen)}" if chosen else "")
            + " ORDER BY name",
            values,
        )
        return [
            {
                "pole": name, "online": None if online is None else bool(online), "lastSeen": seen,
                "failing": failing, "groups": json.loads(groups),
                **{kind: json.loads(text) if text else None for kind, text in
                   (("birth", birth), ("state", state), ("meter", meter))},
                "malformed": malformed, "conflicts": conflicts, "faults": faults.get(name, {}),
                "chatter": chatter.get(name, {}),
            }
            for name, online, seen, failing, groups, birth, state, meter, malformed, conflicts in rows
        ]  # fmt: skip


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """The record in the file *path*, for reading.  Raises RecordError."""
    with open_for_reading(path) as db:
        try:
            reader = Reader(db)
        except sqlite3.Error as error:
            raise RecordError(f"the record {path} cannot be read: {error}") from error
        if not reader.about:
            raise RecordError(f"the record {path} is only being made: try again in a moment")
        yield reader


def write(events: Iterator[dict[str, Any]], form: str, out: TextIO) -> int:
    """Write *events* to *out* as csv, jsonl or json; how many there were."""
    count = 0
    if form == "csv":
        return spreadsheet.write(out, COLUMNS, map(_cells, events), "\n")
    if form == "json":
        out.write("[")
    for count, event in enumerate(events, 1):
        if form == "json":
            out.write(",\n" if count > 1 else "\n")
        out.write(json.dumps(event))
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


def _row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = dict(zip(COLUMNS, values, strict=True))
    start = row["startEndFlag"]
    row["startEndFlag"] = None if start is None else bool(start)
    row["replayed"] = bool(row["replayed"])
    row["attributes"] = json.loads(row["attributes"])
    return row


def _poles(wanted: Wanted, column: str) -> tuple[list[str], list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    if wanted.poles:
        parts.append(f"{column} IN ({', '.join('?' * len(wanted.poles))})")
        values += wanted.poles
    if wanted.group:
        parts.append(f"{column} IN (SELECT pole.name FROM pole, json_each(pole.groups) AS one WHERE one.value = ?)")
        values.append(wanted.group)
    return parts, values
