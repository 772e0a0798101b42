"""The poles as the receiver knows them: all in memory, with what has changed and is not in the store yet.

The receiver is the only one that writes what poles say, so it need not read it again: a batch of messages changes the
book, and what changed is written in one transaction.  Where that fails, the book is read again from the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from host_tools.city.record.journals import Gap, Gone, Journal
from host_tools.city.record.silence import EPOCH, Failure, Known
from host_tools.city.store.meters import ENERGY, POWER, Columns
from host_tools.wire.event_types import COMMUNICATION_FAILURE
from host_tools.wire.from_pole import Event
from host_tools.wire.journal import compact

POLE_SOURCE = "pole"
RECEIVER_SOURCE = "recorder"
BIRTH, STATE = "birth", "state"  # the parts of an entry that come in one message
ON, OFF = "switched on", "switched off"  # and what a state may tell besides


@dataclass
class KeptJournal:
    """A journal with the number of its row (None: it has none yet) and its gaps as they are in the store."""

    journal: Journal
    id: int | None = None
    gaps: list[Gap] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)


@dataclass
class Entry:
    """A pole.

    ``failures``: how many events were made of its silence.  ``nonce``: of the flashing in its birth, and ``flashed``
    the nonce for which it has got a message under its own key, with its highest configuration version.
    ``groups_text``: its groups as JSON.  ``epoch``: of its journal, as its birth says.  ``level``: percent, and
    ``faults``, the open ones, by its last state.  Not in the store yet are ``latest``, the values of BIRTH, STATE,
    ON and OFF by column, and ``meter``, with its message and the time of that (Unix s).  ``told``: its light was told
    since its session began, or this receiver: of one that changed before that it is not known when.
    """

    name: str
    id: int | None = None
    known: Known = field(default_factory=Known)
    failures: int = 0
    groups: tuple[str, ...] = ()
    groups_text: str = "[]"
    nonce: str = ""
    epoch: str = "0"
    flashed: tuple[str, int] = ("", 0)
    level: int | None = None
    faults: frozenset[str] | None = None
    malformed: int = 0
    conflicts: int = 0
    journals: dict[str, KeptJournal] = field(default_factory=dict)
    latest: dict[str, dict[str, Any]] = field(default_factory=dict)
    meter: tuple[NewMeter, bytes, int] | None = None
    told: bool = False


@dataclass(frozen=True)
class NewEvent:
    """An event that is not in the store yet."""

    entry: Entry
    epoch: str
    sequence: int
    type: str
    starts: bool | None
    timestamp: int | None
    replayed: bool
    attributes: str  # as JSON
    received_at: int
    source: str
    evidence: Mapping[str, Any]  # the same, as values


class NewMeter(NamedTuple):
    """What a meter measured at *at* (Unix s), while the pole gave *level* percent, if that is known."""

    entry: Entry
    at: int
    columns: Columns
    level: int | None

    @property
    def power_dw(self) -> int | None:
        return self.columns[POWER]

    @property
    def energy_wh(self) -> int | None:
        return self.columns[ENERGY]


@dataclass
class Changes:
    """What is not in the store yet.  ``doubles``: events whose id is there already, to be compared with it."""

    events: list[NewEvent] = field(default_factory=list)
    doubles: list[tuple[Entry, Event]] = field(default_factory=list)
    meters: list[NewMeter] = field(default_factory=list)
    poles: dict[str, Entry] = field(default_factory=dict)
    journals: dict[tuple[str, str], KeptJournal] = field(default_factory=dict)
    flashed: dict[str, Entry] = field(default_factory=dict)
    heard_at: int | None = None

    def __bool__(self) -> bool:
        return bool(
            self.events or self.doubles or self.meters or self.poles or self.journals or self.flashed
            or self.heard_at is not None
        )  # fmt: skip


class Book:
    """The poles by name, and ``changes``, what is not in the store yet."""

    def __init__(self, entries: dict[str, Entry] | None = None) -> None:
        self.entries = entries or {}
        self.changes = Changes()

    def entry(self, pole: str) -> Entry:
        """The entry of *pole*, which is made where there is none, to be changed."""
        found = self.entries.get(pole)
        if found is None:
            found = self.entries[pole] = Entry(pole)
        self.changes.poles[pole] = found
        return found

    def groups_of(self, pole: str) -> list[str]:
        """The groups in *pole*'s birth; none where it is not known."""
        found = self.entries.get(pole)
        return list(found.groups) if found else []

    def journal(self, entry: Entry, epoch: str) -> Journal:
        """The journal *epoch* of *entry*, which is made where there is none, to be changed."""
        kept = entry.journals.get(epoch)
        if kept is None:
            kept = entry.journals[epoch] = KeptJournal(Journal())
        self.changes.journals[entry.name, epoch] = kept
        self.changes.poles[entry.name] = entry
        return kept.journal

    def journals(self) -> Iterator[tuple[Entry, str, Journal]]:
        """Every journal: its pole, epoch, and what is known of it."""
        for entry in self.entries.values():
            for epoch, kept in entry.journals.items():
                yield entry, epoch, kept.journal

    def open_ends(self, wall: float) -> None:
        """Make every pole be asked for records after the last known one, in every journal it may still have."""
        for entry, epoch, journal in self.journals():
            if not journal.closed or journal.gaps:
                self.journal(entry, epoch).open_end(wall)

    def flash(self, pole: str, nonce: str, version: int) -> None:
        """Note the nonce for which *pole* has got a message under its own key, and its configuration's version."""
        entry = self.entry(pole)
        entry.flashed = (nonce, version)
        self.changes.flashed[pole] = entry

    def fail(self, entry: Entry, failure: Failure, now: int) -> None:
        """Note that a failure of *entry* begins or ends at *now* (Unix s)."""
        entry.failures += 1
        self.changes.poles[entry.name] = entry
        evidence = {"cause": failure.cause, "lastSeen": failure.seen}
        self.changes.events.append(
            NewEvent(
                entry, EPOCH, entry.failures, COMMUNICATION_FAILURE, failure.starts, now, False,
                compact(evidence) or "{}", now, RECEIVER_SOURCE, evidence,
            )
        )  # fmt: skip
