"""The calendar's answers for a day ahead, kept ready: what works them out is loaded once a day and forgotten again.

The lamp needs the switch point in force at every turn, but the sun, the dates and the rules only to find the next ones.
So the rules lie here as text, which takes a third of the memory.
"""

import json

from pole import const
from pole.lighting import Switch
from pole.modules import unload

RULES = ("zone", "programmes", "rules", "programme")  # settings of which nobody else needs anything
WORKING_OUT = (
    "pole.lighting.calendar", "pole.lighting.dates", "pole.lighting.sun", "pole.lighting.switch_point",
    "pole.lighting.daylight",
)  # fmt: skip
_AHEAD_S = const(86400)
_MOST = const(16)  # switch points
_AGAIN_S = const(60)


class Timetable:
    """Asks the calendar (``lighting/calendar.py``) with *settings*, those of a configuration.

    *make_room()* is called before what takes memory.
    """

    def __init__(self, settings, make_room):
        self._make_room = make_room
        self._latitude = settings["latitude"]  # no text: a float's is not the same on every runtime
        self._longitude = settings["longitude"]
        self._rules = json.dumps([settings[name] for name in RULES])
        self._switches = []
        self._phase = 0  # 1 surely day, 3 surely night, until the first of
        self._edges = []  # Unix s

    def daylight(self, unix):
        """1 when it is surely day (the sun is up for an hour, and for another), -1 when it is surely night, else 0."""
        while self._edges and self._edges[0] <= unix:
            del self._edges[0]
            self._phase += 1
        return 2 - self._phase % 4 if self._phase % 2 and self._edges else 0

    def at(self, unix):
        """The Switch in force at *unix*; the same object until the next point.

        Without memory for the calendar the one before holds on, or full light where there was none, and a minute later
        it is tried again.
        """
        for switch in self._switches:
            if switch.since <= unix < switch.until:
                return switch
        self._make_room()
        try:
            self._work_out(unix)
        except MemoryError:
            unload(*WORKING_OUT)
            print("diya: the calendar waits for memory")
            last = self._switches[-1] if self._switches else Switch(100, 0, "calendar without memory", 0, 0)
            self._switches = [Switch(last.level, last.ramp_s, last.reason, unix, unix + _AGAIN_S)]
        unload(*WORKING_OUT)
        return self._switches[0]

    def _work_out(self, unix):
        from pole.lighting.calendar import Calendar
        from pole.lighting.daylight import edges

        settings = {"latitude": self._latitude, "longitude": self._longitude}
        rules = json.loads(self._rules)
        for i in range(len(RULES)):
            settings[RULES[i]] = rules[i]
        calendar = Calendar(settings)
        switches = [calendar.at(unix)]
        while len(switches) < _MOST and switches[-1].until < unix + _AHEAD_S:
            switches.append(calendar.at(switches[-1].until))
        self._switches = switches
        self._phase, self._edges = edges(unix, self._latitude, self._longitude)
