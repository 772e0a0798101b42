"""What a night was at one pole, minute by minute: lit, dark, not known, or without supply.

Minutes that should be lit are each one of these, so they add up.  What lies between two readings is decided by them,
where they are not far apart; over a longer gap by the counter of energy; else it is unknown, and never lit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from host_tools.city.ledger.plan import ASKED, MINUTE_S, Plan
from host_tools.city.store.hour_sums import step

LIT_DW = 30  # from 3 W on a lamp gives light; a driver without its lamp may take more, and then an event says so
LIT_PART = 4  # and from a quarter of what its level needs, where that is known
FULL_TENTHS = 9  # of what its level needs: with so much a lamp burns, also where the end of its failure was lost
COVER_S = 900  # readings are so far apart at most where they say themselves what was between: three usual intervals
SAMPLE_S = 300  # the usual interval
LONGEST_GAP_S = 26 * 3600  # over which the counter says what was: of a longer one it does not say which night was dark
PROVED = 0.95  # of the energy that was to be taken: what meters differ by, and lamps with temperature
NOTHING = 0.05  # of it: with so little no lamp burnt
SLACK_S = 960  # a pole knows when it lost its supply to 15 minutes (city/alarms/causes.py)
_OFF, _LIT, _DARK, _UNKNOWN, _FULL = range(5)
_ON = (_LIT, _FULL)

Span = tuple[int, int]


class Seen(NamedTuple):
    """A reading: Unix s, Wh, tenths of a watt, and the level that was asked for, percent."""

    at: int
    energy_wh: int | None
    power_dw: int | None
    level: int | None


class Loss(NamedTuple):
    """A loss of supply as the pole tells it: *alive*, a time before it; *told*, its event's; *ends*, that of the end.

    A board without a hold-up tells it when the supply is back, at one time with its end.
    """

    alive: int | None
    told: int
    ends: int


class Minutes(NamedTuple):
    """Minutes of a night: of those that ``should`` be lit each is lit, dark, unknown or ``excluded``.

    ``lit_else``: lit though not asked for.  Without a plan ``should`` and the two behind it are None, and the first
    three are of the whole day; those that are left were without light, and none was asked for as far as is known.
    """

    lit: int
    dark: int
    unknown: int
    should: int | None = None
    excluded: int | None = None
    lit_else: int | None = None


def minutes(
    readings: Sequence[Seen], dark: Iterable[Span], low: int, high: int, plan: Plan | None = None,
    losses: Iterable[Loss] = (), outages: Sequence[Span] = (),
) -> Minutes:  # fmt: skip
    """The minutes from *low* to *high*, by *readings* in order of time, also those around the night.

    *dark* are the times (from, to) in which an event says that the lamp is dark, *outages* those in which the feeder
    has no supply, by the evidence of many poles; *plan* is what is asked of the lamp.
    """
    night = _Night(low, high)
    states = [_state(one, plan) for one in readings]
    for (one, state), (after, then) in pairwise(zip(readings, states, strict=True)):
        _between(night, one, after, state, then, plan)
    for begins, ends in dark:
        night.fill(begins, ends, _DARK, keep=_FULL)
    gone: list[Span] = []
    for begins, ends in _losses(night, readings, states, losses):
        # the pole's own times are better than those of the outage; a loss that is longer has another cause besides
        if any(since - SLACK_S <= begins and ends <= until + SLACK_S for since, until in outages):
            gone.append((begins, ends))
        else:
            gone += [(max(begins, since), min(ends, until)) for since, until in outages]
    if plan is None:
        count = night.states.count
        return Minutes(count(_LIT) + count(_FULL), count(_DARK), count(_UNKNOWN))
    return _counted(night, plan.should(low, high), night.mask(gone), night.mask(outages))


class _Night:
    """A state for each minute from *low* to *high*."""

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.states = bytearray([_UNKNOWN]) * ((high - low + 59) // MINUTE_S)

    def fill(self, begins: int, ends: int, state: int, keep: int = -1) -> None:
        """All minutes that begin from *begins* to before *ends* are *state*, but for those that are *keep*."""
        first, last = self._minutes(begins, ends)
        if last > first:
            part = self.states[first:last]
            self.states[first:last] = bytes(keep if one == keep else state for one in part)

    def mask(self, spans: Iterable[Span]) -> bytes:
        """1 for each minute in one of *spans*, else 0."""
        out = bytearray(len(self.states))
        for span in spans:
            first, last = self._minutes(*span)
            if last > first:
                out[first:last] = b"\1" * (last - first)
        return bytes(out)

    def _minutes(self, begins: int, ends: int) -> Span:
        first, last = (min(max(-(-(at - self.low) // MINUTE_S), 0), len(self.states)) for at in (begins, ends))
        return first, last


def _counted(night: _Night, should: bytes, gone: bytes, shed: bytes) -> Minutes:
    # an alarm that came again within a day is one from its first begin: what was measured between is no outage
    lit = dark = unknown = excluded = lit_else = 0
    for (state, asked, lost, out), count in Counter(zip(night.states, should, gone, shed, strict=True)).items():
        if not asked:
            lit_else += count if state in _ON else 0
        elif state in _ON:
            lit += count
        elif lost or (out and state == _UNKNOWN):
            excluded += count
        elif state == _UNKNOWN:
            unknown += count
        else:
            dark += count
    return Minutes(lit, dark, unknown, sum(should), excluded, lit_else)


def _state(one: Seen, plan: Plan | None) -> int:
    if one.power_dw is None:
        return _UNKNOWN
    level = one.level
    if level is None and plan is not None:
        level = plan.level(one.at)
    asked = level is not None and level >= ASKED
    expected = plan.power_dw[min(level, 100)] if plan is not None and level is not None and asked else 0
    if one.power_dw >= max(LIT_DW, expected // LIT_PART):
        return _FULL if expected and one.power_dw * 10 >= expected * FULL_TENTHS else _LIT
    return _DARK if asked else _OFF


def _between(night: _Night, one: Seen, after: Seen, state: int, then: int, plan: Plan | None) -> None:
    if after.at - one.at > COVER_S:
        _by_counter(night, one, after, state, then, plan)
    elif _UNKNOWN in (state, then):
        pass
    elif state == then or (state in _ON and then in _ON):
        night.fill(one.at, after.at, min(state, then))
    else:
        at = _turned(one.at, after.at, state, then, plan)
        night.fill(one.at, at, state)
        night.fill(at, after.at, then)


def _turned(low: int, high: int, state: int, then: int, plan: Plan | None) -> int:
    """When between two readings it changed: where the programme switches, else, as that is as likely, in the middle."""
    at = None
    if plan is not None and _OFF in (state, then):
        at = plan.turn(low, high, on=state == _OFF)
    return (low + high) // 2 if at is None else at


def _by_counter(night: _Night, one: Seen, after: Seen, state: int, then: int, plan: Plan | None) -> None:
    if _UNKNOWN in (state, then) or one.energy_wh is None or after.energy_wh is None:
        return
    if after.energy_wh < one.energy_wh or after.at - one.at > LONGEST_GAP_S:
        return
    wh = step((one.at, one.energy_wh), (after.at, after.energy_wh))
    seconds = after.at - one.at
    expected = None if plan is None else plan.expected_wh(one.at, after.at)
    if plan is not None and expected is not None:
        expected *= _scale((one, after), (state, then), plan)
        if wh + 1 >= expected * PROVED and expected >= LIT_DW * seconds / 36000:
            _as_planned(night, one.at, after.at, plan, _LIT, _OFF)
        elif wh - 1 <= max(expected * NOTHING, LIT_DW * seconds / 36000 / LIT_PART):
            _as_planned(night, one.at, after.at, plan, _DARK, _OFF)
        return
    if (state in _ON) != (then in _ON) or (state not in _ON and state != then):
        return
    mean_dw = wh * 36000 / seconds
    if state in _ON:
        most = max(one.power_dw or 0, after.power_dw or 0)
        night.fill(one.at, after.at, _LIT if mean_dw >= most * PROVED else _UNKNOWN)
    elif mean_dw < LIT_DW:
        night.fill(one.at, after.at, state)


def _scale(readings: Iterable[Seen], states: Iterable[int], plan: Plan) -> float:
    """What this lamp takes, as a part of what its type does, by the least of those of *readings* at which it burns."""
    found = []
    for one, state in zip(readings, states, strict=True):
        level = plan.level(one.at) if one.level is None else one.level
        if state in _ON and one.power_dw and level is not None and level >= ASKED and plan.power_dw[level]:
            found.append(one.power_dw / plan.power_dw[level])
    return max(found, default=1.0)


def _as_planned(night: _Night, low: int, high: int, plan: Plan, on: int, off: int) -> None:
    at = low
    while at < high:
        asked = (plan.level(at) or 0) >= ASKED
        turn = plan.turn(at, high, on=not asked)
        ends = high if turn is None else turn
        night.fill(at, ends, on if asked else off)
        at = ends


def _losses(night: _Night, readings: Sequence[Seen], states: Sequence[int], losses: Iterable[Loss]) -> Iterable[Span]:
    """Fills the times without supply, and those around them up to the next readings; when they were."""
    times = [one.at for one in readings]
    before = -(2**62)  # the end of the loss before
    for loss in sorted(losses, key=lambda one: (one.ends, one.told)):
        place = bisect_left(times, loss.ends)
        last = times[place - 1] if place else None
        floor = max(before, -(2**62) if last is None else last)
        begins = _begun(loss, floor)
        night.fill(begins, loss.ends, _DARK)
        if place and begins - times[place - 1] <= COVER_S and states[place - 1] != _UNKNOWN:
            night.fill(floor, begins, states[place - 1])
        if place < len(times) and times[place] - loss.ends <= COVER_S:
            night.fill(loss.ends, times[place], states[place])
        before = loss.ends
        yield begins, loss.ends


def _begun(loss: Loss, floor: int) -> int:
    """When *loss* began: as it was told at once, else in the middle of the time in which it can have begun.

    That is after the last reading, and before the next one was due.
    """
    if loss.ends - loss.told > MINUTE_S:
        return max(min(loss.told, loss.ends), floor)
    known = -(2**62) if loss.alive is None else min(loss.alive, loss.ends)
    least = max(known, floor)
    if least <= -(2**62):
        return min(loss.told, loss.ends)
    most = floor + SAMPLE_S if floor + SAMPLE_S > least else least + COVER_S
    return (least + max(least, min(most, loss.ends))) // 2
