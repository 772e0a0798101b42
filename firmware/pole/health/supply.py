"""The voltage of the supply: what is usual here, and when it is not.

Three things are learned of it: the mean of the last hour, and the lowest and the highest that it usually has, which
follow what lasts for many hours.  What a feeder has day and night, or every evening, is no event: 200 V at the end of
a long one.  All in mV, the last two in quarters of one; *s* is a State.
"""

from pole import const
from pole.health.conditions import note

# rows of conditions.py
_VOLTAGE_LOW = const(1)
_VOLTAGE_HIGH = const(2)
_BOTH = const(6)

_KNOWN = const(60)  # samples of 30 s from which on it is known where the supply usually is ...
_HOUR = const(120)  # ... and those that count
_FOLLOW = const(1440)  # samples, 12 h, in which the lowest and the highest follow what lies beyond them
_BACK = const(1)  # a sample, 0.7 V a day: how fast they come back


def judge(s, mv, ticks):
    """Notes in *s* whether *mv* is too low or too high."""
    nominal = s.nominal
    if not s.usual:
        s.usual = min(max(mv, nominal // 100 * 84), nominal // 100 * 114)
        s.lowest = s.highest = min(max(mv, nominal // 100 * 90), nominal // 100 * 110) * 4
    low, high = nominal // 100 * 82, nominal // 100 * 116
    if s.means >= _KNOWN:  # a town's supply wobbles by 8 %, and its load moves it by some more within the hour
        low, high = max(low, s.usual // 100 * 86), min(high, s.usual // 100 * 114)
    low = max(min(low, s.lowest // 400 * 95), nominal // 100 * 70)  # what is usual here is no event, down to here
    high = min(max(high, s.highest // 400 * 104), nominal // 100 * 120)
    usual = low < mv < high and not s.active & _BOTH
    if not usual or s.pending & _BOTH:  # it ends where it began, and not above what this supply ever has
        back = nominal // 33
        low_back = low + min(back, max(min(s.lowest // 4, s.usual) - low, 0) // 2)
        high_back = high - min(back, max(high - max(s.highest // 4, s.usual), 0) // 2)
        note(s, _VOLTAGE_LOW, True if mv < low else False if mv > low_back else None, ticks)
        note(s, _VOLTAGE_HIGH, True if mv > high else False if mv < high_back else None, ticks)
    if s.hasty:
        return
    if usual:
        s.means = min(s.means + 1, _HOUR)
        s.usual += (mv - s.usual) // s.means
    below, above = mv * 4 - s.lowest, s.highest - mv * 4
    s.lowest += _BACK if below > 0 else below // _FOLLOW
    s.highest -= _BACK if above > 0 else above // _FOLLOW
