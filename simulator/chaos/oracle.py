"""An independent calendar, computed from the site's files without any of the pole's own code.

Civil time is zoneinfo's, the sun is astral's, and a night is replayed point by point.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from astral import Observer, SunDirection
from astral.sun import time_of_transit

from host_tools.site.model import Pole, Rule, Site

SUN = {  # zenith in degrees and direction, of NOAA's equations: without refraction of their own
    "sunset": (90.833, SunDirection.SETTING),
    "sunrise": (90.833, SunDirection.RISING),
    "dusk": (96.0, SunDirection.SETTING),
    "dawn": (96.0, SunDirection.RISING),
}
SLACK_S = 90  # two suns may differ by half a minute, and a report comes after its switch


class CalendarOracle:
    """The levels that the calendar of *pole* asks for."""

    def __init__(self, site: Site, pole: Pole) -> None:
        self._site = site
        self._pole = pole
        self._zone = ZoneInfo(site.timezone)
        self._nights: dict[date, list[tuple[float, int]]] = {}

    def levels(self, unix: int) -> set[int]:
        """The levels, percent, that are right at Unix second *unix*: two where a switch point is near."""
        return {self._level(unix - SLACK_S), self._level(unix), self._level(unix + SLACK_S)}

    def _level(self, unix: int) -> int:
        day = (datetime.fromtimestamp(unix, self._zone) - timedelta(hours=12)).date()
        points = sorted(self._night(day - timedelta(1)) + self._night(day) + self._night(day + timedelta(1)))
        return points[bisect_right(points, (unix, 101)) - 1][1]

    def _night(self, day: date) -> list[tuple[float, int]]:
        """(Unix seconds, level) of the points of the night that starts at noon of *day*."""
        if day not in self._nights:
            programme = next(
                (rule.programme for rule in self._site.rules if self._holds(rule, day)),
                self._site.programme_of(self._pole),
            )
            points = self._site.programmes[programme]
            self._nights[day] = [(self._moment(point.at, day), point.level) for point in points]
        return self._nights[day]

    def _holds(self, rule: Rule, day: date) -> bool:
        named = day in rule.dates or (day.month, day.day) in rule.month_days
        return (
            (named or not (rule.dates or rule.month_days))
            and (rule.first is None or rule.first <= day)
            and (rule.last is None or day <= rule.last)
            and (not rule.weekdays or day.isoweekday() in rule.weekdays)
            and (not rule.groups or any(group in rule.groups for group in self._pole.groups))
        )

    def _moment(self, at: str, day: date) -> float:
        if ":" in at:
            clock = time.fromisoformat(at)
            return datetime.combine(day + timedelta(clock.hour < 12), clock, self._zone).timestamp()
        name = next(name for name in SUN if at.startswith(name))
        zenith, direction = SUN[name]
        place = Observer(self._pole.latitude, self._pole.longitude)
        local = day + timedelta(direction is SunDirection.RISING)
        near = datetime.combine(local, time(12), self._zone)
        moments = [
            time_of_transit(place, local + timedelta(shift), zenith, direction, with_refraction=False)
            for shift in (-1, 0, 1)
        ]
        sun = min(moments, key=lambda moment: abs(moment - near))
        return sun.timestamp() + int(at.removeprefix(name) or "0") * 60
