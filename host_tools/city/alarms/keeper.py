"""Keeps the alarms of a receiver up to date in its store, and puts what is to be sent into the outbox.

``take`` belongs into the transaction of the messages and ``look`` into one of its own, every few seconds; ``kept``
follows the commit, ``forget`` one that failed: then the alarms are read again from the store.
"""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms import book_store
from host_tools.city.alarms.batch import Batch, Changes, Reading, Seen
from host_tools.city.alarms.book import AlarmBook
from host_tools.city.alarms.rules import Rules, rules_of
from host_tools.city.alarms.street_lines import StreetView
from host_tools.city.alarms.turns import turn
from host_tools.city.complaints.keeper import ComplaintKeeper
from host_tools.city.correlation import street_faults
from host_tools.city.notify import outbox
from host_tools.city.notify.notices import heartbeats, notices_of, wards_of
from host_tools.city.record import history
from host_tools.city.record.book import STATE
from host_tools.city.record.book import Changes as BookChanges
from host_tools.city.store.database import raise_revision
from host_tools.city.store.tables import pole
from host_tools.site.alarm_settings import AlarmSettings
from host_tools.site.model import Site
from host_tools.wire.event_types import COMMUNICATION_FAILURE, SUPPLY_LOSS

HISTORY_S = 86400  # of silences, which the faults of the street are found in
KEPT_S = 90 * 86400  # notices that are done
STREET_S = 30  # between two searches while nothing new was heard: some decisions wait for what does not come

_OF_STREET = (COMMUNICATION_FAILURE, SUPPLY_LOSS)


class AlarmKeeper:
    """For the poles of *zone*, by the files of *site* (None: they are not here, so no rule and no feeder is known)."""

    def __init__(self, site: Site | None, zone: str = "") -> None:
        self._site, self._zone = site, zone
        self._rules = rules_of(site) if site else Rules()
        self._complaints = ComplaintKeeper(site, zone, self._rules)
        self._settings = site.alarms if site else AlarmSettings()
        self._wards = wards_of(site) if site else {}
        self._book: AlarmBook | None = None
        self._changes: list[Changes] = []
        self._heard = True  # something that the faults of the street depend on
        self._looked = 0  # at what time of the site they were searched for (Unix s)
        self._beat = -1
        self._rebuilt = False

    def take(self, connection: Connection, batch: Batch, now: int, revision: int) -> None:
        """Take *batch*, whose events are in the store, at *now* (Unix s), under the *revision* of its transaction."""
        self._heard = self._heard or any(one.kind in _OF_STREET for one in batch.turns)
        book = self._loaded(connection, now, batch)
        changes = book.take(batch, now, book_store.fetch(connection, book, batch))
        if changes:
            self._write(connection, changes, now, revision)
        self._changes.append(changes)

    def look(self, connection: Connection, now: int) -> None:
        """Search for faults of the street where that is due, judge complaints, and give a sign of life."""
        slot = now // self._settings.heartbeat_s
        if slot != self._beat:
            outbox.put(connection, heartbeats(self._settings, self._zone, now))
            outbox.forget(connection, now - KEPT_S)
            self._beat = slot
        book = self._loaded(connection, now, Batch())
        view = None
        if self._heard or not 0 <= now - self._looked < STREET_S:
            self._heard, self._looked = False, now
            view = self._street(connection, now)
        batch = Batch(turns=self._complaints.look(connection, now), street=view)
        changes = book.take(batch, now, book_store.fetch(connection, book, batch))
        if changes:
            self._write(connection, changes, now, raise_revision(connection))
        self._changes.append(changes)

    def kept(self) -> None:
        """The transaction was committed."""
        for changes in self._changes:
            if self._book is not None:
                self._book.keep(changes)
        self._changes, self._rebuilt = [], True

    def forget(self) -> None:
        """The transaction was not committed."""
        self._book, self._changes, self._heard, self._beat = None, [], True, -1

    def batch_of(self, changes: BookChanges) -> Batch:
        """What *changes* of the receiver's book say to the alarms; before they are written."""
        turns = [
            turn(
                one.entry.name, one.type, one.timestamp, one.starts, one.epoch, one.sequence, one.received_at,
                one.evidence,
            )
            for one in changes.events
        ]  # fmt: skip
        states = [
            Seen(entry.name, latest["state_at"], entry.faults, latest["level"])
            for entry in changes.poles.values()
            if (latest := entry.latest.get(STATE)) is not None
        ]
        proved = None if self._book is None else self._book.proved_by_power() | {one.pole for one in turns}
        readings = [
            Reading(one.entry.name, one.at, power / 10, one.level)
            for one in changes.meters
            if (proved is None or one.entry.name in proved) and (power := one.power_dw) is not None
        ]
        return Batch(turns, states, readings)

    def _loaded(self, connection: Connection, now: int, batch: Batch) -> AlarmBook:
        if self._book is None:
            if not self._rebuilt:
                self._rebuild(connection, now, batch)
            self._book = book_store.load(connection, self._rules, now, self._zone)
        return self._book

    def _rebuild(self, connection: Connection, now: int, batch: Batch) -> None:
        """Make the alarms of events that were stored before alarms were, and not with *batch*; no notices."""
        new = {(one.pole, *one.id) for one in batch.turns}
        for keys in book_store.keys_without_alarms(connection, self._zone):
            book = book_store.load(connection, self._rules, now, self._zone)
            turns = [one for one in book_store.turns_of(connection, keys) if (one.pole, *one.id) not in new]
            book_store.write(connection, book.take(Batch(turns), now), now, 0, self._zone)

    def _write(self, connection: Connection, changes: Changes, now: int, revision: int) -> None:
        book_store.write(connection, changes, now, revision, self._zone)
        outbox.put(connection, notices_of(changes, self._settings, self._wards, self._rules.zone, now))

    def _street(self, connection: Connection, now: int) -> StreetView:
        since = now - HISTORY_S
        poles = self._site.poles if self._site else ()
        told = history.history(connection, since)
        ours = frozenset(connection.execute(sa.select(pole.c.name).where(pole.c.zone == self._zone)).scalars())
        told = replace(
            told, known=told.known & ours, silences=tuple(one for one in told.silences if one.pole in ours),
            losses=tuple(one for one in told.losses if one.pole in ours), now=max(told.now, now),
        )  # fmt: skip
        found = street_faults(poles, told, switched=self._rules.switched)
        return StreetView(tuple(found), since)
