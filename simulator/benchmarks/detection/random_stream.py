"""Draws from a stream of the noise hash: seeded, and the same on every machine and in every process."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import TypeVar

from simulator.plant import noise

T = TypeVar("T")


class Draw:
    """The stream of *names* under *seed*.  Each call takes the next of it."""

    def __init__(self, seed: int, *names: str) -> None:
        self._stream = noise.key(seed, *names)
        self._step = 0

    def share(self) -> float:
        """Above 0 and below 1, evenly spread."""
        self._step += 1
        return noise.uniform(self._stream, self._step)

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.share()

    def ratio(self, low: float, high: float) -> float:
        """From *low* to *high* (above 0), each doubling as likely as the next."""
        return float(low * (high / low) ** self.share())

    def below(self, number: int) -> int:
        """0 to *number* - 1."""
        return int(self.share() * number)

    def one_of(self, values: Sequence[T]) -> T:
        return values[self.below(len(values))]

    def chance(self, share: float) -> bool:
        return self.share() < share

    def shuffle(self, values: MutableSequence[T]) -> None:
        for last in range(len(values) - 1, 0, -1):
            other = self.below(last + 1)
            values[last], values[other] = values[other], values[last]
