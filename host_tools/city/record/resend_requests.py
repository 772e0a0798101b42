"""Asks poles for missing events, slowly: few poles at once, one request a pole, a portion at a time.

A request is a `resend` command. The pole answers with an ack, and with the records themselves, or with the event
`eventsDropped` for those it no longer has. Without an answer or records it is sent again with a back-off of at most an
hour, without end; only the pole's own answer ends it. A pole that is offline is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from host_tools.city.record.book import Book, Entry
from host_tools.city.record.journals import RETRY_S, Journal
from host_tools.city.record.record import Record
from host_tools.wire.commands import resend
from host_tools.wire.from_pole import Ack
from host_tools.wire.journal import LAST
from pole.wire import ack_reasons

MOST_POLES = 32  # asked at the same time
PORTION = 200  # records asked for at once
LONGEST_S = 3600.0  # between two tries
ANSWER_S = 2 * LONGEST_S  # later than that an answer is not taken


@dataclass(frozen=True)
class Question:
    """A request for *low* to *high* of *epoch* (LAST: all from low on); until *until* (Unix s) it is the only one."""

    epoch: str
    low: int
    high: int
    until: float


class Asker:
    """Decides which pole is asked for what.  *send* publishes a resend's body and returns its n, None if it cannot.

    *retry_s* is the time until a request is repeated; it doubles with every try that brings nothing.
    """

    def __init__(self, record: Record, send: Callable[[str, str], int | None], retry_s: float = RETRY_S) -> None:
        self._record = record
        self._send = send
        self._retry_s = retry_s
        self._open: dict[str, Question] = {}  # pole: what it was asked
        self._sent: dict[tuple[str, int], Question] = {}

    def ask(self, wall: float) -> int:
        """Send requests due at *wall* (Unix s, by a clock that is not set while this runs); how many were sent."""
        book = self._record.book
        self._forget(book, wall)
        gaps = [one for one in book.journals() if one[2].gaps]  # of all poles: not twice, five times a second
        # an open end that the pole agreed to fill, and from which nothing came: there is nothing
        settled = [(entry, epoch) for entry, epoch, journal in gaps if journal.settles(wall)]
        if settled:
            with self._record.change():
                for entry, epoch in settled:
                    book.journal(entry, epoch).settle(wall)
        due = self._due(gaps, wall) if len(self._open) < MOST_POLES else []
        if not due:
            return 0
        asked = 0
        with self._record.change():
            for _due, low, entry, epoch in due:
                if len(self._open) >= MOST_POLES:
                    break
                if entry.name not in self._open and self._ask(book, entry, epoch, low, wall):
                    asked += 1
        return asked

    def answered(self, ack: Ack, wall: float) -> None:
        """Take a pole's ack to one of our requests."""
        question = self._sent.pop((ack.pole, ack.n or 0), None)
        if question is None:
            return
        with self._record.change() as book:
            entry = book.entries.get(ack.pole)
            if entry and question.epoch in entry.journals:
                journal = book.journal(entry, question.epoch)
                if ack.applied:
                    journal.agreed(question.low, question.high)
                elif ack.reason == ack_reasons.UNKNOWN_REFERENCE:  # a journal it no longer has
                    journal.lose(0, LAST, "unknownEpoch", wall)
        if question.high == LAST or not ack.applied:
            self._open.pop(ack.pole, None)  # there is nothing to wait for, or the amount is not known

    def forget_all(self) -> None:
        """Drop all requests, after a new connection: they may be lost."""
        self._open.clear()
        self._sent.clear()

    def _due(
        self, gaps: Iterable[tuple[Entry, str, Journal]], wall: float
    ) -> list[tuple[float, int, Entry, str]]:  # fmt: skip
        """What of *gaps* is to be asked for at *wall*: when it was due, its first sequence, pole, epoch, in order."""
        # nothing is put off for longer than that: a later due time was noted under a clock that has been put back
        late = wall + 2 * LONGEST_S
        due = [
            (gap.due, gap.low, entry, epoch)
            for entry, epoch, journal in gaps
            if entry.known.online is not False and entry.name not in self._open
            for gap in journal.gaps
            if gap.due <= wall or gap.due > late
        ]
        return sorted(due, key=lambda one: (one[0], one[1]))

    def _ask(self, book: Book, entry: Entry, epoch: str, low: int, wall: float) -> bool:
        journal = book.journal(entry, epoch)
        to = self._portion(journal, low)
        n = self._send(entry.name, resend(epoch, low, to))
        if n is None:
            return False
        journal.asked(low, to, wall, self._retry_s, LONGEST_S)
        self._open[entry.name] = self._sent[entry.name, n] = Question(epoch, low, to, wall + self._retry_s)
        return True

    @staticmethod
    def _portion(journal: Journal, low: int) -> int:
        """The last sequence to ask for with *low*: other gaps within the portion are asked for with it."""
        if any(gap.low == low and gap.open for gap in journal.gaps):
            return LAST
        most = low + PORTION - 1
        return max(min(gap.high, most) for gap in journal.gaps if low <= gap.low <= most and not gap.open)

    def _forget(self, book: Book, wall: float) -> None:
        """Drop requests that are answered in full, or whose time is over."""
        for pole, question in list(self._open.items()):
            entry = book.entries.get(pole)
            kept = entry.journals.get(question.epoch) if entry else None
            if question.until <= wall or not (kept and kept.journal.missing(question.low, question.high)):
                del self._open[pole]
        while self._sent and next(iter(self._sent.values())).until + LONGEST_S < wall:  # the oldest is the first
            del self._sent[next(iter(self._sent))]
