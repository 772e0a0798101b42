"""95 % confidence intervals of counts from a finite run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, lgamma, log, sqrt

Z = 1.959964  # of the normal distribution, 2.5 % beyond it on either side
TAIL = 0.025


def wilson(found: int, of: int) -> tuple[float, float]:
    """Interval of a share of which *found* in *of* was seen.  Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212."""
    if not of:
        return 0.0, 1.0
    share = found / of
    middle = share + Z * Z / (2 * of)
    half = Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    scale = 1 + Z * Z / of
    low = 0.0 if found == 0 else (middle - half) / scale
    high = 1.0 if found == of else (middle + half) / scale
    return low, high


def poisson(count: int) -> tuple[float, float]:
    """Interval of the mean of a Poisson count of which *count* was seen.  Exact: Garwood, Biometrika 28 (1936)."""
    low = 0.0 if count == 0 else _mean_where(lambda mean: 1.0 - _at_most(count - 1, mean), rising=True, start=count)
    return low, _mean_where(lambda mean: _at_most(count, mean), rising=False, start=count)


def of_rank(values: Sequence[float], share: float) -> tuple[float, float]:
    """Interval of ``rank(values, share)``, two of the *values*; for any distribution.

    Between which two order statistics the true percentile lies follows from the binomial distribution alone.  With too
    few values for an upper bound, it is the highest of them.
    """
    ordered = sorted(values)
    n = len(ordered)
    below = 0.0  # chance that at most `index` values lie below the percentile
    low, high = 0, n - 1
    for index in range(n + 1):
        below += _binomial(n, index, share)
        if below <= TAIL:
            low = min(index, n - 1)
        if below >= 1 - TAIL:
            high = min(index, n - 1)
            break
    return ordered[low], ordered[high]


def _binomial(n: int, k: int, share: float) -> float:
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(share) + (n - k) * log(1 - share))


def _at_most(count: int, mean: float) -> float:
    """Chance of *count* or less of a Poisson distribution with *mean*."""
    if mean == 0.0:
        return 1.0
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count + 1))


def _mean_where(chance: Callable[[float], float], *, rising: bool, start: int) -> float:
    """The mean at which *chance*, a rising or falling function of it, is TAIL: by halving."""
    low, high = 0.0, start + 10.0 * sqrt(start + 1.0) + 10.0
    for _ in range(80):
        middle = (low + high) / 2
        if (chance(middle) < TAIL) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
