"""A console of the site sagar to try: a store that poles have spoken to, and logged-in clients of each role."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy.engine import Connection

from host_tools.broker.connection import Message
from host_tools.city.console.access import cookies, sessions
from host_tools.city.console.access.form_secret import form_secret
from host_tools.city.console.access.roles import ENGINEER, ROLES, may
from host_tools.city.console.app import open_city, unopened
from host_tools.city.console.city import City
from host_tools.city.console.settings import Settings
from host_tools.city.record.record import Record
from host_tools.city.store.console_tables import user
from host_tools.site.load import load_site
from tests.town import SAGAR

HEAD = "diya/1/sagar"
NOW = 1795542000  # an evening of November 2026 in Sagar, 23:10 IST
HOST = "testserver.local"
PASSWORD = "a good long password"
CODES = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # secret of the codes of engineer and admin

_Kind = tuple[tuple[str, ...], bool, str]
_free: defaultdict[_Kind, list[Litestar]] = defaultdict(list)  # nobody's now: making the routes takes half a second


class Bench:
    """The store at *where*; ``say`` is what poles say, at ``now``."""

    def __init__(self, where: Path | str) -> None:
        self.where = where
        self.now = NOW
        self._sequence = 0
        self._apps: list[tuple[_Kind, Litestar]] = []
        if isinstance(where, Path) and not where.exists():
            where.write_bytes(_store_with_users())
        self.record = _record(where)
        self.settings = Settings(str(where), str(SAGAR), (HOST,))
        with self.city() as city, city.writing() as connection:
            _add_users(connection)

    @contextmanager
    def city(self) -> Iterator[City]:
        """The store as a console has it."""
        city = City(self.settings, wall=lambda: self.now)
        try:
            yield city
        finally:
            city.close()

    def say(self, pole: str, kind: str, **values: Any) -> None:
        """*pole* publishes *values* on its topic *kind*."""
        payload = json.dumps({"v": 1, "at": self.now, **values}).encode()
        self.record.take([Message(f"{HEAD}/{pole}/{kind}", payload, False)], self.now, float(self.now))

    def born(self, pole: str, level: int = 60) -> None:
        """*pole* comes online and is lit at *level* by its programme."""
        self.say(pole, "presence", online=True)
        self.say(pole, "birth", nonce="n", firmware="1.0", groups=[], epoch="e1")
        self.lit(pole, level)

    def lit(self, pole: str, level: int, **values: Any) -> None:
        """*pole* says its state."""
        said = {
            "level": level,
            "target": level,
            "owner": "programme",
            "reason": "residential",
            "until": self.now + 3600,
        }
        self.say(pole, "state", **{**said, "until": self.now + 3600, **values})

    def event(self, pole: str, type: str, starts: bool = True, **attributes: Any) -> None:
        """*pole* raises an event."""
        self._sequence += 1
        self.say(
            pole, "event", id=f"e1-{self._sequence}", eventType=type, startEndFlag=starts, timestamp=self.now,
            replayed=False, attributes=attributes,
        )  # fmt: skip

    def app(self, settings: Settings | None = None, wall: Callable[[], float] | None = None) -> Litestar:
        """The application on this store, as *settings* and *wall* (``console.app: make``) are or those of the bench.

        Its routes are those of an application that an earlier bench has done with.
        """
        city = City(settings or self.settings, wall or (lambda: self.now))
        kind = city.settings.hosts, city.settings.secure, form_secret(city)
        app = _free[kind].pop() if _free[kind] else unopened(*kind)
        open_city(app, city)
        self._apps.append((kind, app))
        return app

    @contextmanager
    def client(self, role: str | None, app: Litestar | None = None) -> Iterator[TestClient[Litestar]]:
        """A browser's requests with a session of *role*; without one for None.

        Requests that change something need the header of ``csrf`` (below).
        """
        with TestClient(app or self.app(), base_url=f"http://{HOST}") as client:
            client.headers["accept"] = "text/html"
            client.get("/login")  # and the browser has the token of the forms
            client.headers["x-csrftoken"] = client.cookies[cookies.FORM]
            if role is not None:
                city: City = client.app.state.city
                with city.writing() as connection:
                    row = connection.exec_driver_sql(f"SELECT id FROM \"user\" WHERE name = '{role}'").scalar_one()
                    cookie = sessions.begin(connection, int(row), int(city.wall()), "", "")
                client.cookies[sessions.COOKIE] = cookie
            yield client

    def restart(self) -> None:
        """Another receiver on the same store, which has heard nothing yet."""
        self.record.close()
        self.record = _record(self.where)

    def close(self) -> None:
        self.record.close()
        for kind, app in self._apps:
            app.state.city.close()
            _free[kind].append(app)
        self._apps.clear()


def _record(where: Path | str) -> Record:
    site = load_site(SAGAR)
    return Record(where, "diya/1", "sagar", {"timezone": site.timezone, "title": site.title}, files=site)


def _add_users(connection: Connection) -> None:
    """A user of each role and of its name, where there is none; their passwords are quick to compare."""
    if connection.execute(sa.select(user.c.id)).first():
        return
    for role in ROLES:
        values = {"name": role, "role": role, "password": _hashed(), "made_at": NOW}
        connection.execute(sa.insert(user).values(**values, totp=CODES if may(role, ENGINEER) else ""))


@cache
def _hashed() -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@cache
def _store_with_users() -> bytes:
    """A file to be copied: making the tables takes longer."""
    with TemporaryDirectory() as folder:
        where = Path(folder, "record.sqlite")
        _record(where).close()
        city = City(Settings(str(where), str(SAGAR), (HOST,)))
        with city.writing() as connection:
            _add_users(connection)
        form_secret(city)  # the same one in each copy, so that an application serves them one after the other
        city.close()
        return where.read_bytes()
