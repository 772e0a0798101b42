"""Hours and nights by a site's clock, as Unix seconds.

An hour has 3600 s on every day: it begins where the site's clock without summer time shows a full hour (half past by
UTC in India).  When summer time ends, the two hours that the clock calls alike are two hours here.  A night goes from
noon to noon as the clock shows it, so that two of a year have 23 or 25 hours.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR_S = 3600


class LocalTime:
    """The clock of a site in the time zone *zone*."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def hour(self, at: int) -> int:
        """When the hour began that *at* is in."""
        local = datetime.fromtimestamp(at, self._zone)
        standard = (local.utcoffset() or timedelta()) - (local.dst() or timedelta())
        return at - (at + int(standard.total_seconds())) % HOUR_S

    def night(self, at: int) -> date:
        """The date on which the night began that *at* is in."""
        local = datetime.fromtimestamp(at, self._zone)
        return local.date() if local.hour >= 12 else local.date() - timedelta(days=1)

    def noon(self, day: date) -> int:
        """When the night of *day* begins."""
        return int(datetime.combine(day, time(12), self._zone).timestamp())

    def ends(self, day: date) -> int:
        """When the night of *day* ends."""
        return self.noon(day + timedelta(days=1))
