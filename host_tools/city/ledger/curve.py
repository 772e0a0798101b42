"""The curve of a month: strict uptime of each night, and the target, in units of a picture that grows to the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from host_tools.city.ledger.month import Month
from host_tools.city.ledger.sums import Sums

WIDTH, HEIGHT = 720.0, 160.0


@dataclass(frozen=True)
class Bar:
    """A night: *x* and *width*; its top *y* and *height* (0: nothing is counted), whether it misses the target.

    ``label`` is its day, with an asterisk where it is preliminary.
    """

    night: date
    x: float
    width: float
    y: float
    height: float
    missed: bool
    strict: float | None
    kwh: float
    label: str


@dataclass(frozen=True)
class Curve:
    """``target_y``: the line of the target.  The picture begins at ``least`` percent, at its lower edge."""

    bars: tuple[Bar, ...]
    target_y: float
    least: float


def curve(month: Month, nights: Mapping[date, Sums], target: float) -> Curve:
    """The curve of *month*: its lower edge is below the worst night and the target, so that what differs is seen."""
    known = [one.strict for one in nights.values() if one.strict is not None]
    least = max(0.0, 10 * (min([target, *known]) // 10) - 10)
    days = month.days
    width = WIDTH / len(days)

    def y(percent: float) -> float:
        return round(HEIGHT * (100 - max(percent, least)) / (100 - least), 1)

    bars = []
    for number, day in enumerate(days):
        sums = nights.get(day)
        strict = sums.strict if sums else None
        top = HEIGHT if strict is None else min(y(strict), HEIGHT - 1)  # a night of which all was dark is seen too
        bars.append(
            Bar(
                day, round(number * width + 1, 1), round(width - 2, 1), top, round(HEIGHT - top, 1),
                strict is not None and strict < target, strict, (sums.wh if sums else 0) / 1000,
                f"{day.day}*" if sums and sums.preliminary else str(day.day),
            )
        )  # fmt: skip
    return Curve(tuple(bars), y(target), least)
