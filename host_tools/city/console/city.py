"""What the pages are made of: the store, the files of the site, and the site's time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from litestar.connection import ASGIConnection
from sqlalchemy.engine import Connection

from host_tools.city.commands.open_store import reading
from host_tools.city.console.settings import Settings
from host_tools.city.doors.street import Street
from host_tools.city.store import database
from host_tools.city.store.database import Database
from host_tools.city.store.receiver_status import ReceiverStatus, statuses
from host_tools.city.store.tables import about
from host_tools.city.store.upgrade import NEWEST, revision_of
from host_tools.errors import RecordError
from host_tools.site.load import SITE_FILE, load_site
from host_tools.site.model import Site, SiteError
from host_tools.site.poles_csv import FILE

CONNECTIONS = 8  # to the store at once


class City:
    """The store and the files that *settings* name.  *wall*: Unix s of real time; *steady*: a clock never set."""

    def __init__(
        self, settings: Settings, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = settings
        self.database = _pool(settings.db)
        self._site: Site | None = load_site(settings.site) if settings.site else None
        self._stamp = _stamp(settings.site)
        self._street = Street(self._site)
        self.wall, self._steady = wall, steady
        self._file = (0, 0)  # device and inode of the open file of SQLite
        self._told: tuple[ReceiverStatus, ...] = ()
        self._told_at = 0.0  # on the steady clock, when the receivers' word last changed
        with self.reading() as connection:
            if revision_of(connection) != NEWEST:
                raise RecordError(f"the record {self.database.name} is not up to date: `diya record run` makes it so")
            self.about: dict[str, str] = dict(connection.execute(sa.select(about.c.name, about.c.value)).all())
        self.zone = ZoneInfo(self.about.get("timezone", "UTC"))
        self.title = self.site.title if self.site else self.about.get("title", self.about["site"])

    @property
    def site(self) -> Site | None:
        """The site, as its files are now: a rollout changes them.  While they hold mistakes, as they were before."""
        stamp = _stamp(self.settings.site)
        if stamp != self._stamp:
            self._stamp = stamp
            with suppress(SiteError):
                self._site = load_site(self.settings.site)
        return self._site

    @property
    def street(self) -> Street:
        """The poles of `site`, as doors find them."""
        site = self.site
        if self._street.site is not site:
            self._street = Street(site)
        return self._street

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the store.  Raises RecordError."""
        self._same_file()
        with reading(self.database) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes.  Raises RecordError."""
        self._same_file()
        with self.database.transaction() as connection:
            yield connection

    def _same_file(self) -> None:
        """Open connections would go on with a file that was moved away or replaced: they are closed."""
        if self.database.postgresql:
            return
        try:
            found = Path(self.settings.db).stat()
        except OSError as error:
            raise RecordError(f"the record {self.database.name} cannot be read: {error.strerror}") from error
        inode = found.st_dev, found.st_ino
        if inode != self._file:
            self.database.close()
            self._file = inode

    def receivers(self, connection: Connection) -> tuple[ReceiverStatus, ...]:
        """What each receiver last said of itself."""
        said = statuses(connection)
        if said != self._told:
            self._told, self._told_at = said, self._steady()
        return said

    def unheard_s(self) -> float:
        """For how many seconds no receiver has said anything, as far as `receivers` was asked."""
        return self._steady() - self._told_at

    def now(self, connection: Connection) -> int:
        """Unix seconds at the site: what a receiver keeps in the store, carried on; real time where there is none."""
        said = max(self.receivers(connection), key=lambda one: one.said, default=None)
        if said is None or not said.simulated:
            return int(self.wall())
        return int(said.now + self.unheard_s() * said.factor)

    def close(self) -> None:
        self.database.close()


def _stamp(folder: str) -> tuple[int, ...]:
    """By which a change of the files in *folder* is seen."""
    found: list[int] = []
    for name in (SITE_FILE, FILE) if folder else ():
        with suppress(OSError):
            stat = (Path(folder) / name).stat()
            found += [stat.st_mtime_ns, stat.st_size, stat.st_ino]
    return tuple(found)


def _pool(db: str) -> Database:
    if database.is_url(db):
        return database.postgresql(db, CONNECTIONS)
    file = Path(db)

    def connected() -> sqlite3.Connection:
        if not file.exists():  # SQLite would make an empty one
            raise sqlite3.OperationalError("the file is not there")
        return database.sqlite_connection(file)

    return database.sqlite(connected, db, str, CONNECTIONS)


def city_of(connection: ASGIConnection[Any, Any, Any, Any]) -> City:
    """The city of the application that answers *connection*."""
    city: City = connection.app.state.city
    return city
