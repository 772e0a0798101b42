"""The spells of the turns so far, which the next turns of the same journal go on from: most events are such.

Pure.  What came late, was concluded, or was closed by a person needs all turns again (`spells`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from host_tools.city.alarms.spells import Spell, spells
from host_tools.city.alarms.turns import Turn


@dataclass(frozen=True)
class Folded:
    """``spells`` of turns of the journal ``epoch`` up to ``sequence``, the latest of which was at ``at`` (Unix s)."""

    spells: list[Spell]
    epoch: str
    sequence: int
    at: int

    def with_later(self, turns: Iterable[Turn]) -> Folded | None:
        """The same with *turns*; None where one of them does not come after these."""
        sequence, at, more = self.sequence, self.at, sorted(turns, key=_sequence)
        for one in more:
            if one.epoch != self.epoch or one.sequence <= sequence or one.at < at or one.begins is None:
                return None
            sequence, at = one.sequence, one.at
        if not more:
            return self
        base = self.spells[-1] if self.spells else None
        return Folded(self.spells[:-1] + spells(more, (), base), self.epoch, sequence, at)


def folded(turns: Collection[Turn], closings: Collection[int], base: Spell | None) -> Folded | None:
    """*turns* after *base*; None where later ones cannot go on from their spells."""
    epochs = {one.epoch for one in turns}
    if closings or len(epochs) != 1 or any(one.begins is None for one in turns):
        return None
    (epoch,) = epochs
    if epoch.startswith("_"):
        return None
    return Folded(spells(turns, (), base), epoch, max(map(_sequence, turns)), max(one.at for one in turns))


def _sequence(one: Turn) -> int:
    return one.sequence
