"""Detector of unusual supply voltage: learns the usual range and notes what lies outside of it.

Three values are learned: the mean of the last hour, and the lowest and the highest usual voltage, which follow a
change that lasts for many hours.  A voltage that a feeder has day and night, or every evening, is not an event: 200 V
at the end of a long one.  All in mV, the last two in quarters of one; *s* is a State.
"""

from pole import const
from pole.health.conditions import note

# rows of conditions.py
_VOLTAGE_LOW = const(1)
_VOLTAGE_HIGH = const(2)
_BOTH = const(6)

_KNOWN = const(60)  # samples of 30 s after which the usual voltage is known ...
_HOUR = const(120)  # ... and the most that count in the mean
_FOLLOW = const(1440)  # samples, 12 h, in which the lowest and the highest follow what lies beyond them
_BACK = const(1)  # a sample, 0.7 V a day: how fast they come back


def judge(s, mv, ticks):
    """Notes in *s* whether *mv* is too low or too high."""
    nominal = s.nominal
    if not s.usual:
        s.usual = min(max(mv, nominal // 100 * 84), nominal // 100 * 114)
        s.lowest = s.highest = min(max(mv, nominal // 100 * 90), nominal // 100 * 110) * 4
    low, high = nominal // 100 * 82, nominal // 100 * 116
    if s.means >= _KNOWN:  # a town's supply varies by 8 %, and its load adds some more within the hour
        low, high = max(low, s.usual // 100 * 86), min(high, s.usual // 100 * 114)
    low = max(min(low, s.lowest // 400 * 95), nominal // 100 * 70)  # what is usual here is no event, down to here
    high = min(max(high, s.highest // 400 * 104), nominal // 100 * 120)
    usual = low < mv < high and not s.active & _BOTH
    if not usual or s.pending & _BOTH:  # an event ends at the limit at which it began, within the usual range
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
