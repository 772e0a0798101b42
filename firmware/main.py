"""Starts the app, and resets the chip when the app ends, so that the pole never stays in the REPL without light."""

import asyncio
import gc

from pole.runtime.transient import unload

try:
    from sys import print_exception
except ImportError:  # CPython
    from traceback import print_exception  # type: ignore[no-redef]

CHECKING = (  # modules that check the settings and are not needed again
    "pole.settings.at_start", "pole.settings.state_file", "pole.settings.schema", "pole.settings.check_calendar",
    "pole.settings.check_lamp", "pole.lighting.switch_point",
)  # fmt: skip


async def live(ports):
    """Runs the app.  However it ends, a reset follows, and the lamp is lit again within a second."""
    try:
        if hasattr(gc, "threshold"):
            # the objects that stay lie close together then, and the heap need not grow: TLS needs the rest
            gc.threshold(8192)
        unload("pole.drivers.board")
        past = ports.deaths.begin()
        # first and alone: the code that checks settings, a tenth of all, makes room for the rest
        settings, origin, standing = read_settings(ports, past[0])
        unload(*CHECKING)
        control = build(ports, settings, origin, standing, past)
        ports.chip = None
        unload("pole.app", "pole.drivers.chip.identity")
        await control.run()
    except Exception as error:
        print("diya: the app ended")
        print_exception(error)
        ports.deaths.last_words(type(error).__name__ + ": " + str(error))
    ports.reset()


def read_settings(ports, early_deaths):
    """The settings in force, where they come from, and how they stand (settings/at_start.py)."""
    from pole.settings import at_start

    return at_start.in_force(ports.store, ports.factory, early_deaths)


def build(ports, settings, origin, standing, past):
    """The pole's control task with all its parts; *past*: the early resets before (drivers/chip/early_resets.py)."""
    from pole import app

    return app.build(ports, settings, origin, standing, past)


def main(ports):
    """Runs the pole until it resets.  After Ctrl-C it returns: a technician has the REPL, and the lamp is held."""
    try:
        asyncio.run(live(ports))
    except KeyboardInterrupt:
        from pole.drivers.chip import maintenance

        maintenance.begin(ports.watchdog)


if __name__ == "__main__":
    if maintained:  # type: ignore[name-defined]  # noqa: F821 - boot.py made both, in this namespace
        ports.reset()  # type: ignore[name-defined]  # noqa: F821 - Ctrl-D at the REPL: back to work, and not half-way
    if handed:  # type: ignore[name-defined]  # noqa: F821
        from pole.update.hand_over import hand_over

        del boot, maintain, ports, main, handed_by  # type: ignore[name-defined]  # noqa: F821 - nothing of golden is to stay
        hand_over(handed)  # type: ignore[name-defined]  # noqa: F821
    else:
        main(ports)  # type: ignore[name-defined]  # noqa: F821
