"""Watches over lamp and pole: takes a sample, notes what is wrong, and says when to take the next one.

The state of the detectors is here, apart from their code, so that the code can be unloaded when a command is judged.
"""

from pole import const
from pole.runtime.aio import ticks_diff
from pole.runtime.transient import unload

DETECTORS = (
    "pole.health.detectors", "pole.health.electrical", "pole.health.surroundings", "pole.health.dimming_test",
    "pole.health.expected", "pole.health.conditions", "pole.health.supply", "pole.health.arc",
)  # fmt: skip
EXPLAINING = ("pole.health.evidence", "pole.health.event_types", "pole.health.expected", "pole.health.chatter")
_TEMPERATURE_HIGH = const(15)  # row of conditions.py
_SOON_MS = const(1000)
_CAP, _LOW_CAP = const(60), const(30)  # percent: less light is less heat, and never none
_HOTTER_TENTHS = const(150)


class State:
    """What is kept from one sample to the next; its fields are set by ``setup.begin``."""


class Watch:
    """Made by ``setup.watch``.

    ``state`` is a State; ``news``: (eventType, attributes, begins) of what has changed, which persistence.py reports
    and removes; ``faults``: the eventTypes that are raised, as they were reported last; ``cap``: None or the percent
    that the level must not exceed; ``life``: percent of the lamp's life left.
    """

    def __init__(self, state, limit_tenths, calm_ms, life):
        self.state = state
        self.news = []  # type: list
        self.faults = []  # type: list
        self.cap = None
        self.life = life
        self._judge = None
        self._limit = limit_tenths
        self._calm_ms = calm_ms

    def sample(self, reading, relay, dim, sun, clocked, ticks):
        """Judges *reading* (a drivers.reading.Reading); returns in how many milliseconds the next one is wanted: the
        setting ``meter.sample``, up to a quarter less while the relay is closed, a second while something is amiss.

        *relay*: is it to be closed; *dim*: 0 to 10000, what the dimmer is to give, without the probe; *sun*: 1 surely
        day, -1 surely night, 0 neither; *clocked*: whether the time is known.
        """
        state = self.state
        if self._judge is None:
            try:
                from pole.health.detectors import judge
            except MemoryError:  # the lamp stays lit, and this sample is not judged
                unload(*DETECTORS)
                return self._calm_ms
            self._judge = judge
        self._judge(state, reading, relay, dim, sun, clocked, self._limit, ticks)
        if state.turned or (state.flips and ticks_diff(ticks, state.look) >= 0):
            self.rest()
            try:
                from pole.health.evidence import events

                events(self.news, state, reading, dim if relay else 0, ticks)
            except MemoryError:
                state.hasty = True  # judge the next sample soon
            unload(*EXPLAINING)
        self.cap = None
        if state.active >> _TEMPERATURE_HIGH & 1:
            self.cap = _LOW_CAP if (reading.temperature or 0) > self._limit + _HOTTER_TENTHS else _CAP
        if state.hasty:
            return _SOON_MS
        if not relay:
            return self._calm_ms
        # the distance varies, so that a fault of any period is sampled
        state.uneven = state.uneven * 75 % 65537
        return self._calm_ms - (self._calm_ms // 4 * (state.uneven >> 8) >> 8)

    def output(self, dim):
        """What the dimmer gives for *dim*: 0 to 10000, with the change by which a driver is tried."""
        return min(dim + self.state.probe, 10000)

    def raised(self):
        """The conditions that are raised, as bits of rows of conditions.py."""
        return self.state.active

    def rest(self):
        """Unloads the detectors until the next sample."""
        self._judge = None
        unload(*DETECTORS)
