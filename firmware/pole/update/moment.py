"""Whether this is a good moment to start other software.  Pure.

It is one when the lamp burns at a level that stays: so the new software can show at once that its lamp obeys, and no
start falls into a ramp, a dusk or a dawn.  By day nobody could tell software that never turns a lamp on.
"""

from pole import const

STEADY_S = const(1800)  # for how long the level must stay


def is_good(now, level, arrived, until, change, dusk):
    """Whether it is.

    *now* is Unix s, None when the clock is unknown; *level* in percent is decided, and *arrived* says that the lamp is
    there; it ends at *until*, and something that may change it begins or ends at *change* (Unix s or None); *dusk*: the
    photocell sees a dusk or a dawn.
    """
    if not level or not arrived or dusk:
        return False
    ends = [end for end in (until, change) if end is not None]
    return not ends or (now is not None and min(ends) - now >= STEADY_S)
