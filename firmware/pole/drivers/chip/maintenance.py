"""While a technician has the REPL a timer feeds the watchdog: the lamp stays as it is, but not for ever."""

import machine

MAINTENANCE_S = 600  # how long a technician has before the pole starts again


def begin(watchdog):
    """Feeds *watchdog* every second, and starts the chip anew after MAINTENANCE_S."""
    left = [MAINTENANCE_S]

    def second(timer):
        left[0] -= 1
        if left[0] <= 0:
            machine.reset()
        watchdog.feed()

    print("diya: maintenance, the lamp is held; the pole starts again in %d s" % MAINTENANCE_S)
    machine.Timer(0).init(period=1000, mode=machine.Timer.PERIODIC, callback=second)
