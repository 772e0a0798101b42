"""The calendar's switch points for a day ahead, kept in memory: the code that computes them is loaded once a day only.

The lamp needs the switch point in force at every turn, but the sun, the dates and the rules only to find the next ones.
So the rules are kept here as text, which takes a third of the memory.
"""

import json

from pole import const
from pole.lighting import Switch
from pole.runtime.transient import unload

RULES = ("zone", "programmes", "rules", "programme", "byDay")  # settings that nothing else needs
WORKING_OUT = (
    "pole.lighting.calendar", "pole.timekeeping.dates", "pole.lighting.sun", "pole.lighting.switch_point",
    "pole.lighting.daylight",
)  # fmt: skip
_AGAIN_S = const(60)  # to the next try where there is none for now,
_LATER_S = const(600)  # and where there is one still
_DAY_S = const(3600)  # as in lighting/daylight.py: from the end of what is surely day to sunset


class Timetable:
    """Asks the calendar (``lighting/calendar.py``) with *settings*, those of a configuration.

    *make_room()* is called before steps that take memory.  None is for safe mode: with the sun, without a calendar.
    """

    def __init__(self, settings, make_room):
        self._make_room = make_room
        self._latitude = settings["latitude"]  # not as text: a float's text differs between runtimes
        self._longitude = settings["longitude"]
        self._rules = json.dumps([settings.get(name) for name in RULES])
        self._switches = []
        self._renew_at = 0  # Unix s, long before the last switch ends: then there are hours to find memory in
        self._from = 0  # Unix s of the phase:
        self._phase = 0  # 1 surely day, 3 surely night, until the first of
        self._edges = ()  # Unix s

    def day_left(self, unix):
        """Seconds until sunset where *unix* is surely day (the sun is up for an hour, and for another); -1 where it is
        surely night; else 0, and so without memory to work it out.
        """
        if not self._edges or not self._from <= unix < self._edges[-1]:
            try:
                self._work_out_sun(unix)
            except MemoryError:
                self._edges = ()
            unload(*WORKING_OUT)
        phase = self._phase
        for edge in self._edges:
            if unix < edge:
                return edge - unix + _DAY_S if phase % 4 == 1 else -1 if phase % 4 == 3 else 0
            phase += 1
        return 0

    def at(self, unix):
        """The Switch in force at *unix*; an equal one until the next point.

        Without memory for the calendar, or where a file of it cannot be read, it is tried again: no switch that is
        known is forgotten, and past the last of them the lamp is on, but for what is surely day: there it stays as it
        was.  None in safe mode.
        """
        if not self._make_room:
            return None
        found = None
        for switch in self._switches:
            if switch.since <= unix < switch.until:
                if unix < self._renew_at:
                    return switch
                found = switch
        self._make_room()
        try:
            self._work_out(unix)
            found = self._switches[0]
        except (MemoryError, OSError, ImportError) as error:
            unload(*WORKING_OUT)
            print("diya: the calendar waits for " + ("memory" if isinstance(error, MemoryError) else "its files"))
            if found:
                self._renew_at = unix + _LATER_S
            else:
                last = self._switches[-1] if self._switches and self.day_left(unix) > 0 else None
                why = "calendar without memory" if isinstance(error, MemoryError) else "calendar cannot be read"
                found = Switch(last.level if last else 100, 0, why, unix, unix + _AGAIN_S)
                self._switches = [found]
                self._renew_at = found.until
        unload(*WORKING_OUT)
        return found

    def _work_out(self, unix):
        from pole.lighting.calendar import following

        switches = following(RULES, self._rules, self._latitude, self._longitude, unix)
        self._work_out_sun(unix)
        self._switches = switches
        self._renew_at = unix + (switches[-1].until - unix) // 2

    def _work_out_sun(self, unix):
        from pole.lighting.daylight import edges

        self._phase, self._edges = edges(unix, self._latitude, self._longitude)
        self._from = unix
