"""The course of the night: level and power of each pole over time, as plain series to be drawn.

A sample is kept only when it differs from the last, so that a street of thousands fits in memory: a lamp changes some
ten times a night.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from host_tools.drawing.terminal_plot import Mark, Series
from simulator.report.nights import SUNRISE_ZENITH, TWILIGHT_ZENITH, Nights
from simulator.run_time import RunTime

GRID_S = 60  # sums and means over poles are given at these steps
NEW_LEVEL = 0.5  # percent; a smaller change is nothing new
NEW_POWER_W, NEW_POWER_PART = 0.5, 0.02


class _Track:
    """Samples of one pole, ascending in time; each holds until the next."""

    __slots__ = ("levels", "powers", "times")

    def __init__(self) -> None:
        self.times = array("q")
        self.levels = array("d")
        self.powers = array("d")

    def add(self, unix: int, level: float, power_w: float) -> None:
        if self.times:
            before_w = self.powers[-1]
            new_power = abs(power_w - before_w) > max(NEW_POWER_W, NEW_POWER_PART * before_w)
            if not new_power and abs(level - self.levels[-1]) < NEW_LEVEL:
                return
        self.times.append(unix)
        self.levels.append(level)
        self.powers.append(power_w)


class NightLog:
    """Takes samples of every pole during a run and gives them back as series."""

    def __init__(self, time: RunTime) -> None:
        self._time = time
        self._tracks: dict[str, _Track] = {}
        self._last_ms = 0

    def sample(self, pole: str, now_ms: int, level: float, power_w: float) -> None:
        """*pole* gives *level* percent of its light and takes *power_w* (W) from *now_ms* of the run on."""
        self._last_ms = max(self._last_ms, now_ms)
        self._tracks.setdefault(pole, _Track()).add(self._time.unix(now_ms), level, power_w)

    def join(self, other: NightLog) -> None:
        """Adds the samples of the poles of *other*, which are not among these."""
        self._tracks |= other._tracks
        self._last_ms = max(self._last_ms, other._last_ms)

    def poles(self) -> list[str]:
        """Names of all poles sampled so far."""
        return sorted(self._tracks)

    def levels(self, poles: Iterable[str]) -> list[Series]:
        """The level over time of each of *poles* that was sampled."""
        last = self._time.unix(self._last_ms)
        out = []
        for pole in poles:
            track = self._tracks.get(pole)
            if track is not None:
                times, levels = list(track.times), list(track.levels)
                if times[-1] < last:  # it held to the end
                    times.append(last)
                    levels.append(levels[-1])
                out.append(Series(pole, times, levels, "level"))
        return out

    def group_levels(self, groups: Mapping[str, Sequence[str]]) -> list[Series]:
        """The mean level over time of each group in *groups* ({name: its poles}) of which a pole was sampled."""
        out = []
        for name, poles in groups.items():
            tracks = [self._tracks[pole] for pole in poles if pole in self._tracks]
            if tracks:
                sums = self._sum((track.times, track.levels) for track in tracks)
                out.append(Series(name, list(self._grid()), [value / len(tracks) for value in sums], "level"))
        return out

    def power(self, name: str = "street") -> Series:
        """Power of all poles together over time (W), as a series called *name*."""
        sums = self._sum((track.times, track.powers) for track in self._tracks.values())
        return Series(name, list(self._grid()), sums, "power")

    def _grid(self) -> range:
        return range(self._time.start_unix, self._time.unix(self._last_ms) + GRID_S, GRID_S)

    def _sum(self, tracks: Iterable[tuple[array[int], array[float]]]) -> list[float]:
        """The sum of *tracks* on the grid: each change is added where it takes effect, then all are run up."""
        start = self._time.start_unix
        changes = [0.0] * len(self._grid())
        for times, values in tracks:
            before = 0.0
            for at, value in zip(times, values, strict=True):
                changes[-((start - at) // GRID_S)] += value - before
                before = value
        return [round(value, 6) for value in accumulate(changes)]


def sun_marks(latitude: float, longitude: float, from_unix: int, to_unix: int) -> list[Mark]:
    """Sunset, dusk, dawn and sunrise of every night from *from_unix* to *to_unix*, by astral, in order.

    What does not happen near the poles has no mark; a run that begins in a night without dawn has "polar night" first.
    """
    nights = Nights(latitude, longitude)
    first = nights.number(from_unix)
    marks = []
    for number in range(first, nights.number(to_unix) + 1):
        for zenith, names in ((SUNRISE_ZENITH, ("sunset", "sunrise")), (TWILIGHT_ZENITH, ("dusk", "dawn"))):
            night = nights.between(number, zenith)
            for at, name, noon in zip(night or (), names, nights.noons(number), strict=False):
                if at != noon:
                    marks.append(Mark(round(at), name))
    if nights.between(first) == nights.noons(first):
        marks.append(Mark(from_unix, "polar night"))
    return sorted((mark for mark in marks if from_unix <= mark.at <= to_unix), key=lambda mark: mark.at)
