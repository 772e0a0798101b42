"""The arc of a discharge lamp (high-pressure sodium, metal halide): when darkness or low power is not a fault.

A cold lamp strikes within a minute or two, a hot one only when it has cooled: after a power cut, or a voltage at which
its arc went out, it is dark for minutes.  Then its power rises for some minutes more.  *s* is a State; *ticks* are ms.
"""

from pole import const
from pole.runtime.aio import ticks_diff

BURNING, _DARK, _RUN_UP = 0, const(1), const(2)  # of s.arc
_STRIKE_MS = const(120000)  # a cold lamp, or one that went out by a dip that was not seen
_FULL, _TOO_MUCH = const(940), const(1085)  # thousandths of its power: it has run up, and it takes more than it may
_FLAT_MS = const(180000)  # without more power: this is all that it takes


def dark_from(s, hot, ticks):
    """Notes that the lamp is dark for a known reason, *hot* or not, and may strike from now on."""
    s.arc = _DARK
    s.arc_at = ticks
    s.grace = s.restrike if hot else _STRIKE_MS


def excused(s, power, due, dark, mv, ticks):
    """Whether the lamp cannot be judged while it takes *power* where *due* is expected, both mW."""
    if dark:
        if mv < s.nominal // 10 * 8:
            dark_from(s, True, ticks)
            s.lit = False  # the supply has put it out, so it has not gone out by itself
        elif s.arc != _DARK:
            dark_from(s, False, ticks)
        if s.grace == _STRIKE_MS:
            s.hasty = True
        return ticks_diff(ticks, s.arc_at) < s.grace
    if s.arc == BURNING:
        return False
    part = power * 100 // (due // 10)  # thousandths of the expected power, which follows the voltage
    if part >= _TOO_MUCH:
        return False  # no lamp runs up to more than its power
    if s.arc == _DARK:
        s.arc = _RUN_UP
        s.struck_at = ticks
        s.peak = 0
    if part > s.peak + s.peak // 50:
        s.peak = part
        s.arc_at = ticks
    if part > _FULL or ticks_diff(ticks, s.arc_at) > _FLAT_MS or ticks_diff(ticks, s.struck_at) > s.run_up:
        s.arc = BURNING
    return s.arc != BURNING
