"""Keeps the view of this process up to date, in one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from sqlalchemy.engine import Connection

from host_tools.city.console.city import City
from host_tools.city.console.live import changes
from host_tools.city.console.live.changes import Changed, Rules
from host_tools.city.console.live.delta import Delta, delta
from host_tools.city.console.live.status import Ears, Status, clock
from host_tools.city.console.live.view import View
from host_tools.city.correlation.switched_feeders import NOTHING, switched
from host_tools.errors import RecordError

DARK_S = 60  # of the site's time, in which feeders that are switched by day are looked at once


class Listener(Protocol):
    """Who is told only as long as its session lasts."""

    lasts: Callable[[Connection], bool]


L = TypeVar("L", bound=Listener)


class Tracker:
    """The `view` of *city* and the `status` of its sources, as they were at the last turn."""

    def __init__(self, city: City, steady: Callable[[], float]) -> None:
        self.view = View()
        self.status = Status(database=False)
        self._city, self._steady = city, steady
        self._switched = switched(city.site) if city.site else NOTHING
        self._names = frozenset(one.name for one in city.site.poles) if city.site else frozenset()
        self._lit = city.site.lit_percent if city.site else 10
        self._ears = Ears()
        self._dark: frozenset[str] | None = None
        self._lock = threading.Lock()
        self._news: Delta | None = None  # what others than `turn` have found meanwhile

    def turn(self) -> Delta:
        """What changed since the last turn.  While the store cannot be read, nothing did, and the status says so."""
        with self._lock:
            try:
                self._look()
            except RecordError:
                self._lost()
            news, self._news = self._news, None
            return news or Delta(self.view.revision, self.view.revision)

    def now(self) -> View:
        """The view as the store has it now.  Raises RecordError."""
        with self._lock:
            self._look()
            return self.view

    def since(self, revision: int) -> Delta:
        """All that changed after *revision*.  Raises RecordError."""
        with self._lock:
            self._look()
            view = self.view
            if revision == view.revision:
                return Delta(revision, revision)
            if not 0 <= revision < view.revision:  # of a store that was since replaced by an older one
                return Delta(revision, view.revision, anew=True)
            with self._city.reading() as connection:
                return delta(revision, view, changes.since(connection, view, revision))

    def ended(self, listeners: Sequence[L]) -> list[L]:
        """Those of *listeners* whose session is over; none while the store cannot be read."""
        try:
            with self._city.reading() as connection:
                return [one for one in listeners if not one.lasts(connection)]
        except RecordError:
            return []

    def _look(self) -> None:
        city, before = self._city, self.view
        with city.reading() as connection:
            said = city.receivers(connection)
            at = city.now(connection)
            dark = self._dark_at(at - at % DARK_S)
            rules = Rules(self._names, self._lit, dark)
            view, changed = changes.brought_up(connection, before, rules, everything=dark != self._dark)
        self._dark = dark
        receivers = tuple(self._ears.heard(said, self._steady(), city.wall()))
        simulated = next((one for one in said if one.simulated), None)
        self.status = Status(
            at, clock(at, city.zone), simulated is not None, simulated.factor if simulated else 1.0, receivers, True,
            bool(dark), view.totals,
        )  # fmt: skip
        self._found(before, view, changed)

    def _found(self, before: View, view: View, changed: Changed) -> None:
        if view is before:
            return
        self.view = view
        if before.revision >= 0:
            news = delta(before.revision, view, changed, anew=view.revision < before.revision)
            self._news = self._news.then(news) if self._news else news

    def _lost(self) -> None:
        last = self.status
        self.status = replace(last, receivers=(), database=False)

    def _dark_at(self, at: int) -> frozenset[str]:
        return self._switched.poles if self._switched.by_day(at) else frozenset()
