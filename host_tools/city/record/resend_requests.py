"""Asks poles for missing events, slowly: few poles at once, one request a pole, a portion at a time.

A request is a `resend` command. The pole answers with an ack, and with the records themselves, or with the event
`eventsDropped` for those it no longer has. Without an answer or records it is sent again with a back-off of at most an
hour, without end; only the pole's own answer ends it. A pole that is offline is not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from host_tools.city.record import gaps
from host_tools.city.record.store import Record
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

    def __init__(self, record: Record, send: Callable[[str, str], int | None], retry_s: float = gaps.RETRY_S) -> None:
        self._record = record
        self._send = send
        self._retry_s = retry_s
        self._open: dict[str, Question] = {}  # pole: what it was asked
        self._sent: dict[tuple[str, int], Question] = {}

    def ask(self, wall: float) -> int:
        """Send requests due at *wall* (Unix s, by a clock that is not set while this runs); how many were sent."""
        self._forget(wall)
        room = MOST_POLES - len(self._open)
        if room <= 0:
            return 0
        db = self._record.db
        # an open end that the pole agreed to fill, and from which nothing came: there is nothing
        settled = "high = ? AND answered AND due <= ?"
        if db.execute(f"SELECT 1 FROM gap WHERE {settled} LIMIT 1", (LAST, wall)).fetchone():
            with self._record.transaction():
                db.execute(f"DELETE FROM gap WHERE {settled}", (LAST, wall))
        # nothing is put off for longer than that: a later due time was noted under a clock that has been put back
        due = db.execute(
            "SELECT gap.pole, gap.epoch, gap.low, gap.high FROM gap JOIN pole ON pole.name = gap.pole"
            " WHERE (gap.due <= ? OR gap.due > ?) AND coalesce(pole.online, 1) ORDER BY gap.due, gap.low LIMIT 500",
            (wall, wall + 2 * LONGEST_S),
        ).fetchall()
        asked = 0
        for pole, epoch, low, high in due:
            if asked >= room:
                break
            if pole not in self._open and self._ask(pole, epoch, low, high, wall):
                asked += 1
        return asked

    def answered(self, ack: Ack, wall: float) -> None:
        """Take a pole's ack to one of our requests."""
        question = self._sent.pop((ack.pole, ack.n or 0), None)
        if question is None:
            return
        with self._record.transaction() as db:
            if ack.applied:
                db.execute(
                    "UPDATE gap SET answered = 1 WHERE pole = ? AND epoch = ? AND low >= ? AND low <= ?",
                    (ack.pole, question.epoch, question.low, question.high),
                )
            elif ack.reason == ack_reasons.UNKNOWN_REFERENCE:  # a journal it no longer has
                gaps.gone(db, ack.pole, question.epoch, 0, LAST, "unknownEpoch", wall)
        if question.high == LAST or not ack.applied:
            self._open.pop(ack.pole, None)  # there is nothing to wait for, or the amount is not known

    def forget_all(self) -> None:
        """Drop all requests, after a new connection: they may be lost."""
        self._open.clear()
        self._sent.clear()

    def _ask(self, pole: str, epoch: str, low: int, high: int, wall: float) -> bool:
        db = self._record.db
        to = LAST
        if high != LAST:  # other gaps within the portion are asked for with it
            most = low + PORTION - 1
            to = db.execute(
                "SELECT max(min(high, ?)) FROM gap WHERE pole = ? AND epoch = ? AND low BETWEEN ? AND ? AND high < ?",
                (most, pole, epoch, low, most, LAST),
            ).fetchone()[0]
        n = self._send(pole, resend(epoch, low, to))
        if n is None:
            return False
        with self._record.transaction():
            db.execute(
                "UPDATE gap SET tries = tries + 1, asked = min(high, ?), answered = 0,"
                " due = ? + min(? * (1 << min(tries, 12)), ?)"
                " WHERE pole = ? AND epoch = ? AND low BETWEEN ? AND ? AND (high < ? OR ? = ?)",
                (to, wall, self._retry_s, LONGEST_S, pole, epoch, low, to, LAST, to, LAST),
            )
        self._open[pole] = self._sent[pole, n] = Question(epoch, low, to, wall + self._retry_s)
        return True

    def _forget(self, wall: float) -> None:
        """Drop requests that are answered in full, or whose time is over."""
        for pole, question in list(self._open.items()):
            left = self._record.db.execute(
                "SELECT 1 FROM gap WHERE pole = ? AND epoch = ? AND low BETWEEN ? AND ? LIMIT 1",
                (pole, question.epoch, question.low, question.high),
            ).fetchone()
            if left is None or question.until <= wall:
                del self._open[pole]
        while self._sent and next(iter(self._sent.values())).until + LONGEST_S < wall:  # the oldest is the first
            del self._sent[next(iter(self._sent))]
