"""The times of night, by ``astral``: the judge of darkness must not use the pole's own sun.

A night spans from one solar noon to the next at its place, and is counted in days since 1970 of its first noon.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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

    def noons(self, number: int) -> tuple[float, float]:
        """Unix seconds of the two noons between which night *number* lies."""
        noon = number * DAY_S + self._noon_s
        return noon, noon + DAY_S

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
        """How many nights lie from *from_unix* to *to_unix*; a part of a night counts for that part."""
        nights = 0.0
        for number in range(self.number(from_unix), self.number(to_unix) + 1):
            night = self.between(number)
            if night:
                nights += max(0.0, min(night[1], to_unix) - max(night[0], from_unix)) / (night[1] - night[0])
        return nights

    def _find(self, number: int, zenith: float) -> tuple[float, float] | None:
        noon, next_noon = self.noons(number)
        midnight = noon + DAY_S / 2
        if self._above(midnight, zenith):
            return None
        set_s, rise_s = noon, next_noon
        if self._above(noon, zenith):
            found = self._transit(zenith, SunDirection.SETTING, noon, midnight)
            set_s = self._search(zenith, noon, midnight) if found is None else found
        if self._above(next_noon, zenith):
            found = self._transit(zenith, SunDirection.RISING, midnight, next_noon)
            rise_s = self._search(zenith, next_noon, midnight) if found is None else found
        return set_s, rise_s

    def _transit(self, zenith: float, direction: SunDirection, low: float, high: float) -> float | None:
        """The transit between *low* and *high* (Unix s), if astral has it on one of the days around.

        On one day in spring it has none: where dawn falls near 00:00 UTC it puts two dawns of that day on one date.
        """
        day = datetime.fromtimestamp((low + high) / 2, UTC).date()
        for shift in (0, -1, 1):
            try:
                found = time_of_transit(
                    self._observer, day + timedelta(days=shift), zenith, direction, with_refraction=False
                ).timestamp()
            except ValueError:  # it does not cross this zenith on that day
                continue
            if low <= found <= high:
                return found
        return None

    def _search(self, zenith: float, above: float, below: float) -> float:
        """The crossing between a time at which the sun is above *zenith* and one at which it is below, to 0.05 s."""
        while abs(below - above) > 0.1:
            middle = (above + below) / 2
            if self._above(middle, zenith):
                above = middle
            else:
                below = middle
        return (above + below) / 2

    def _above(self, unix: float, zenith: float) -> bool:
        moment = datetime.fromtimestamp(unix, UTC)
        return 90.0 - elevation(self._observer, moment, with_refraction=False) < zenith
