"""What a pole's meter measured, hour by hour.

Energy is a counter.  It begins again at a board that was replaced, falls by a little where a pole could not store it
before a power cut, and shows 0 for a moment in a meter that starts.  So a step counts only where it rises, and by no
more than a meter's chip can measure.  A step over a gap, or over a full hour, is shared out evenly by time, without a
remainder: the sum of all hours is the sum of all steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from host_tools.city.store.local_time import HOUR_S

LIMIT_W = 5000  # the most that a pole's meter measures (firmware/pole/drivers/meter/hlw8012.py)

Counted = tuple[int, int]  # when, and the counter of energy then, in Wh


class Sample(NamedTuple):
    """A reading: Unix s, Wh, tenths of a watt, tenths of a volt."""

    at: int
    energy_wh: int | None
    power_dw: int | None
    voltage_dv: int | None


class HourSum(NamedTuple):
    """A row of the table ``hour`` but for its pole."""

    hour: int
    wh: int
    power_mean_dw: int | None
    power_max_dw: int | None
    voltage_min_dv: int | None
    voltage_max_dv: int | None
    n: int


def step(before: Counted, after: Counted) -> int:
    """Watt-hours between two readings of the counter; 0 where it fell, or rose by more than was possible."""
    wh = after[1] - before[1]
    seconds = after[0] - before[0]
    # two readings a moment apart may lie on both sides of a whole Wh
    return wh if 0 <= wh <= LIMIT_W * seconds / 3600 + 1 else 0


def sums(
    samples: Sequence[Sample], before: Counted | None, after: Counted | None, low: int, high: int
) -> list[HourSum]:  # fmt: skip
    """The hours from *low* to *high* in which there is a reading, or which a gap between two readings goes over.

    *samples* are the readings of these hours in order of time; *before* and *after* are the counter's next readings on
    both sides.
    """
    wh: dict[int, int] = {}
    counted = [(one.at, one.energy_wh) for one in samples if one.energy_wh is not None]
    known = [*([before] if before else []), *counted, *([after] if after else [])]
    for earlier, later in pairwise(known):
        _share(wh, earlier[0], later[0], step(earlier, later), low, high)
    by_hour: dict[int, list[Sample]] = {hour: [] for hour in wh}
    for one in samples:
        by_hour.setdefault(one.at - (one.at - low) % HOUR_S, []).append(one)
    return [_sum(hour, wh.get(hour, 0), by_hour[hour]) for hour in sorted(by_hour)]


def _share(wh: dict[int, int], begins: int, ends: int, step_wh: int, low: int, high: int) -> None:
    """Adds to *wh* what of the step from *begins* to *ends* belongs to each hour from *low* to before *high*."""
    seconds = ends - begins
    first = max(begins, low)
    for hour in range(first - (first - low) % HOUR_S, min(ends, high), HOUR_S):
        from_, to = max(begins, hour), min(ends, hour + HOUR_S)
        part = step_wh * (to - begins) // seconds - step_wh * (from_ - begins) // seconds
        wh[hour] = wh.get(hour, 0) + part


def _sum(hour: int, wh: int, samples: list[Sample]) -> HourSum:
    powers = [one.power_dw for one in samples if one.power_dw is not None]
    volts = [one.voltage_dv for one in samples if one.voltage_dv is not None]
    mean = (2 * sum(powers) + len(powers)) // (2 * len(powers)) if powers else None
    return HourSum(
        hour, wh, mean, max(powers, default=None), min(volts, default=None), max(volts, default=None), len(samples)
    )
