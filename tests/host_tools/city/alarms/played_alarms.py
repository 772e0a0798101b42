"""Plays messages to an AlarmBook, as a receiver does but without a store, and gives the alarms that come of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from host_tools.city.alarms.batch import Batch, batch_of
from host_tools.city.alarms.book import AlarmBook
from host_tools.city.alarms.row import SUPERSEDED, Note, Row
from host_tools.city.alarms.rules import Rules, rules_of
from host_tools.site.model import Site
from host_tools.wire.from_pole import Event, Meter, State, read

HOME = Rules(latitude=23.84, longitude=78.74)  # Sagar


class Played:
    """A book, and what came of every batch that it took."""

    def __init__(self, rules: Rules = HOME) -> None:
        self.book = AlarmBook(rules)
        self.notes: list[Note] = []
        self._ids = count(1)

    def take(self, batch: Batch, now: int) -> list[Note]:
        changes = self.book.take(batch, now)
        for row in changes.rows:
            row.id = row.id or next(self._ids)
        self.book.keep(changes)
        self.notes += changes.notes
        return changes.notes

    @property
    def rows(self) -> list[Row]:
        """Every alarm there is, by beginning."""
        own = [row for line in self.book.lines.values() for row in line.rows]
        own += [row for row in self.book.street if row.proof != SUPERSEDED]
        return sorted(own, key=lambda row: (row.began, row.kind, row.name))


def play_transcript(site: Site, lines: Iterable[dict[str, Any]], start: int, at_once: int = 20) -> Played:
    """The alarms of a simulation's transcript that began at *start* (Unix s)."""
    played = Played(rules_of(site))
    said: list[tuple[Event | State | Meter, int]] = []
    for line in lines:
        one = read(f"diya/1/{site.name}/{line['pole']}/{line['kind']}", json.dumps(line["payload"]).encode())
        if isinstance(one, Event | State | Meter):
            said.append((one, start + line["ms"] // 1000))
    for first in range(0, len(said), at_once):
        part: Sequence[tuple[Event | State | Meter, int]] = said[first : first + at_once]
        played.take(batch_of(part), part[-1][1])
    return played
