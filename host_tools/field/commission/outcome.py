"""The outcome of a check: figures, each within its bound or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Bound(NamedTuple):
    """What a figure must lie within, both ends included; None is no end.  ``places``: decimals that are shown.

    ``source``: where the bound is from, in English.  What the figure is, and what to do when it lies beyond its bound,
    are the sentences ``commission.figure_NAME`` and ``commission.do_NAME``.
    """

    name: str
    low: float | None
    high: float | None
    unit: str
    places: int
    source: str

    def holds(self, value: float | None) -> bool:
        if value is None:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class Figure(NamedTuple):
    """One measured value; None where nothing could be measured, which no bound allows."""

    bound: Bound
    value: float | None

    @property
    def good(self) -> bool:
        return self.bound.holds(self.value)

    def as_json(self) -> dict[str, Any]:
        low, high, places = self.bound.low, self.bound.high, self.bound.places
        return {
            "figure": self.bound.name,
            "value": None if self.value is None else round(self.value, places),
            "low": low, "high": high, "unit": self.bound.unit, "source": self.bound.source, "passed": self.good,
        }  # fmt: skip


@dataclass(frozen=True)
class Note:
    """A sentence beside the figures: ``commission.KEY`` with *values*."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """Of the check *name*: passed when every figure is good.  Without figures the board has no such part."""

    name: str
    figures: tuple[Figure, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def absent(self) -> bool:
        return not self.figures

    @property
    def passed(self) -> bool:
        """Also where there was nothing to judge."""
        return all(figure.good for figure in self.figures)

    @property
    def result(self) -> str:
        return "absent" if self.absent else "pass" if self.passed else "fail"

    def as_json(self) -> dict[str, Any]:
        return {
            "check": self.name,
            "result": self.result,
            "figures": [figure.as_json() for figure in self.figures],
            "notes": [{"note": note.key, **note.values} for note in self.notes],
        }
