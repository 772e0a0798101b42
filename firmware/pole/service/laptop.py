"""Holds a laptop's request until the control task has answered it: one request at a time."""

from pole import const
from pole.runtime import aio
from pole.runtime.transient import unload

SERVING = (
    "pole.service.request_fields", "pole.service.dispatch", "pole.service.status", "pole.service.override",
    "pole.service.connection", "pole.service.calibrate", "pole.health.calibration",
    "pole.health.event_types", "pole.lighting.overrides",
)  # fmt: skip
_AGAIN_MS = const(10)
_LATER_MS = const(20)  # until an answer that takes its time is asked for again


class Laptop:
    """*console*: drivers/chip/console.py.  *wake* is set when there is a request.

    ``request``: the line (bytes), None when there is none; ``asked``: the ticks when it came, and
    ``born`` those of the start; ``begun``: what the
    answer to it has begun, None at first; ``points``: those of a lamp's curve that have come so far.
    """

    def __init__(self, console, wake):
        self._console = console
        self._wake = wake
        self.request = None
        self.born = self.asked = aio.ticks_ms()
        self.begun = None
        self.points = []  # type: list

    async def run(self):
        """Takes one line after the other; a task that never ends."""
        while True:
            line = await self._console.line()
            self.asked = aio.ticks_ms()
            self.begun = None
            self.request = line
            self._wake.set()
            while self.request:
                await aio.sleep_ms(_AGAIN_MS)

    def serve(self, parts, now, ticks):
        """Answers the request with *parts* (app.py); returns the milliseconds until it is to be tried again."""
        parts.make_room()
        try:
            from pole.service.dispatch import answer

            text = answer(parts, self, now, ticks)
        except Exception as error:  # no memory, or a fault of the firmware: the light must go on
            text = "diya: there is no answer: " + (str(error) or type(error).__name__)
        unload(*SERVING)
        if text is None:
            return _LATER_MS
        self.request = None
        self._console.write(text)
        return 0  # the request may need a new decision
