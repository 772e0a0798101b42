"""The SQLite file that is the record: one row an event id, and the last state of each pole.

A batch of messages is one transaction, and it is acknowledged (PUBACK) only when it is on the disk; so if the recorder
is killed at any moment, the broker still has what the file has not. Events that the file already has are dropped.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from host_tools.broker.connection import Message
from host_tools.city.record import failure_rows, gaps
from host_tools.city.record.open_for_writing import cause, open_record
from host_tools.city.record.taken import Taken
from host_tools.errors import RecordError
from host_tools.keys.key import Key
from host_tools.keys.key_file import for_pole
from host_tools.naming import NAME
from host_tools.wire.envelope import flash_nonce
from host_tools.wire.from_pole import Ack, Birth, Event, Meter, Presence, Said, State, Unreadable, read
from host_tools.wire.journal import compact
from host_tools.wire.topics import Topic, cut
from pole.wire import contract

POLE_SOURCE = "pole"
HEARD_AT = "heardAt"  # name in `about`: time of the last message (Unix s)
FRESH_S = 600  # a meter older than this waited at the broker, and is no sign that its pole sends now

_INSERT = (
    "INSERT OR IGNORE INTO event (pole, epoch, sequence, eventType, startEndFlag, timestamp, replayed, attributes,"
    " receivedAt, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LATEST = {Birth: "birth", State: "state", Meter: "meter"}


class Unwritable(RecordError):
    """The disk is full, the file is locked or the like: it may be written again later."""


class Unkeepable(RecordError):
    """A message says what the file cannot hold beside what it has."""


_KINDS: dict[type[sqlite3.Error], type[RecordError]] = {
    sqlite3.OperationalError: Unwritable, sqlite3.IntegrityError: Unkeepable,
}  # fmt: skip


class Record:
    """The record in the file *path*, made where there is none; for one writer at a time.  Raises RecordError.

    *about* is stored for readers (time zone, title); a file of another *root* or *site* is refused.
    *dark(pole, at)*: whether a pole is expected to be without supply at a time (Unix s).
    """

    def __init__(
        self, path: Path, root: str, site: str, about: dict[str, str] | None = None,
        dark: Callable[[str, int], bool] = lambda pole, at: False,
    ) -> None:  # fmt: skip
        self._root, self._site = root, site
        self.dark = dark
        self.path = path
        self.db, self._opened = open_record(path, {"root": root, "site": site}, about or {})

    def close(self) -> None:
        self._opened.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction.  Raises RecordError, which is an Unwritable where the disk refuses it now."""
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
            kind = _KINDS.get(type(error), RecordError)
            raise kind(f"the record {self.path} cannot be written: {cause(self.path.resolve(), error)}") from error

    def remembered(self, name: str, default: str) -> str:
        """The value kept under *name*, which is *default* from the first time on."""
        with self.transaction() as db:
            db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, default))
            value: str = db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()[0]
        return value

    def try_to_write(self) -> bool:
        """True; raises Unwritable where it cannot be written."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO about SELECT name, value FROM about WHERE name = ?", ("version",))
        return True

    def remember(self, name: str, value: str) -> None:
        """Keep *value* under *name*."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def date_again(self, begin: int, step: int) -> None:
        """Correct stored times: the computer's clock, *begin* (Unix s) at the start, was corrected by *step* s."""
        with self.transaction() as db:
            db.execute("UPDATE event SET receivedAt = receivedAt + ? WHERE receivedAt BETWEEN ? AND ?",
                       (step, begin, begin + step - 1))  # fmt: skip

    def take(self, messages: Iterable[Message], now: int, wall: float) -> Taken:
        """Take *messages* in one transaction.  *now*: Unix s at the site; *wall*: real Unix s, for what to ask when.

        Where one of them is Unkeepable each is taken alone, and that one counts as malformed: the others are not lost.
        """
        listed = list(messages)
        try:
            return self._take_together(listed, now, wall)
        except Unkeepable:
            taken = Taken()
            for message in listed:
                try:
                    taken.add(self._take_together([message], now, wall))
                except Unkeepable:
                    taken.malformed += 1
            return taken

    def _take_together(self, messages: list[Message], now: int, wall: float) -> Taken:
        taken = Taken()
        with self.transaction() as db:
            for message in messages:
                topic = cut(message.topic)
                if topic and topic.below(self._root, self._site) and topic.from_pole and NAME.fullmatch(topic.pole):
                    self._take(db, topic, message, taken, now, wall)
            db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (HEARD_AT, str(now)))
        return taken

    def _take(
        self, db: sqlite3.Connection, topic: Topic, message: Message, taken: Taken, now: int, wall: float
    ) -> None:
        pole, said = topic.pole, read(topic, message.payload)
        if isinstance(said, Unreadable) and said.empty and said.kind != contract.EVENT:
            return  # a retained message taken back
        db.execute("INSERT OR IGNORE INTO pole (name) VALUES (?)", (pole,))
        if isinstance(said, Unreadable):
            sound = False
        elif isinstance(said, Event):
            sound = _event(db, said, taken, now, wall)
        elif isinstance(said, Presence):
            self._present(db, pole, said.online, message.retained, taken, now, wall)
            sound = True
        else:
            sound = _said(db, said, message.retained, taken, now, wall)
        if not sound:
            taken.malformed += 1
            db.execute("UPDATE pole SET malformed = malformed + 1 WHERE name = ?", (pole,))

    def _present(
        self, db: sqlite3.Connection, pole: str, online: bool, retained: bool, taken: Taken, now: int, wall: float
    ) -> None:
        failure_rows.presence(db, pole, online, retained, now, lambda pole: self.dark(pole, now))
        if online and not retained:
            taken.spoke.add(pole)
        there = db.execute("SELECT online FROM pole WHERE name = ?", (pole,)).fetchone()[0]
        (gaps.came_back(db, pole, wall) if there else gaps.went_away(db, pole))


