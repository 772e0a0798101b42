"""The calendar: the level that a night's programme asks for at any moment, and why.

A calendar is an ordered list of rules; the first that matches the date of a night names its programme.  A night
belongs to the local date on which it starts, at noon: times from 12:00 are of that date, times before 12:00 and the
dawn and sunrise are of the next.  A programme holds from its first switch point to the first of the next night's.

An answer does not depend on the ones before, so a pole that boots at 02:00 has the level of 02:00.  The host compiles
the coming changes of a time zone into a list; the pole has no other data on zones.

A switch point at a fixed time does not light the lamp by day, unless its programme is one of ``byDay``: at 05:30 the
sun may be up already, and then no point would put the lamp out for hours.
"""

import json

from pole import const
from pole.lighting import Switch, sun
from pole.lighting.switch_point import parse
from pole.timekeeping import dates

_HALF_DAY = const(43200)
_AHEAD_S = const(86400)
_MOST = const(16)  # switch points
_EARLIEST = const(64800)  # s before its noon: no point of a night comes before that
_DAY_MIN = const(60)  # minutes after sunrise and before sunset at which the day of a fixed time begins and ends
_CROSSINGS = {  # event: (zenith, rising)
    "sunset": (sun.SUNRISE_ZENITH, False),
    "sunrise": (sun.SUNRISE_ZENITH, True),
    "dusk": (sun.TWILIGHT_ZENITH, False),
    "dawn": (sun.TWILIGHT_ZENITH, True),
}


def following(names, rules, latitude, longitude, unix):
    """The Switches from *unix* on, for a day.  *rules*: values of the settings *names*, JSON text of a list."""
    settings = {"latitude": latitude, "longitude": longitude}
    values = json.loads(rules)
    for i in range(len(names)):
        settings[names[i]] = values[i]
    calendar = Calendar(settings)
    switches = [calendar.at(unix)]
    while len(switches) < _MOST and switches[-1].until < unix + _AHEAD_S:
        switches.append(calendar.at(switches[-1].until))
    return switches


