"""Sends what is due in the outbox: in a thread or process of its own, so that a slow mail server delays no alarm."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms import life
from host_tools.city.alarms.listing import StoredAlarm, quiet_until, quiets_at
from host_tools.city.notify import asked, outbox
from host_tools.city.notify.asked import ASKED, STILL_ASKED, Asked, asked_message
from host_tools.city.notify.mail import Unsent, send_mail
from host_tools.city.notify.message import Message, alarm_message, heartbeat_message
from host_tools.city.notify.notices import ALIVE, ESCALATED, OVER
from host_tools.city.notify.webhook import post
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.database import Database
from host_tools.errors import DiyaError
from host_tools.site.alarm_settings import Channel
from host_tools.site.model import Site

PAUSE_S = 1.0


News = StoredAlarm | Asked | None  # what a notice is about; None: a heartbeat


class Sender:
    """Sends for *site*, whose files are in *folder*, from the outbox in *database*, which no other thread uses.

    *now* gives the site's time (Unix s).  *say* is given a sentence when a channel fails for the first time, and when
    it works again.
    """

    def __init__(
        self, database: Database, site: Site, folder: Path, now: Callable[[], int], say: Callable[[str], None]
    ) -> None:  # fmt: skip
        self._database = database
        self._site, self._folder = site, folder
        self._zone = ZoneInfo(site.timezone)
        self._now, self._say = now, say
        self._failing: set[str] = set()
        self._groups = {pole.name: frozenset(pole.groups) for pole in site.poles}

    def run(self, stop: Event) -> None:
        """Sends until *stop* is set; a store that cannot be used for a time is waited for."""
        while not stop.wait(PAUSE_S):
            try:
                while self.turn() and not stop.is_set():
                    pass
            except DiyaError as error:
                self._failed("the outbox", str(error))
            except Exception as error:  # of one message: the others must go out
                self._failed("the outbox", f"this is a bug in diya ({type(error).__name__}: {error})")
            else:
                self._works("the outbox")

    def turn(self) -> int:
        """Sends what is due; how many messages were tried."""
        now = self._now()
        with self._reading() as connection:
            if not outbox.is_due(connection, now):
                return 0
        with self._database.transaction() as connection:
            rows = outbox.take(connection, now)
            ready = [one for row in rows if (one := self._ready(connection, row, now)) is not None]
        tried = 0

        def together(one: tuple[RowMapping, News]) -> tuple[str, str]:
            return one[0]["channel"], one[0]["what"]

        for (channel, what), group in groupby(sorted(ready, key=together), key=together):
            self._send(channel, what, list(group), now)
            tried += 1
        return tried

    def _ready(
        self, connection: Connection, row: RowMapping, now: int
    ) -> tuple[RowMapping, News] | None:  # fmt: skip
        """The notice *row* and its alarm or alert; None where it is not to be sent, or not now."""
        if row["channel"] not in self._site.alarms.channels:
            outbox.dropped(connection, row["id"], "there is no such channel any more")
            return None
        if row["what"] == ALIVE:
            if now - row["occurrence"] >= 2 * self._site.alarms.heartbeat_s:
                outbox.dropped(connection, row["id"], "a newer one is there")
                return None
            return row, None
        if row["alert"] is not None:
            alert = asked.read(connection, row["alert"], row["page"], now)
            if isinstance(alert, str):
                outbox.dropped(connection, row["id"], alert)
                return None
            return row, alert
        own = self._alarm(connection, row["alarm"])
        why = self._unwanted(connection, row, own)
        if why:
            outbox.dropped(connection, row["id"], why)
            return None
        poles = json.loads(own["poles"])
        groups = frozenset.intersection(*(self._groups.get(pole, frozenset()) for pole in poles)) if poles else None
        until = quiet_until(quiets_at(connection, now), own["kind"], own["name"], poles, groups or frozenset())
        if until is not None and row["what"] != OVER:
            outbox.postponed(connection, row, until)
            return None
        return row, StoredAlarm(own)

    def _alarm(self, connection: Connection, number: int) -> RowMapping:
        row = connection.execute(sa.select(alarm).where(alarm.c.id == number)).mappings().one()
        if row["merged_into"] is not None:
            return self._alarm(connection, row["merged_into"])
        return row

    def _unwanted(self, connection: Connection, row: RowMapping, own: RowMapping) -> str:
        """Why the notice *row* of the alarm *own* is not sent; empty where it is."""
        state = life.state(own)
        if row["what"] == OVER:
            if state != life.CLOSED:
                return "it came again"
            return "" if outbox.was_sent(connection, row["alarm"], row["channel"]) else "its beginning was not sent"
        if state == life.CLOSED:
            return "over before it was sent"
        if own["swallowed_by"]:
            return f"explained by {own['swallowed_by']}"
        if row["what"] == ESCALATED and state != life.OPEN:
            return f"{state} in time"
        return ""

    def _send(self, name: str, what: str, group: list[tuple[RowMapping, News]], now: int) -> None:
        channel = self._site.alarms.channels[name]
        rows = [row for row, _alarm in group]
        try:
            self._deliver(channel, self._message(channel, what, group, now), now)
        except Unsent as error:
            self._failed(f"the channel {name}", str(error))
            with self._database.transaction() as connection:
                outbox.failed(connection, rows, now, str(error))
            return
        with self._database.transaction() as connection:
            outbox.sent(connection, [row["id"] for row in rows], self._now())
        self._works(f"the channel {name}")

    def _message(
        self, channel: Channel, what: str, group: list[tuple[RowMapping, News]], now: int
    ) -> Message:  # fmt: skip
        title, keys = self._site.title, [row["key"] for row, _alarm in group]
        if what == ALIVE:
            at = max(row["due"] for row, _alarm in group)
            with self._reading() as connection:
                own = sa.select(sa.func.count()).select_from(alarm).where(life.is_open(), life.is_own())
                opened, waiting = connection.execute(own).scalar_one(), outbox.waiting(connection)
            return heartbeat_message(keys[-1], at, opened, waiting, title, self._zone, channel.language)
        if what in (ASKED, STILL_ASKED):
            alerts = [one for _row, one in group if isinstance(one, Asked)]
            return asked_message(what, alerts, keys, title, self._zone, channel.language)
        alarms = {one.row["id"]: one for _row, one in group if isinstance(one, StoredAlarm)}
        return alarm_message(what, list(alarms.values()), keys, title, self._zone, channel.language)

    def _deliver(self, channel: Channel, message: Message, now: int) -> None:
        if channel.url:
            post(channel, self._folder, message)
        elif self._site.alarms.mail is not None:
            mail = self._site.alarms.mail
            for address in send_mail(mail, self._folder, channel.mail, message, now, self._zone):
                self._failed(f"the address {address}", "the mail server refuses it")

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection that only reads, and so waits for no other that writes."""
        try:
            with self._database.engine.connect() as connection:
                yield connection.execution_options(reads=True)
        except exc.SQLAlchemyError as error:
            raise self._database.error(error) from error

    def _failed(self, what: str, why: str) -> None:
        if what not in self._failing:
            self._failing.add(what)
            self._say(f"{what} fails: {why}")

    def _works(self, what: str) -> None:
        if what in self._failing:
            self._failing.remove(what)
            self._say(f"{what} works again")
