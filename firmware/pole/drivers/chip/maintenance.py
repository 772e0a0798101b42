"""Feeds the watchdog from a timer while a technician has the REPL: the lamp keeps its level, for a limited time."""

import machine

from pole import const

MAINTENANCE_S = 600  # how long a technician has before the pole starts again
_DECIDED_MS = const(90000000)  # the longest probation is a day (update/advance.py)


def limit():
    """Resets the chip in 25 h: new software that has come to no decision by then is counted by the next start.

    Once it has decided it takes the timer away (update/advance.py).
    """
    machine.Timer(0).init(period=_DECIDED_MS, callback=lambda timer: machine.reset())


def begin(watchdog):
    """Feeds *watchdog* every second, and resets the chip after MAINTENANCE_S."""
    left = [MAINTENANCE_S]

    def second(timer):
        left[0] -= 1
        if left[0] <= 0:
            machine.reset()
        watchdog.feed()

    print("diya: maintenance, the lamp is held; the pole starts again in %d s" % MAINTENANCE_S)
    machine.Timer(0).init(period=1000, mode=machine.Timer.PERIODIC, callback=second)
