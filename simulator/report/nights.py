"""When it is night, by ``astral``: the judge of darkness must not be the pole's own sun.

A night spans from one solar noon to the next at its place, and is counted in days since 1970 of its first noon.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from astral import Observer, SunDirection
from astral.sun import elevation, time_of_transit

SUNRISE_ZENITH = 90.833  # degrees; the sun's upper edge on the horizon, refraction included
TWILIGHT_ZENITH = 96.0  # end of civil twilight
DAY_S = 86400


class Nights:
    """The nights at one place: *latitude*, *longitude* in degrees, east positive."""

    def __init__(self, latitude: float, longitude: float) -> None:
        self._observer = Observer(latitude, longitude)
        self._noon_s = DAY_S // 2 - longitude * 240.0  # mean solar noon, in seconds after 00:00 UTC
        self._cache: dict[tuple[int, float], tuple[float, float] | None] = {}

    def number(self, unix: float) -> int:
        """Number of the night that *unix* (Unix s) belongs to."""
        return int((unix - self._noon_s) // DAY_S)

    def between(self, number: int, zenith: float = TWILIGHT_ZENITH) -> tuple[float, float] | None:
        """Unix seconds at which the sun sinks below *zenith* in night *number* and rises above it again.

        None where it never sinks so low (white nights); from noon to noon where it never rises so high.
        """
        wanted = (number, zenith)
        if wanted not in self._cache:
            self._cache[wanted] = self._find(number, zenith)
        return self._cache[wanted]

    def dark(self, from_unix: float, to_unix: float) -> float:
        """Seconds of civil night from *from_unix* to *to_unix*."""
        seconds = 0.0
        for number in range(self.number(from_unix), self.number(to_unix) + 1):
            night = self.between(number)
            if night:
                seconds += max(0.0, min(night[1], to_unix) - max(night[0], from_unix))
        return seconds

    def part(self, from_unix: float, to_unix: float) -> float:
        """How many nights lie from *from_unix* to *to_unix*, a night lived in part counting for that part."""
        nights = 0.0
        for number in range(self.number(from_unix), self.number(to_unix) + 1):
            night = self.between(number)
            if night:
                nights += max(0.0, min(night[1], to_unix) - max(night[0], from_unix)) / (night[1] - night[0])
        return nights

    def _find(self, number: int, zenith: float) -> tuple[float, float] | None:
        noon = number * DAY_S + self._noon_s
        day = datetime.fromtimestamp(noon, UTC).date()
        set_s = self._transit(day, zenith, SunDirection.SETTING, noon)
        rise_s = self._transit(day + timedelta(days=1), zenith, SunDirection.RISING, noon)
        if set_s is None and rise_s is None:
            midnight = datetime.fromtimestamp(noon + DAY_S / 2, UTC)
            if 90.0 - elevation(self._observer, midnight, with_refraction=False) <= zenith:
                return None
        return (noon if set_s is None else set_s), (noon + DAY_S if rise_s is None else rise_s)

    def _transit(self, day: date, zenith: float, direction: SunDirection, noon: float) -> float | None:
        """The transit within the 24 hours after *noon*; astral may put it on the day before or after, far from UTC."""
        for shift in (0, -1, 1):
            try:
                found = time_of_transit(
                    self._observer, day + timedelta(days=shift), zenith, direction, with_refraction=False
                ).timestamp()
            except ValueError:  # it does not cross this zenith on that day
                continue
            if noon <= found < noon + DAY_S:
                return found
        return None