class Calendar:
    """The calendar of one place.  *settings* are those of a configuration in which ``check`` finds no problem."""

    def __init__(self, settings):
        self._latitude = settings["latitude"]
        self._longitude = settings["longitude"]
        self._zone = settings["zone"]
        self._programmes = settings["programmes"]
        self._rules = settings.get("rules", ())
        self._default = settings["programme"]
        self._by_day = settings.get("byDay") or ()
        self._switch = None

    def at(self, unix):
        """The Switch in force at *unix*; the same object until the next point, so that asking again costs nothing."""
        switch = self._switch
        if switch is None or not switch.since <= unix < switch.until:
            switch = self._switch = self._find(unix)
        return switch

    def _find(self, unix):
        night = (unix + offset_at(self._zone, unix) - _HALF_DAY) // dates.DAY + 1
        latest = night
        points = self._points(night)
        end = None
        while points[0][0] > unix:
            end = points[0][0] if end is None else min(end, points[0][0])
            night -= 1
            points = self._points(night)
        # An early point of a later night cuts a late one of the next short; mostly this looks one night ahead at most.
        while end is None or self._noon(latest + 1) - _EARLIEST < end:
            latest += 1
            first = self._points(latest)[0][0]
            end = first if end is None else min(end, first)
        since, index = points[0]
        for time, following in points:
            if time > unix:
                end = min(end, time)
                break
            since, index = time, following
        name, programme = self._programme(night)
        at, level, ramp_s = self._programmes[programme][index]
        reason = name + ": " + at + ("min" if "+" in at or "-" in at else "")
        switch = Switch(level, ramp_s, reason, since, end)
        if level and ":" in at and programme not in self._by_day:
            self._keep_off_by_day(switch, unix, self._programmes[programme])
        return switch

    def _keep_off_by_day(self, switch, unix, programme):
        """Narrows *switch*, of a fixed time, to the part of it around *unix* that is in one day or between two."""
        since = switch.since
        late, early = 0, None  # minutes by which the programme itself lets the lamp burn while the sun is up
        for point in programme:
            crossing, minutes = parse(point[0])
            if crossing in ("sunrise", "dawn"):
                late = max(late, minutes)
            elif crossing:
                early = max(early or 0, -minutes)
        if early is None:
            early = _DAY_MIN
        noon = (unix + int(self._longitude * 240)) // dates.DAY  # the solar day
        for day in (noon - 1, noon, noon + 1):
            rise, set_ = [
                day * dates.DAY
                + sun.event(day - dates.UNIX_DAYS, self._latitude, self._longitude, sun.SUNRISE_ZENITH, rising)
                for rising in (True, False)
            ]
            begin, end = rise + max(late, _DAY_MIN) * 60, set_ - early * 60
            if rise + late * 60 <= since < end:  # it comes by day: it does not light the lamp before the evening
                begin = min(begin, since)
            if begin >= end:
                continue
            if unix >= end:
                switch.since = max(switch.since, end)
            elif unix < begin:
                switch.until = min(switch.until, begin)
            else:
                switch.since, switch.until = max(switch.since, begin), min(switch.until, end)
                switch.level = 0
                switch.reason += ", off by day"

    def _programme(self, night):
        """(name to give as the reason, programme) of *night*, which is its date in days since 1970."""
        day = night - dates.UNIX_DAYS
        number = dates.number(day)
        weekday = dates.weekday(day)
        for rule in self._rules:
            if _matches(rule, number, weekday):
                return rule["name"], rule["programme"]
        return self._default, self._default

    def _points(self, night):
        """[(Unix time, index in the programme), ...] of *night*, in the order of time and then of the programme."""
        programme = self._programmes[self._programme(night)[1]]
        points = []
        for i in range(len(programme)):
            points.append((self._time(night, programme[i][0]), i))
        return sorted(points)

    def _time(self, night, at):
        crossing, minutes = parse(at)
        if crossing is None:
            day = night if minutes >= 720 else night + 1
            return unix_at(self._zone, day * dates.DAY + minutes * 60)
        zenith, rising = _CROSSINGS[crossing]
        noon = self._noon(night)
        # the solar day that contains noon by the clock (next to the date line it may have another date)
        day = (noon + int(self._longitude * 240)) // dates.DAY + (1 if rising else 0)
        of_day = sun.event(day - dates.UNIX_DAYS, self._latitude, self._longitude, zenith, rising)
        return max(day * dates.DAY + of_day + minutes * 60, noon - _EARLIEST)

    def _noon(self, night):
        return unix_at(self._zone, night * dates.DAY + _HALF_DAY)


def offset_at(zone, unix):
    """Seconds east of UTC at *unix*.  *zone*: [[from Unix s, offset s], ...], ascending; the first holds before it."""
    offset = zone[0][1]
    for start, seconds in zone:
        if start > unix:
            break
        offset = seconds
    return offset


def unix_at(zone, local):
    """Unix time at which clocks in *zone* show *local* (seconds since 1970-01-01 00:00 by these clocks).

    A time that comes twice, when clocks go back, is the first of the two.  A time that never comes, when they go
    forward, is the moment of the change.
    """
    last = len(zone) - 1
    i = 0
    while i < last and local - zone[i][1] >= zone[i + 1][0]:
        i += 1
    unix = local - zone[i][1]
    return unix if i == 0 else max(unix, zone[i][0])


def _matches(rule, number, weekday):
    return (
        rule.get("from", 0) <= number <= rule.get("to", 99999999)
        and ("dates" not in rule or number in rule["dates"])
        and ("monthDays" not in rule or number % 10000 in rule["monthDays"])
        and ("weekdays" not in rule or weekday in rule["weekdays"])
    )
