"""The SQLite file that is the record: one row an event id, and what is known of each pole besides.

A batch of messages is one transaction, and only when it is on the disk may the broker be told (PUBACK); so whatever
moment the recorder is killed at, the broker still has what the file has not. What the file already has is dropped.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from host_tools.errors import RecordError
from host_tools.link import Message
from host_tools.record import failures, gaps, wire
from host_tools.watch.payload import number, parsed
from pole import contract, contract_acks

VERSION = "1"
POLE_SOURCE = "pole"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    arrival INTEGER PRIMARY KEY,
    pole TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    eventType TEXT NOT NULL, startEndFlag INTEGER, timestamp INTEGER, replayed INTEGER NOT NULL,
    attributes TEXT NOT NULL, receivedAt INTEGER NOT NULL, source TEXT NOT NULL,
    UNIQUE (pole, epoch, sequence)
);
CREATE INDEX IF NOT EXISTS event_time ON event (coalesce(timestamp, receivedAt));
CREATE TABLE IF NOT EXISTS pole (
    name TEXT PRIMARY KEY, online INTEGER, seen INTEGER, failing TEXT, groups TEXT NOT NULL DEFAULT '[]',
    birth TEXT, birthAt INTEGER, state TEXT, stateAt INTEGER, meter TEXT, meterAt INTEGER,
    malformed INTEGER NOT NULL DEFAULT 0, conflicts INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""

_INSERT = (
    "INSERT OR IGNORE INTO event (pole, epoch, sequence, eventType, startEndFlag, timestamp, replayed, attributes,"
    " receivedAt, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LATEST = {contract.BIRTH: "birth", contract.STATE: "state", contract.METER: "meter"}


@dataclass(frozen=True)
class Ack:
    """What a pole answered to a command."""

    pole: str
    sender: str
    n: int
    applied: bool
    reason: str


@dataclass
class Taken:
    """What a batch held: new events, ids we had already, payloads that make no sense, acks of commands."""

    events: int = 0
    doubles: int = 0
    malformed: int = 0
    acks: list[Ack] = field(default_factory=list)


class Record:
    """The record in the file *path*, made where there is none; for one writer at a time.  Raises RecordError.

    *about* is remembered for readers (time zone, title); a file of another *root* or *site* is refused.
    """

    def __init__(self, path: Path, root: str, site: str, about: dict[str, str] | None = None) -> None:
        self._root, self._site = root, site
        self.path = path
        with ExitStack() as opened:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                opened.enter_context(closing(_lock(path)))
                self.db = opened.enter_context(closing(sqlite3.connect(path, timeout=30, isolation_level=None)))
                self.db.execute("PRAGMA journal_mode = WAL")
                # NORMAL would forget the last commits when the machine loses power, after the broker was told
                self.db.execute("PRAGMA synchronous = FULL")
                self.db.executescript(_SCHEMA + gaps.SCHEMA)
                self._introduce({"version": VERSION, "root": root, "site": site}, about or {})
            except (OSError, sqlite3.Error) as error:
                raise RecordError(f"the record {path} cannot be opened: {error}") from error
            self._opened = opened.pop_all()

    def close(self) -> None:
        self._opened.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing.  Raises RecordError where the disk does not take it."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise RecordError(f"the record {self.path} cannot be written: {error}") from error

    def remembered(self, name: str, default: str) -> str:
        """The value kept under *name*, which is *default* from the first time on."""
        with self.transaction() as db:
            db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, default))
            value: str = db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()[0]
        return value

    def take(self, messages: Iterable[Message], now: int, wall: float) -> Taken:
        """Take *messages* in one transaction.  *now*: Unix s at the site; *wall*: real Unix s, for what to ask when."""
        taken = Taken()
        with self.transaction() as db:
            for message in messages:
                found = wire.kind_of(self._root, self._site, message.topic)
                if found:
                    self._take(db, found[0], found[1], message, taken, now, wall)
        return taken

    def _take(
        self, db: sqlite3.Connection, pole: str, kind: str, message: Message, taken: Taken, now: int, wall: float
    ) -> None:
        if not message.payload and kind != contract.EVENT:
            return  # a retained message taken back
        db.execute("INSERT OR IGNORE INTO pole (name) VALUES (?)", (pole,))
        if kind == contract.EVENT:
            sound = _event(db, pole, wire.event(message.payload), taken, now, wall)
        else:
            values = parsed(message.payload)
            sound = values is not None and _said(db, pole, kind, values, message.retained, taken, now, wall)
        if not sound:
            taken.malformed += 1
            db.execute("UPDATE pole SET malformed = malformed + 1 WHERE name = ?", (pole,))

    def _introduce(self, must: dict[str, str], about: dict[str, str]) -> None:
        with self.transaction() as db:
            for name, value in must.items():
                db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, value))
                kept = db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()[0]
                if kept != value:
                    raise RecordError(f"the record {self.path} has {name} {kept!r} and must have {value!r}")
            db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())


def _event(
    db: sqlite3.Connection, pole: str, event: wire.Event | None, taken: Taken, now: int, wall: float
) -> bool:  # fmt: skip
    if event is None:
        return False
    row = (
        pole, event.epoch, event.sequence, event.type, event.start, event.timestamp, event.replayed, event.attributes,
        now, POLE_SOURCE,
    )  # fmt: skip
    if db.execute(_INSERT, row).rowcount == 0:
        taken.doubles += 1
        _compare(db, pole, event)
        return True
    taken.events += 1
    gaps.arrived(db, pole, event.epoch, event.sequence, wall)
    dropped = event.dropped()
    if dropped:
        gaps.gone(db, pole, *dropped, "dropped", wall)
    return True


def _compare(db: sqlite3.Connection, pole: str, event: wire.Event) -> None:
    """An id that comes twice must say the same; where it does not, the first is kept and the conflict counted."""
    kept = db.execute(
        "SELECT eventType, startEndFlag, timestamp, attributes FROM event WHERE pole = ? AND epoch = ?"
        " AND sequence = ?",
        (pole, event.epoch, event.sequence),
    ).fetchone()
    if kept != (event.type, event.start, event.timestamp, event.attributes):
        db.execute("UPDATE pole SET conflicts = conflicts + 1 WHERE name = ?", (pole,))


def _said(
    db: sqlite3.Connection, pole: str, kind: str, values: dict[str, Any], retained: bool, taken: Taken, now: int,
    wall: float,
) -> bool:  # fmt: skip
    if kind == contract.PRESENCE:
        online = values.get("online")
        if not isinstance(online, bool):
            return False
        failures.presence(db, pole, online, retained, now)
        (gaps.came_back(db, pole, wall) if online else gaps.went_away(db, pole))
        return True
    if not retained:
        failures.alive(db, pole, now)
    if kind in _LATEST:
        text = wire.compact(values)
        if text is None:
            return False
        column, at = _LATEST[kind], number(values.get("at"), 0, now) or now  # the broker may have kept it for days
        db.execute(f"UPDATE pole SET {column} = ?, {column}At = ? WHERE name = ?", (text, at, pole))
    if kind == contract.BIRTH:
        _born(db, pole, values, retained, wall)
    elif kind == contract.ACK:
        sender, n = values.get("sender"), values.get("n")
        if isinstance(sender, str) and isinstance(n, int):
            applied = values.get("outcome") == contract_acks.APPLIED
            taken.acks.append(Ack(pole, sender, n, applied, str(values.get("reason", ""))))
    return True


def _born(db: sqlite3.Connection, pole: str, values: dict[str, Any], retained: bool, wall: float) -> None:
    groups = values.get("groups")
    names = [group for group in groups if isinstance(group, str)] if isinstance(groups, list) else []
    db.execute("UPDATE pole SET groups = ? WHERE name = ?", (json.dumps(names[:32]), pole))
    journal = wire.journal(values)
    if journal:
        gaps.told(db, pole, journal.epoch, journal.first, journal.last, not retained, wall)


def _lock(path: Path) -> sqlite3.Connection:
    """Held as long as the process lives, and not a moment longer: SQLite's own lock on an empty file beside ours."""
    lock = sqlite3.connect(f"{path}.lock", timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if "locked" in str(error):
            raise RecordError(f"the record {path} is being written by another `diya record run`") from error
        raise
    return lock
