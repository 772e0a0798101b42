"""How many minutes of a night a lamp burnt, should have burnt and did not, and is not known of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from host_tools.city.store.hour_sums import step

LIT_DW = 30  # from 3 W on a lamp gives light; a driver without its lamp may take more, and then an event says so
ASKED = 10  # percent: from this level on a lamp that takes no power is dark
COVER_S = 900  # a reading holds for so long, three usual intervals, if none comes before
_OFF, _LIT, _DARK, _UNKNOWN = range(4)


class Seen(NamedTuple):
    """A reading: Unix s, Wh, tenths of a watt, and the level that was asked for, percent."""

    at: int
    energy_wh: int | None
    power_dw: int | None
    level: int | None


class Minutes(NamedTuple):
    """Minutes of a night.  Those that are left were without light, and none was asked for as far as is known."""

    lit: int
    dark: int
    unknown: int


def minutes(readings: Sequence[Seen], dark: Iterable[tuple[int, int]], low: int, high: int) -> Minutes:
    """The minutes from *low* to *high*.  *dark* are the times (from, to) in which an event says that the lamp is dark.

    Between two readings that are far apart the counter of energy says whether the lamp burnt all the time, or never.
    """
    night = bytearray([_UNKNOWN]) * ((high - low + 59) // 60)

    def fill(begins: int, ends: int, state: int) -> None:
        first, last = (min(max(-(-(at - low) // 60), 0), len(night)) for at in (begins, ends))
        if last > first:
            night[first:last] = bytes([state]) * (last - first)

    for one, after in pairwise(readings):
        fill(one.at, after.at, _state(one) if after.at - one.at <= COVER_S else _by_counter(one, after))
    for begins, ends in dark:
        fill(begins, ends, _DARK)
    return Minutes(night.count(_LIT), night.count(_DARK), night.count(_UNKNOWN))


def _state(one: Seen) -> int:
    if one.power_dw is None:
        return _UNKNOWN
    if one.power_dw >= LIT_DW:
        return _LIT
    return _DARK if one.level is not None and one.level >= ASKED else _OFF


def _by_counter(one: Seen, after: Seen) -> int:
    state = _state(one)
    if state != _state(after) or one.energy_wh is None or after.energy_wh is None or after.energy_wh < one.energy_wh:
        return _UNKNOWN
    mean_dw = step((one.at, one.energy_wh), (after.at, after.energy_wh)) * 36000 // (after.at - one.at)
    if state == _LIT:
        least = min(one.power_dw or 0, after.power_dw or 0)
        return _LIT if mean_dw * 5 >= least * 4 else _UNKNOWN
    return state if mean_dw < LIT_DW else _UNKNOWN
