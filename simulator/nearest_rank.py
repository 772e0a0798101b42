"""Percentiles by the nearest rank: each is one of the values that were seen."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil


def rank(values: Sequence[float], share: float) -> float:
    """The least of *values* (at least one) that *share* of them (0 to 1) do not exceed."""
    ordered = sorted(values)
    return ordered[max(1, ceil(share * len(ordered))) - 1]
