"""The history of a street's poles as spans of absence: from silences, and from the poles' reports on their supply.

A pole that lost its supply reports that when it is back, also hours later: `supplyLoss` with the last time at which it
was alive. Where that falls into a silence it explains it; where no silence was noticed, it is an absence of its own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

from host_tools.city.correlation.thresholds import Thresholds

BROKER = "broker"  # cause of a silence in which the recorder itself received nothing
LAST_WILL = "lastWill"
SILENT = "silent"
SUPPLY = "supply"  # an absence that only the pole's supplyLoss tells of


@dataclass(frozen=True)
class Silence:
    """A communicationFailure of *pole*, Unix s; ``ends`` None: it goes on.  ``last_seen``: its last message before."""

    pole: str
    begins: int
    ends: int | None
    cause: str
    last_seen: int | None = None


@dataclass(frozen=True)
class SupplyLoss:
    """The pole's report that its supply was gone: for the time *at*, alive for certain at *last_alive* (Unix s)."""

    pole: str
    at: int
    last_alive: int | None = None


@dataclass(frozen=True)
class History:
    """All that is known at *now* (Unix s); *known* are the poles that ever sent a message.  In any order."""

    known: frozenset[str]
    silences: tuple[Silence, ...]
    losses: tuple[SupplyLoss, ...]
    now: int


@dataclass(frozen=True)
class Absence:
    """A pole is away from ``begins``, when that was noticed, to ``ends`` (None: it goes on).

    It may have been away since ``earliest``.  ``supply``: whether it lost its supply; None where it has not said;
    where it has, it was ``alive`` at that time, if it knew one.
    ``after`` is the fault with which it went away and after which it did not come back, where there is one.
    """

    begins: int
    pole: str
    ends: int | None
    earliest: int
    cause: str
    supply: bool | None = None
    alive: int | None = None
    after: str = ""

    @property
    def order(self) -> tuple[int, str, float, int]:
        """A sort key: by beginning, independent of the order of the messages."""
        return self.begins, self.pole, inf if self.ends is None else self.ends, self.earliest

    def lasts_at(self, at: int) -> bool:
        return self.begins <= at and (self.ends is None or at < self.ends)

    def until(self, at: int) -> Absence:
        """The part of it before *at*."""
        return replace(self, ends=at)

    def not_back(self, at: int, after: str) -> Absence:
        """The rest of it after *at*, when others were back from the fault called *after*."""
        return replace(self, begins=at, earliest=at, cause="notBack", after=after)


def absences(history: History, limits: Thresholds) -> list[Absence]:
    """Every absence in *history*, by beginning and name; the order within *history* has no effect."""
    losses: dict[str, list[SupplyLoss]] = defaultdict(list)
    for loss in sorted(set(history.losses), key=lambda loss: (loss.at, loss.pole, loss.last_alive or 0)):
        losses[loss.pole].append(loss)
    out = []
    for silence in sorted(set(history.silences), key=lambda silence: (silence.begins, silence.pole)):
        own = _of(silence, losses[silence.pole], limits)
        out.append(_absence(silence, own, history.now, limits))
        if silence.cause != BROKER:  # the broker's absence is not the supply's doing
            losses[silence.pole] = [loss for loss in losses[silence.pole] if loss not in own]
    for loss in (loss for left in losses.values() for loss in left):
        earliest = loss.at - limits.together_s if loss.last_alive is None else min(loss.last_alive, loss.at)
        out.append(Absence(loss.at, loss.pole, loss.at, earliest, SUPPLY, True, loss.last_alive))
    missed = sorted({absence.begins for absence in out if absence.cause == BROKER})
    return sorted((_last_words(absence, missed, limits) for absence in out), key=lambda absence: absence.order)


def _last_words(absence: Absence, missed: list[int], limits: Thresholds) -> Absence:
    """A broker that shuts down in good order publishes the wills of all poles: these silences are due to the broker.

    *missed* are the moments at which the broker was missed, a minute after its end.
    """
    place = bisect_left(missed, absence.begins)
    if absence.cause != LAST_WILL or absence.supply is True or place == len(missed):
        return absence
    gone = missed[place] <= absence.begins + limits.together_s and absence.lasts_at(missed[place])
    return replace(absence, cause=BROKER) if gone else absence


def _of(silence: Silence, losses: Iterable[SupplyLoss], limits: Thresholds) -> list[SupplyLoss]:
    """The losses of supply that belong to *silence*: for a time within it, or just before it was noticed."""
    from_ = silence.begins - limits.together_s
    to = None if silence.ends is None else silence.ends + limits.proof_s
    return [loss for loss in losses if from_ <= loss.at and (to is None or loss.at <= to)]


def _absence(silence: Silence, losses: list[SupplyLoss], now: int, limits: Thresholds) -> Absence:
    if silence.cause == LAST_WILL:
        earliest = silence.begins - limits.together_s
    else:
        earliest = silence.begins if silence.last_seen is None else min(silence.last_seen, silence.begins)
    supply: bool | None = None
    alive = None
    if losses and silence.cause != BROKER:
        supply = True
        alive = min((loss.last_alive for loss in losses if loss.last_alive is not None), default=None)
        earliest = max(earliest, min(alive or 0, silence.begins))
    elif not losses and silence.ends is not None and now >= silence.ends + limits.proof_s:
        supply = False
    return Absence(silence.begins, silence.pole, silence.ends, earliest, silence.cause, supply, alive)
