"""One night as series of values, and drawn as text for a terminal (plotext; for a PNG see ``png_plot``).

The preview of a site and the simulated night are both drawn with it, so that plan and result look alike.  Levels are in
the upper panel, power (when there is any) in the lower, both against the site's local time.
The drawing library is slow to import and is imported only when something is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, log10
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["level", "power"]

KILO = 2000.0  # from this many watts on, the power panel counts in kilowatts


@dataclass(frozen=True)
class Series:
    """One line of the plot.

    ``times`` are Unix seconds, ascending; ``values`` are percent (0-100) for kind "level" and watts for kind "power".
    With ``step`` a value holds until the next time (a switch programme); without it values are joined by straight
    lines (a measurement, or a ramp given by its two ends).  ``dashed`` tells a curve of another quantity from the rest.
    """

    name: str
    times: Sequence[int]
    values: Sequence[float]
    kind: Kind = "level"
    step: bool = True
    dashed: bool = False

    def __post_init__(self) -> None:
        if len(self.times) != len(self.values):
            raise ValueError(f"series {self.name} has {len(self.times)} times and {len(self.values)} values")


@dataclass(frozen=True)
class Mark:
    """A moment worth a vertical line, such as sunset or a happening: Unix seconds and a short label."""

    at: int
    label: str


def night_plot(
    series: Iterable[Series],
    marks: Iterable[Mark] = (),
    *,
    timezone: str = "UTC",
    title: str = "",
    width: int = 100,
    height: int = 24,
    colour: bool = False,
) -> str:
    """The night as text, *width* by *height* characters, ANSI colours only with *colour*.

    *timezone* is the zone name local times are shown in.  Raises ValueError when there is nothing to plot.
    """
    import plotext

    night = _Night(series, marks, timezone)
    figure = plotext.figure
    plotext.terminal.limit(False, False)  # the caller knows the width, also where there is no terminal
    panels = night.panels()
    heads = [_legend(panel, width, colour) for panel in panels]
    parts: list[str] = [title[:width]] if title else []
    rows = height - len(parts) - sum(len(head) for head in heads) - bool(night.marks)
    shares = [rows] if len(panels) == 1 else [rows * 3 // 5, rows - rows * 3 // 5]
    for panel, head, share in zip(panels, heads, shares, strict=True):
        figure.clear()
        figure.theme("simple")
        figure.plot_size(width, max(share, 4))
        figure.axes(axis="x", side="upper", active=False)
        figure.axes(axis="y", side="right", active=False)
        for number, one in reversed(list(enumerate(panel.series))):  # the first is drawn last, over the others
            times, values = _outline(one, night.end)
            symbol = "braille" if colour or len(panel.series) == 1 else _LETTERS[number % len(_LETTERS)]
            marker = plotext.marker(symbol, _COLOURS[number % len(_COLOURS)])
            signal = figure.signal([t - night.start for t in times], [v / panel.unit for v in values], marker=marker)
            signal.lines()
            figure.draw(signal)
        for mark in night.marks:
            figure.line(mark.at - night.start, "vertical", style="dotted")
        figure.ruler("x").lim(0, night.end - night.start)
        ticks = night.ticks(max(2, width // 9))
        figure.ruler("x").ticks([t - night.start for t in ticks], [night.clock(t) for t in ticks])
        figure.ruler("y").lim(0, panel.top / panel.unit)
        levels = [value / panel.unit for value in panel.ticks]
        figure.ruler("y").ticks(levels, [f"{value:5g}" for value in levels])
        parts += head
        parts.append(figure.build().string(not colour))
    figure.clear()  # it is the library's one figure: leave nothing of ours in it
    if night.marks:
        parts.append("  ".join(f"{night.clock(mark.at)} {mark.label}" for mark in night.marks)[:width])
    return "\n".join(line.rstrip() for part in parts for line in part.splitlines())


_COLOURS = (11, 14, 10, 13, 9, 12, 6, 3)  # of the 256 of a terminal; bright ones, and white stays the frame's
_LETTERS = "abcdefghijklmnopqrstuvwxyz"  # without colours, a line is drawn with its letter
_STEPS_MIN = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    180,
    240,
    360,
    720,
    1440,
    2880,
    10080,
    43200,
)  # between ticks of the time axis


@dataclass(frozen=True)
class _Panel:
    kind: Kind
    label: str
    unit: float  # what one unit of the axis is in the series' own unit
    top: float  # upper end of the axis, in the series' own unit
    ticks: list[float]
    series: list[Series]


class _Night:
    """Data that both drawings need: the span, the panels and the ticks."""

    def __init__(self, series: Iterable[Series], marks: Iterable[Mark], timezone: str) -> None:
        self.series = [one for one in series if one.times]
        if not self.series:
            raise ValueError("there is nothing to plot")
        self.start = min(one.times[0] for one in self.series)
        self.end = max(max(one.times[-1] for one in self.series), self.start + 60)
        inside = [mark for mark in marks if self.start <= mark.at <= self.end]
        self.marks = sorted(inside, key=lambda mark: mark.at)
        self._zone = ZoneInfo(timezone)

    def panels(self) -> list[_Panel]:
        out = []
        levels = [one for one in self.series if one.kind == "level"]
        powers = [one for one in self.series if one.kind == "power"]
        if levels:
            out.append(_Panel("level", "level, %", 1.0, 105.0, [0.0, 25.0, 50.0, 75.0, 100.0], levels))
        if powers:
            step = _round_step(max(max(one.values) for one in powers) / 4)
            label, unit = ("power, kW", 1000.0) if step * 4 >= KILO else ("power, W", 1.0)
            out.append(_Panel("power", label, unit, step * 4.2, [step * part for part in range(5)], powers))
        return out

    def clock(self, at: int) -> str:
        return datetime.fromtimestamp(at, self._zone).strftime("%H:%M")

    def ticks(self, most: int) -> list[int]:
        """Unix seconds of whole local minutes or hours, at most about *most* of them."""
        minutes = (self.end - self.start) / 60
        step = next((step for step in _STEPS_MIN if minutes / step <= most), _STEPS_MIN[-1])
        first = datetime.fromtimestamp(self.start, self._zone)
        local = first.replace(tzinfo=None, hour=0 if step > 60 else first.hour, minute=0, second=0, microsecond=0)
        out: list[int] = []
        while True:
            at = int(local.replace(tzinfo=self._zone).timestamp())
            if at > self.end:
                return out
            if at >= self.start and (not out or at > out[-1]):
                out.append(at)
            local += timedelta(minutes=step)


def _legend(panel: _Panel, width: int, colour: bool) -> list[str]:
    """What the panel shows and which line is which, in as many lines as that takes."""
    lines, room = [""], width
    for number, text in enumerate([panel.label, *(one.name for one in panel.series)]):
        mark = ""
        if number and colour:
            mark = f"\x1b[38;5;{_COLOURS[(number - 1) % len(_COLOURS)]}m\u2501\x1b[0m "
        elif number and len(panel.series) > 1:
            mark = f"{_LETTERS[(number - 1) % len(_LETTERS)]}: "
        taken = len(text) + (5 if number else 0)
        if taken > room and lines[-1]:
            lines.append("")
            room = width
        lines[-1] += ("   " if lines[-1] else "") + mark + text
        room -= taken
    return lines


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is *least* or more: a scale people read at a glance."""
    if least <= 0:
        return 1.0
    power = 10.0 ** floor(log10(least))
    return power * next(step for step in (1, 2, 2.5, 5, 10) if power * step >= least * 0.9999)


def _outline(one: Series, end: int) -> tuple[list[int], list[float]]:
    """The corner points of a line: a step holds its value until the next time, and the last until *end*."""
    if not one.step:
        return list(one.times), list(one.values)
    times: list[int] = []
    values: list[float] = []
    for at, value in zip(one.times, one.values, strict=True):
        if times:
            times.append(at)
            values.append(values[-1])
        times.append(at)
        values.append(value)
    times.append(end)
    values.append(values[-1])
    return times, values
