"""Ticks of a chip whose time is not the computer's: they go on while the program waits, and stand still while it
computes.
"""

import _chip

PERIOD = 1 << 30


def ticks_ms():
    return _chip.ticks


def ticks_us():
    return (_chip.ticks * 1000) & (PERIOD - 1)
