"""The record: what the poles of a site have said, in a store that one receiver writes.

A batch of messages is one transaction, and it is acknowledged (PUBACK) only when it is on the disk; so if the receiver
is killed at any moment, the broker still has what the store has not.  Events that the store already has are dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select, update
from sqlalchemy.engine import Connection

from host_tools.broker.connection import Message
from host_tools.city.alarms.keeper import AlarmKeeper
from host_tools.city.ledger.plans import Plans
from host_tools.city.record import book_rows, taking
from host_tools.city.record.book import Book, Changes
from host_tools.city.record.file_identity import home_of
from host_tools.city.record.open_for_writing import open_for_writing
from host_tools.city.record.taken import Taken
from host_tools.city.store import roll_up
from host_tools.city.store.database import Unkeepable, Unwritable
from host_tools.city.store.local_time import LocalTime
from host_tools.city.store.meters import Written
from host_tools.city.store.tables import event, pole
from host_tools.keys.key import Key
from host_tools.keys.key_file import for_pole
from host_tools.site.model import Site
from host_tools.wire.from_pole import Presence, read
from host_tools.wire.topics import cut

__all__ = ["Record", "Unkeepable", "Unwritable", "key_of"]


class Record:
    """The record at *where* (a file, made where there is none, or a URL), for one writer at a time.


    *about* is stored for readers (time zone, title); a store of another *root* or *site* is refused.
    *dark(pole, at)*: whether a pole is expected to be without supply at a time (Unix s).
    *zone*: of a city with a broker for each; *files* of the site, where they are here.  Raises RecordError.
    """

    def __init__(
        self, where: Path | str, root: str, site: str, about: dict[str, str] | None = None,
        dark: Callable[[str, int], bool] = lambda pole, at: False, zone: str = "", files: Site | None = None,
    ) -> None:  # fmt: skip
        self._root, self._site, self.zone = root, site, zone
        self.dark = dark
        self._writer = open_for_writing(where, {"root": root, "site": site}, about or {}, zone)
        self.where, self.name = where, self._writer.database.name
        self.home = home_of(where) if isinstance(where, Path) else self.name  # by which a copy is recognised
        self.timezone = ZoneInfo((about or {}).get("timezone", "UTC"))
        self._local = LocalTime(self.timezone)
        self.files = files
        self._alarms = AlarmKeeper(files, zone)
        self._plans = Plans(files) if files else None
        self._now = 0  # of the site at the last message (Unix s)
        self._book: Book | None = None
        self._seen = 0  # revision up to which it was looked which poles have moved
        self.written = Written()  # readings of meters since it was opened

    def close(self) -> None:
        self._writer.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction.  Raises RecordError, which is an Unwritable where the store refuses it now."""
        with self._writer.transaction() as connection:
            yield connection

    @property
    def book(self) -> Book:
        """The poles, to be read; `change` changes them.  Raises RecordError."""
        if self._book is None:
            with self.transaction() as connection:
                self._book = book_rows.read_book(connection, self.zone)
        return self._book

    @contextmanager
    def change(self) -> Iterator[Book]:
        """The poles, to be changed: what was changed is on the disk at the end.  Raises RecordError.

        Where that fails nothing of it has been done: the poles are read again from the store.
        """
        book = self.book
        try:
            yield book
            if book.changes:
                changes, book.changes = book.changes, Changes()
                self._write(changes)
        except BaseException:
            self._book = None
            self._alarms.forget()
            raise

    def _write(self, changes: Changes) -> None:
        told = [one.received_at for one in changes.events]
        self._now = changes.heard_at or max(told, default=self._now)
        said = self._alarms.batch_of(changes)
        with self.transaction() as connection:
            written, revision = book_rows.write(connection, self.zone, self._local, changes)
            self._alarms.take(connection, said, self._now, revision)
        self._alarms.kept()
        self.written.add(written)

    def look_at_street(self, now: int) -> None:
        """Search for faults of the street at *now* (Unix s at the site), and keep their alarms.  Raises RecordError."""
        try:
            with self.transaction() as connection:
                self._alarms.look(connection, now)
            self._alarms.kept()
        except BaseException:
            self._alarms.forget()
            raise

    def remembered(self, name: str, default: str) -> str:
        """The value kept under *name*, which is *default* from the first time on."""
        with self.transaction() as connection:
            found = book_rows.remembered(connection, self.zone, name)
            if found is None:
                book_rows.remember(connection, self.zone, name, default)
        return default if found is None else found

    def remember(self, name: str, value: str) -> None:
        """Keep *value* under *name*."""
        with self.transaction() as connection:
            book_rows.remember(connection, self.zone, name, value)

    def try_to_write(self) -> bool:
        """True; raises Unwritable where it cannot be written."""
        self.remember("tried", "1")
        return True

    def roll_up(self, now: int) -> bool:
        """Work out some of the hours and nights that are due at *now* (Unix s at the site); whether there are more."""
        with self.transaction() as connection:
            return roll_up.turn(connection, now, self.zone, self._local, self._plans)

    def date_again(self, begin: int, step: int) -> None:
        """Correct stored times: the computer's clock, *begin* (Unix s) at the start, was corrected by *step* s."""
        with self.transaction() as connection:
            ours = select(pole.c.id).where(pole.c.zone == self.zone)
            wrong = and_(event.c.pole.in_(ours), event.c.received_at.between(begin, begin + step - 1))
            connection.execute(update(event).where(wrong).values(received_at=event.c.received_at + step))

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

    def look_elsewhere(self) -> None:
        """Forget the poles that have moved to another zone, whose receiver knows them now.  Raises RecordError."""
        if self.zone:
            with self.transaction() as connection:
                moved, self._seen = book_rows.gone_to_another(connection, self.zone, self._seen)
            for name in moved:
                self.book.entries.pop(name, None)

    def _take_together(self, messages: list[Message], now: int, wall: float) -> Taken:
        if self.zone:
            messages = self._ours(messages)
        with self.change() as book:
            return taking.take(book, self._root, self._site, messages, now, wall, self.dark)

    def _ours(self, messages: list[Message]) -> list[Message]:
        """*messages* without those of a pole of another zone that it did not send just now.

        What a broker retains of a pole that has moved, and its last will there, are of the time before.
        """
        poles = {message: topic.pole for message in messages if (topic := cut(message.topic)) and topic.from_pole}
        strangers = set(poles.values()) - self.book.entries.keys()
        if not strangers:
            return messages
        with self.transaction() as connection:
            others = book_rows.elsewhere(connection, self.zone, strangers)
        sent = {pole for message, pole in poles.items() if pole in others and _is_sent(message)}
        self.book.entries.update({pole: others[pole] for pole in sent})
        return [message for message in messages if (pole := poles.get(message)) not in others or pole in sent]


def _is_sent(message: Message) -> bool:
    """Whether *message* came from its pole just now."""
    said = read(message.topic, message.payload)
    return not message.retained and not (isinstance(said, Presence) and not said.online)


def key_of(book: Book, keys: Mapping[str, Key], pole: str, site: str) -> tuple[Key | None, str]:
    """Which of *keys* a command to *pole* alone is sealed with (`for_pole`), and the nonce that goes with it."""
    key = for_pole(keys, pole, book.groups_of(pole), site)
    found = book.entries.get(pole)
    return key, found.nonce if found and key and key.name == pole else ""
