# mypy: disable-error-code="attr-defined"
"""The update that is under way, as the control task sees it: the only part of it that stays in memory.

All else is loaded for a step of it, and only while the lamp is steady.  What a step needs is in two files,
of which one at a time is loaded (shrink/group_modules.py).
"""

from pole import const
from pole.runtime import aio
from pole.runtime.transient import unload

STEPS = (
    "pole.update.begin", "pole.update.clear", "pole.update.fetch", "pole.update.capacity", "pole.update.assemble",
    "pole.update.slot_file", "pole.update.delta", "pole.update.finish", "pole.update.progress", "pole.update.pointer",
    "pole.update.image", "pole.update.image_fetch",
)  # fmt: skip
# phases of the work
CLEAR = const(0)  # the slot is emptied
FETCH = const(1)  # pieces come
ASSEMBLE = const(2)  # files are made of them, and of those of the running app
FINISH = const(3)  # all is there, or nothing will be
IMAGE = const(4)  # a MicroPython image comes
_NEVER_MS = const(86400000)
_STEADY_MS = const(1000)
_AGAIN_MS = const(30000)  # until there may be memory, or the flash takes something


class Work:
    """What is kept between the steps (begin.py fills it)."""


class Updating:
    """*active*: whether an update is under way; *ticks*: of the next step.

    ``work``: a Work, None before the first step; ``waiting``: (key, sender, n) of the message that waits for the end of
    a probation, None where none does; ``told``: serial of the manifest that was told to be applied since the start;
    ``faults``: of the flash, in a row.
    """

    def __init__(self, active, ticks):
        self.active = active
        self.work = self.waiting = None
        self.told = self.faults = 0
        self._at = ticks

    def due(self, parts, now, ticks):
        """Does what is due; milliseconds until it is to be called again."""
        if not self.active and not self.waiting:
            return _NEVER_MS
        left = aio.ticks_diff(self._at, ticks)
        if left <= 0:
            left = self._step(parts, now, ticks)
            self._at = aio.ticks_add(ticks, left)
        return left

    def take(self, parts, payload, ticks):
        """Takes a piece that came for ``session.asked``."""
        parts.session.ask("")
        if self.work and payload:
            self.work.came = payload
            self._at = ticks

    def _step(self, parts, now, ticks):
        parts.make_room()
        work = self.work
        try:
            if not self.active or (work and work.phase == FINISH):
                from pole.update.finish import finish

                return finish(parts, now, ticks)
            if not work:
                from pole.update.begin import begin

                return begin(parts)
            if work.phase == CLEAR:
                from pole.update.clear import clear

                return clear(parts)
            if not parts.lamp.arrived:  # a ramp goes on without a stop
                return _STEADY_MS
            if work.phase == FETCH:
                from pole.update.fetch import fetch

                return fetch(parts)
            if work.phase == IMAGE:
                from pole.update.image_fetch import more

                return more(parts)
            from pole.update.assemble import assemble

            return assemble(parts)
        except MemoryError:
            pass
        except (OSError, ValueError) as error:
            if work and work.phase != FINISH:
                work.error = error
                work.phase = FINISH
                return 0
        finally:
            unload(*STEPS)
        return _AGAIN_MS
