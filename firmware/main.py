"""Starts the app, and sees to it that nothing ever falls out into the REPL while the street needs light."""

import asyncio
import gc
import time

from pole.modules import unload

try:
    from sys import print_exception
except ImportError:  # CPython
    from traceback import print_exception  # type: ignore[no-redef]

MAINTENANCE_S = 600  # how long a technician has the raw REPL before the pole starts again


async def live(ports):
    """The pole's life.  However it ends, a reset follows: the lamp is lit again within a second of it."""
    try:
        collect_early()
        unload("pole.drivers.board")
        # first and alone: the code that checks settings, a tenth of all, makes room for the rest
        settings, origin = read_settings(ports)
        unload("pole.config", "pole.lighting.calendar_settings", "pole.lighting.lamp_settings")
        control = build(ports, settings, origin)
        ports.chip = None
        unload("pole.app", "pole.drivers.chip")
        await control.run()
    except Exception as error:
        print("diya: the app ended")
        print_exception(error)
    ports.reset()


def collect_early():
    """Collects often, so that what is kept lies close together and the heap need not grow: TLS wants what is left."""
    if hasattr(gc, "threshold"):
        gc.threshold(8192)


def read_settings(ports):
    """The settings in force, and where they come from."""
    from pole import config

    return config.in_force(ports.store, ports.factory)


def build(ports, settings, origin):
    """The pole's control task with all its parts."""
    from pole import app

    return app.build(ports, settings, origin)


def main(ports):
    """Runs the pole until it resets.  Ctrl-C gives a technician the maintenance time."""
    try:
        asyncio.run(live(ports))
    except KeyboardInterrupt:
        maintain(ports)
    ports.reset()


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
    main(ports)  # type: ignore[name-defined]  # noqa: F821 - boot.py made it, in this namespace