def _event(db: sqlite3.Connection, event: Event, taken: Taken, now: int, wall: float) -> bool:
    pole, sequence = event.pole, event.sequence
    if sequence is None:
        return False
    row = (
        pole, event.epoch, sequence, event.type, event.start, event.timestamp, event.replayed, event.attributes_text,
        now, POLE_SOURCE,
    )  # fmt: skip
    if db.execute(_INSERT, row).rowcount == 0:
        taken.doubles += 1
        _compare(db, event)
        return True
    taken.events += 1
    gaps.arrived(db, pole, event.epoch, sequence, wall)
    dropped = event.dropped()
    if dropped:
        gaps.gone(db, pole, *dropped, "dropped", wall)
    return True


def _compare(db: sqlite3.Connection, event: Event) -> None:
    """Compare two events of one id; where they differ, the first is kept and the conflict counted."""
    kept = db.execute(
        "SELECT eventType, startEndFlag, timestamp, attributes FROM event WHERE pole = ? AND epoch = ?"
        " AND sequence = ?",
        (event.pole, event.epoch, event.sequence),
    ).fetchone()
    if kept != (event.type, event.start, event.timestamp, event.attributes_text):
        db.execute("UPDATE pole SET conflicts = conflicts + 1 WHERE name = ?", (event.pole,))


def _said(db: sqlite3.Connection, said: Said, retained: bool, taken: Taken, now: int, wall: float) -> bool:
    if not retained and not (isinstance(said, Meter) and abs(now - (said.at or 0)) > FRESH_S):
        failure_rows.alive(db, said.pole, now)
        taken.spoke.add(said.pole)
    if isinstance(said, Birth | State | Meter):
        text = compact(said.values)
        if text is None:
            return False
        column = _LATEST[type(said)]
        at = said.at if said.at is not None and said.at <= now else now  # the broker may have kept it for days
        db.execute(f"UPDATE pole SET {column} = ?, {column}At = ? WHERE name = ?", (text, at, said.pole))
    if isinstance(said, Birth):
        _born(db, said, retained, wall)
    elif isinstance(said, Ack) and said.n is not None:
        taken.acks.append(said)
    return True


def groups_of(db: sqlite3.Connection, pole: str) -> list[str]:
    """The groups in *pole*'s birth; none where it is not known."""
    row = db.execute("SELECT groups FROM pole WHERE name = ?", (pole,)).fetchone()
    return [str(group) for group in json.loads(row[0])] if row else []


def key_of(db: sqlite3.Connection, keys: Mapping[str, Key], pole: str, site: str) -> tuple[Key | None, str]:
    """Which of *keys* a command to *pole* alone is sealed with (`for_pole`), and the nonce that goes with it."""
    key = for_pole(keys, pole, groups_of(db, pole), site)
    return key, nonce_of(db, pole) if key and key.name == pole else ""


def nonce_of(db: sqlite3.Connection, pole: str) -> str:
    """The nonce of the flashing in *pole*'s birth; empty where there is none."""
    row = db.execute("SELECT birth FROM pole WHERE name = ?", (pole,)).fetchone()
    return flash_nonce(json.loads(row[0])) if row and row[0] else ""


def _born(db: sqlite3.Connection, birth: Birth, retained: bool, wall: float) -> None:
    db.execute("UPDATE pole SET groups = ? WHERE name = ?", (json.dumps(birth.groups), birth.pole))
    if birth.journal:
        told = birth.journal
        gaps.told(db, birth.pole, told.epoch, told.first, told.last, not retained, wall)
