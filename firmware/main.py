"""Starts the app, and sees to it that nothing ever falls out into the REPL while the street needs light."""

import asyncio
import time

from pole import app

try:
    from sys import print_exception
except ImportError:  # CPython
    from traceback import print_exception

MAINTENANCE_S = 600  # how long a technician has the raw REPL before the pole starts again


async def live(ports):
    """The pole's life.  However it ends, a reset follows: the lamp is lit again within a second of it."""
    try:
        await app.App(ports).run()
    except Exception as error:
        print("diya: the app ended")
        print_exception(error)
    ports.chip.reset()


def main(ports):
    """Runs the pole until it resets.  Ctrl-C gives a technician the maintenance time."""
    try:
        asyncio.run(live(ports))
    except KeyboardInterrupt:
        maintain(ports)
    ports.chip.reset()


def maintain(ports):
    """Holds the lamp and feeds the watchdog while a laptop works on the raw REPL, for at most ten minutes."""
    print("diya: maintenance, the lamp is held; the pole starts again in %d s" % MAINTENANCE_S)
    try:
        for _ in range(MAINTENANCE_S):
            ports.watchdog.feed()
            time.sleep(1)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main(ports)  # noqa: F821 - boot.py made it, in this namespace
