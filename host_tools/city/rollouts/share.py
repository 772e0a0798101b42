"""What becomes of a rollout on one pole, and what each word of the pole makes of it.

waiting: nothing was sent yet.  sent: its configuration is published and retained; with a reason, the pole refused it
for now, or is silent.  applied: the pole said so, or was born with it.  there: it lived by these programmes already.
Final are also rejected, reverted (in force, and undone by the pole itself), replaced (by another configuration).
"""

from __future__ import annotations

from dataclasses import dataclass

from host_tools.city.rollouts.known_pole import Pole
from host_tools.wire.from_pole import Ack, Birth
from pole.wire import ack_reasons as why

WAITING, SENT = "waiting", "sent"
APPLIED, THERE, REJECTED, REVERTED, REPLACED = "applied", "there", "rejected", "reverted", "replaced"
NO_KEY, NO_ANSWER = "noKey", "noAnswer"  # reasons of ours

AGAIN_S = 120  # after this without an answer it is published again
SILENT_S = 900  # of a pole that was online, until that counts as bad
MOST_TIMES = 6  # it goes out
MOST_RENEWED = 2  # versions beyond the first
SOON = (why.BUSY, why.NOT_STORED, why.BAD_MAC)  # refusals that end by themselves, or when the node is told again


def elapsed(since: int, now: int, listened: int) -> int:
    """Seconds from *since* to *now* in which an answer would have been heard; *listened*: as for `Share.waits`.

    A *since* after *now* is of a clock that was set back.
    """
    return now - (listened if since > now else max(since, listened))


@dataclass(eq=False)
class Share:
    """One pole of a rollout; *id* is its key in the store.  Times are Unix s."""

    pole: str
    id: int
    wave: int
    feeder: str = ""
    state: str = WAITING
    away: bool = False
    version: int | None = None
    digest: str = ""
    n: int | None = None
    times: int = 0
    sent_at: int | None = None
    answered_at: int | None = None
    reason: str = ""
    detail: str = ""
    renewed: int = 0
    accepted_at: int | None = None
    before: str = ""

    @property
    def standing(self) -> str:
        """The field of a Tally in which it counts."""
        if self.state == WAITING:
            return "waiting"
        if self.state == SENT:
            return "bad" if self.reason == NO_ANSWER else "away" if self.away else "flying"
        return "bad" if self.state in (REJECTED, REVERTED) else "good"

    @property
    def occupies(self) -> bool:
        """Whether it is one of those of its feeder that are under way."""
        return self.standing == "flying"

    def goes_out(self, version: int, digest: str, n: int, away: bool, now: int) -> None:
        """It is published under *n* for the first time."""
        self.state, self.version, self.digest, self.n = SENT, version, digest, n
        self.away, self.sent_at, self.times, self.reason, self.detail = away, now, 1, "", ""

    def due_again(self, now: int) -> bool:
        """Whether the same message is to be published again at *now*."""
        sent = self.sent_at if self.sent_at is not None else now
        return self.state == SENT and not self.away and self.times < MOST_TIMES and now - sent >= AGAIN_S * self.times

    def waits(self, now: int, listened: int) -> bool:
        """Notes at *now* that the pole was online and is silent; whether that is new.

        *listened*: since when the receiver has heard poles without a gap, Unix s.
        """
        silent = self.state == SENT and not self.away and self.reason != NO_ANSWER
        if silent and self.sent_at is not None and elapsed(self.sent_at, now, listened) >= SILENT_S:
            self.reason = NO_ANSWER
            return True
        return False

    def knows(self, pole: Pole, since: int) -> bool:
        """Takes what the store has of its *pole*, of *since* or later; whether that changes anything."""
        return pole.version is not None and self.born(pole.digest, pole.version, since)

    def hears(self, birth: Birth, retained: bool, now: int) -> bool:
        """Takes its *birth*; whether that changes anything."""
        if self.born(birth.config_hash, birth.config_version, now):
            return True
        if retained or self.state != SENT or not self.away:
            return False
        self.away, self.sent_at = False, now  # it is back, and takes what is retained
        return True

    def leaves(self, now: int) -> bool:
        """Takes that its session has ended; whether that changes anything."""
        return False

    def born(self, digest: str, version: int, now: int) -> bool:
        """Takes a birth with *digest* and *version* in force; whether it changes anything."""
        if not self.digest or self.state in (WAITING, APPLIED, THERE):
            return False
        if digest == self.digest:
            self._end(APPLIED, now)
        elif self.state == SENT and self.version is not None and version > self.version:
            self._end(REPLACED, now)
        else:
            return False
        return True

    def answered(self, ack: Ack, now: int) -> bool:
        """Takes *ack*; whether it changes anything."""
        if self.n is None or ack.n != self.n or self.state in (WAITING, THERE, REPLACED):
            return False
        if ack.applied:
            self._end(APPLIED, now)
        elif ack.reason == why.REVERTED:
            self._end(REVERTED, now, ack.reason, ack.detail)
        elif self.state == APPLIED:
            return False
        elif ack.reason == why.REPLAYED and self.renewed < MOST_RENEWED:
            self.renewed += 1  # the pole has a higher version than its birth said: it gets one above
            self.state, self.n = WAITING, None
        elif ack.reason in SOON:
            self.reason, self.detail, self.away = ack.reason, ack.detail, False
        else:
            self._end(REJECTED, now, ack.reason or "?", ack.detail)
        return True

    def _end(self, state: str, now: int, reason: str = "", detail: str = "") -> None:
        self.state, self.answered_at, self.reason, self.detail = state, now, reason, detail
