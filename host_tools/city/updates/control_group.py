"""Whether updated poles have more new faults than those that were not updated yet, in the same time; pure.

Fisher's exact test, one-sided: of all poles, so many have a new fault.  Had the update nothing to do with it, the
faulty ones would be spread by chance; ``chance`` is how probable it is that at least as many of them as were seen are
among the updated.  It needs no large numbers: three poles of a first wave are judged as exactly as a thousand.

A rollout looks many times, and each look could halt it by chance.  The k-th look may do so with the probability
FALSE_HALTS / (k (k + 1)), the sum of which over all looks is FALSE_HALTS (Bonferroni's bound): no more than one sound
release in a hundred is halted by this.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma

FALSE_HALTS = 0.01  # of sound releases
LEAST = 2  # updated poles with a new fault: one may always be chance


@dataclass(frozen=True)
class Compared:
    """How many of the *updated* poles, and of the *others*, have a new fault in the same time."""

    updated_faulty: int
    updated: int
    others_faulty: int
    others: int


def chance(seen: Compared) -> float:
    """The probability, 0 to 1, that chance alone puts at least so many of the faulty poles among the updated."""
    faulty, poles = seen.updated_faulty + seen.others_faulty, seen.updated + seen.others
    most = min(faulty, seen.updated)
    whole = _choices(poles, seen.updated)
    tail = sum(
        exp(_choices(faulty, among) + _choices(poles - faulty, seen.updated - among) - whole)
        for among in range(seen.updated_faulty, most + 1)
        if seen.updated - among <= poles - faulty
    )
    return min(1.0, tail)


def allowed(look: int) -> float:
    """How improbable it must be at the look number *look* (from 1) to count as the update's doing."""
    return FALSE_HALTS / (look * (look + 1))


def worse(seen: Compared, look: int) -> bool:
    """Whether, at the look number *look* (from 1), the updated poles have more new faults than chance explains."""
    return seen.updated_faulty >= LEAST and chance(seen) < allowed(look)


def _choices(of: int, many: int) -> float:
    """The logarithm of the number of ways to choose *many* of *of*."""
    return lgamma(of + 1) - lgamma(many + 1) - lgamma(of - many + 1)
