"""Feeds the watchdog from a timer while a technician has the REPL: the lamp keeps its level, for a limited time."""

import machine

MAINTENANCE_S = 600  # how long a technician has before the pole starts again


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
