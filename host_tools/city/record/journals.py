"""Which sequences of which journal are missing: intervals in memory, written with the events of the same batch.

A pole's journal counts from 1.  ``highest`` is the highest sequence known of; every one up to it is an event of the
store, or lies in a Gap (to be asked for) or in a Gone (the pole no longer has it).  A gap that ends at LAST is open:
there may be more at the end that no message has told of, because a broker that crashed has lost its queue.

Pure.  Times are Unix seconds of a clock that is not set while the receiver runs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from host_tools.wire.journal import LAST

Span = TypeVar("Span", "Gap", "Gone")

GRACE_S = 3.0  # before a gap is asked for: what is missing may be on its way
RETRY_S = 15.0  # after an ask, or the last record that came by one, until it is asked again
FIRST = 1  # sequence a journal starts with


@dataclass(frozen=True)
class Gap:
    """Records *low* to *high*, ``due`` to be asked for.

    ``asked``: the highest sequence asked for (0: none yet); ``tries``: how often without progress; ``answered``:
    whether the pole has agreed to send.
    """

    low: int
    high: int
    due: float
    asked: int = 0
    tries: int = 0
    answered: bool = False

    @property
    def open(self) -> bool:
        return self.high == LAST


@dataclass(frozen=True)
class Gone:
    """Records *low* to *high*, which the pole no longer has; *why* in one word."""

    low: int
    high: int
    why: str


@dataclass
class Journal:
    """One journal of one pole, as far as it is known.  ``closed``: its pole has another one since.

    ``gaps`` and ``gone`` are in order and do not overlap.
    """

    highest: int = FIRST - 1
    closed: bool = False
    gaps: list[Gap] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)

    def holds(self, sequence: int) -> bool:
        """Whether record *sequence* has arrived."""
        return FIRST <= sequence <= self.highest and not (_at(self.gaps, sequence) or _at(self.gone, sequence))

    def arrived(self, sequence: int, wall: float) -> None:
        """A new record is in: the interval that holds it is cut in two, and what it skipped is a new gap."""
        if sequence == self.highest + 1:  # as most are: nothing is skipped, and no interval but an open end holds it
            self.highest = sequence
            if self.gaps and self.gaps[-1].open:
                self.gaps[-1] = self._end(self.gaps[-1], sequence + 1, wall)
            return
        self._extend(sequence, False, wall)
        gap = _at(self.gaps, sequence)
        if gap:
            self._replace(gap, [self._rest(gap, *part, wall) for part in _around(gap, sequence, sequence)])
        lost = _at(self.gone, sequence)
        if lost:  # it was given up, and came after all
            self._replace_gone(
                lost, [replace(lost, low=low, high=high) for low, high in _around(lost, sequence, sequence)]
            )

    def told(self, first: int, last: int, fresh: bool, wall: float) -> None:
        """The pole says that its journal holds *first* to *last*.  *fresh*: just now, so nothing is left to guess."""
        self._extend(last, fresh, wall)
        self.lose(FIRST - 1, first - 1, "dropped", wall)

    def lose(self, low: int, high: int, why: str, wall: float) -> None:
        """The pole no longer has *low* to *high* (LAST: nor anything after): nothing of that is asked for any more."""
        self._extend(high if high < LAST else low - 1, False, wall)
        self.closed = self.closed or high >= LAST
        for gap in [gap for gap in self.gaps if gap.low <= high and gap.high >= low]:
            self._replace(gap, [replace(gap, low=from_, high=to) for from_, to in _around(gap, low, high)])
            if gap.open and high >= LAST:
                continue  # an open end: that there ever was anything is not known
            self.gone = sorted([*self.gone, Gone(max(low, gap.low), min(high, gap.high), why)], key=_low)

    def open_end(self, wall: float) -> None:
        """Ask for what may have come after the last that is known, and again for what was agreed on: it may be lost."""
        self.gaps = [replace(gap, answered=False) for gap in self.gaps]
        if not self.closed and not any(gap.low == self.highest + 1 for gap in self.gaps):
            self.gaps.append(Gap(self.highest + 1, LAST, wall + GRACE_S))

    def came_back(self, wall: float) -> None:
        """The pole is online again: ask soon, however often it was tried before."""
        self.gaps = [replace(gap, tries=0, due=min(gap.due, wall + GRACE_S)) for gap in self.gaps]

    def went_away(self) -> None:
        """The pole is offline: what it agreed to send may never come."""
        self.gaps = [replace(gap, answered=False) for gap in self.gaps]

    def asked(self, low: int, to: int, wall: float, retry_s: float, longest_s: float) -> None:
        """The records *low* to *to* were asked for (LAST: all from *low* on): again in *retry_s*, and then later each
        time, by *longest_s* at most.
        """
        self.gaps = [
            replace(
                gap, tries=gap.tries + 1, asked=min(gap.high, to), answered=False,
                due=wall + min(retry_s * (1 << min(gap.tries, 12)), longest_s),
            )
            if low <= gap.low <= to and (not gap.open or to == LAST)
            else gap
            for gap in self.gaps
        ]  # fmt: skip

    def agreed(self, low: int, high: int) -> None:
        """The pole will send *low* to *high*."""
        self.gaps = [replace(gap, answered=True) if low <= gap.low <= high else gap for gap in self.gaps]

    def settles(self, wall: float) -> bool:
        """Whether there is an open end which the pole agreed to fill, and from which nothing has come."""
        return any(gap.open and gap.answered and gap.due <= wall for gap in self.gaps)

    def settle(self, wall: float) -> None:
        """Take away such an open end."""
        self.gaps = [gap for gap in self.gaps if not (gap.open and gap.answered and gap.due <= wall)]

    def missing(self, low: int, high: int) -> bool:
        """Whether something from *low* to *high* is still asked for."""
        return any(low <= gap.low <= high for gap in self.gaps)

    def _extend(self, last: int, fresh: bool, wall: float) -> None:
        """There are records up to *last*; *fresh*: and none after it."""
        if last <= self.highest and not fresh:
            return
        end = next((gap for gap in self.gaps if gap.open), None)
        if end:
            self.gaps.remove(end)
        if last > self.highest:
            begun = end or Gap(0, 0, wall + GRACE_S)
            self.gaps.append(replace(begun, low=self.highest + 1, high=last))
            self.highest = last
        if end and not fresh:
            self.gaps.append(self._end(end, last + 1, wall))

    @staticmethod
    def _end(end: Gap, low: int, wall: float) -> Gap:
        """The open *end*, which begins at *low* now."""
        # where it was asked for, more may be coming: only silence says that there is no more
        return Gap(low, LAST, wall + RETRY_S if end.asked else end.due, end.asked)

    def _rest(self, gap: Gap, low: int, high: int, wall: float) -> Gap:
        """The part *low* to *high* of *gap*, of which a record has just come."""
        if gap.asked >= low:
            return Gap(low, high, wall + RETRY_S, gap.asked)  # more of it is on its way
        return Gap(low, high, wall if gap.asked else gap.due)  # the next portion, or a gap not asked for yet

    def _replace(self, gap: Gap, parts: Iterable[Gap]) -> None:
        place = self.gaps.index(gap)
        self.gaps[place : place + 1] = parts

    def _replace_gone(self, lost: Gone, parts: Iterable[Gone]) -> None:
        place = self.gone.index(lost)
        self.gone[place : place + 1] = parts


def _low(one: Gap | Gone) -> int:
    return one.low


def _at(spans: list[Span], sequence: int) -> Span | None:
    """The one of *spans* that holds *sequence*."""
    place = bisect_right(spans, sequence, key=_low) - 1
    return spans[place] if place >= 0 and spans[place].high >= sequence else None


def _around(span: Gap | Gone, low: int, high: int) -> list[tuple[int, int]]:
    """What is left of *span* without *low* to *high*."""
    return [(start, end) for start, end in ((span.low, low - 1), (high + 1, span.high)) if start <= end]
