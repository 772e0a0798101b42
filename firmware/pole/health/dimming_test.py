"""Dimming test: asks the driver for a tenth less light (or more) for a few seconds, and compares the power.

A lamp that has lost a string, or takes too much, still follows the dimmer; a driver with a cut dimming line does not.
*s* is a State.
"""

from pole import const
from pole.health.expected import at

_STEP = const(1000)  # hundredths of a percent


def forget(s):
    """Ends the test and its result: what is tested has changed."""
    s.probe = s.phase = 0
    s.ignores_dimming = None


def step(s, power):
    """Takes one more sample, of *power* mW, when the power is steady after the last step."""
    if s.phase == 0:
        probe = -_STEP if s.dim - _STEP >= s.points[0] else _STEP
        s.before = power
        if abs(at(s, s.dim + probe) - at(s, s.dim)) < power // 50:  # too small a step to be measured
            s.ignores_dimming = False
            return
        s.probe = probe
        s.phase = 1
    elif s.phase == 1:
        s.tried = power if s.probe > 0 else -power
        s.probe = 0
        s.phase = 2
    else:
        s.phase = 0
        before = s.before
        if abs(power - before) < before // 50 + 300:  # else the power changed for another reason: repeat
            _weigh(s, before)


def _weigh(s, before):
    up = s.tried > 0
    due = at(s, s.dim)
    change = abs(at(s, s.dim + (_STEP if up else -_STEP)) - due)
    if before < due:  # of the strings that are left, only their part
        change = change * (before // 64) // (due // 64 + 1)
    followed = s.tried - before if up else s.tried + before
    # no driver gives less than its lowest level, also one that ignores dimming
    s.ignores_dimming = followed < change // 3 and before > s.points[1] // 4 * 3
    if s.ignores_dimming:
        s.stuck = before
