"""What a receiver has counted in one run, and what it tells of itself."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from host_tools.city.record.book import Book
from host_tools.city.record.metrics import Snapshot
from host_tools.city.record.taken import Taken
from host_tools.city.store.meters import Written


@dataclass
class RecordingCounts:
    """Counts of one run."""

    events: int = 0
    doubles: int = 0
    malformed: int = 0
    asked: int = 0
    silent: int = 0
    times: int = 0  # questions for the time that were answered
    connections: int = 0


@dataclass
class Figures:
    """``totals`` of the run, and what is told to who watches the receiver."""

    totals: RecordingCounts = field(default_factory=RecordingCounts)
    messages: Counter[str] = field(default_factory=Counter)  # by kind
    batches: int = 0
    commit_s: float = 0.0
    heard: float | None = None  # the last message (monotonic s), as the next
    turned: float = field(default_factory=time.monotonic)
    poles: int = 0
    online: int = 0
    silent: int = 0
    missing: int = 0

    def took(self, taken: Taken, took_s: float) -> None:
        """Count what was *taken* in one transaction of *took_s*."""
        self.totals.events += taken.events
        self.totals.doubles += taken.doubles
        self.totals.malformed += taken.malformed
        self.messages.update(taken.kinds)
        self.batches += 1
        self.commit_s += took_s
        self.heard = time.monotonic()

    def count_poles(self, book: Book) -> None:
        """Count the poles in *book*, of which there are many: not in every turn."""
        entries = book.entries.values()
        self.poles = len(entries)
        self.online = sum(bool(entry.known.online) for entry in entries)
        self.silent = sum(entry.known.failing is not None for entry in entries)
        self.missing = sum(
            gap.high - gap.low + 1 for _entry, _epoch, journal in book.journals() for gap in journal.gaps
            if not gap.open
        )  # fmt: skip

    def snapshot(self, broker: bool, database: bool, written: Written) -> Snapshot:
        """All of it now: whether the *broker* is connected, the *database* takes what comes, and readings *written*."""
        totals = self.totals
        return Snapshot(
            time.monotonic(), broker, database, self.heard, dict(self.messages),
            {"kept": written.kept, "old": written.old, "ahead": written.ahead}, totals.events, totals.doubles,
            totals.malformed, self.batches, self.commit_s, totals.connections, self.poles, self.online, self.silent,
            self.missing,
        )  # fmt: skip
