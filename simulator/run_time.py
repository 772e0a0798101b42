"""The time of a run: converts integer milliseconds since its start to the time of the street and back.

Everything in the simulator counts milliseconds since the start of the run; people, scenarios and the load of a feeder
use local time.  All conversions are here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_QUARTER = 900  # s; every zone's offset changes on a quarter of an hour, so one look-up serves fifteen minutes


class RunTime:
    """The clock of one run that starts at *start_unix* (Unix s) in the zone named *timezone*."""

    def __init__(self, start_unix: int, timezone: str) -> None:
        self.start_unix = start_unix
        self.zone = ZoneInfo(timezone)
        self._quarter = -1
        self._offset = 0

    def unix(self, now_ms: int) -> int:
        """Unix seconds, rounded down, at *now_ms* of the run."""
        return self.start_unix + now_ms // 1000

    def unix_ms(self, now_ms: int) -> int:
        """Unix milliseconds at *now_ms* of the run."""
        return self.start_unix * 1000 + now_ms

    def ms(self, unix: float) -> int:
        """Milliseconds of the run at *unix* (Unix s); negative before its start."""
        return round((unix - self.start_unix) * 1000)

    def local(self, now_ms: int) -> datetime:
        """Local date and time at *now_ms* of the run, aware of its zone."""
        return datetime.fromtimestamp(self.start_unix + now_ms / 1000, self.zone)

    def local_ms(self, moment: datetime) -> int:
        """Milliseconds of the run at *moment*, a local date and time without a zone.

        A time that happens twice (clocks put back) is its first; one that does not happen (clocks put forward) is as
        many minutes after the gap as it lies inside it.
        """
        return self.ms(moment.replace(tzinfo=self.zone, fold=0).timestamp())

    def local_seconds(self, now_ms: int) -> float:
        """Seconds of local time since 1970-01-01 00:00 local: modulo 86400 it is the time of day."""
        unix = self.start_unix + now_ms / 1000
        quarter = int(unix // _QUARTER)
        if quarter != self._quarter:
            moment = datetime.fromtimestamp(quarter * _QUARTER, UTC).astimezone(self.zone)
            shift = moment.utcoffset()
            assert shift is not None  # a moment in a zone always has an offset
            self._quarter, self._offset = quarter, int(shift.total_seconds())
        return unix + self._offset
