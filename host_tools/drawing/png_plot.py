"""The picture of a night: a PNG of the street's levels and power (for a terminal see ``plot``).

The preview of a site and the simulated night are both drawn with it.  The sky behind the curves says when it is night:
light by day, twilight between sunset and dusk, dark from dusk to dawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.drawing.matplotlib_setup import plain_matplotlib
from host_tools.drawing.picture_head import Head
from host_tools.drawing.terminal_plot import Mark, Series
from host_tools.output_file import whole

DAY, TWILIGHT, NIGHT = "#fdf6e3", "#c9cbe0", "#23264a"
INK, QUIET, LAMP, ALARM = "#22242f", "#6d7080", "#f2a900", "#d6334c"
ON_NIGHT = "#e9e6d8"
OTHER = "#8f94a8"  # a dashed curve, which shows another quantity: seen by day and by night
# Distinguishable for colour-blind people, and bright enough against the night.
CURVES = ("#f2a900", "#35b6c9", "#e4572e", "#8fd14f", "#c58af9", "#f78fb3", "#9aa5b1")
STYLES = ("-", (0, (5, 1, 1, 1)), (0, (1, 1)))  # the next one for each round of colours
DPI, WIDTH_IN, LEFT_IN, RIGHT_IN, BOTTOM_IN = 130, 12.0, 0.78, 0.34, 0.58  # inches of the whole picture and its edges
LEVEL_IN, POWER_IN, GAP_IN, LABEL_IN = 3.6, 1.8, 0.16, 0.36  # of the panels, between them, and of a row of labels
LABELLED_S = 4 * 86400  # the sun is named in pictures up to this long
SUN = ("sunset", "dusk", "dawn", "sunrise", "polar night")
SKY_AFTER = {"sunset": TWILIGHT, "dusk": NIGHT, "dawn": TWILIGHT, "sunrise": DAY, "polar night": NIGHT}
SKY_BEFORE = {"sunset": DAY, "dusk": TWILIGHT, "dawn": NIGHT, "sunrise": TWILIGHT, "polar night": NIGHT}


def png(
    path: Path,
    series: Iterable[Series],
    marks: Iterable[Mark],
    *,
    timezone: str,
    title: str,
    subtitle: str = "",
    faint: Iterable[Series] = (),
) -> None:
    """The night as a PNG file at *path*.

    *series* are the curves that carry a name (levels above, power below), *faint* thin lines behind them, such as every
    pole beside the mean of its group.  *marks* named sunset, dusk, dawn and sunrise paint the sky; any other becomes a
    line with its label.  Raises ValueError when there is nothing to draw, OSError when *path* cannot be written.
    """
    picture = _Picture(list(series), list(faint), sorted(marks, key=lambda mark: mark.at), ZoneInfo(timezone))
    with plain_matplotlib(title, subtitle, *picture.names()):
        picture.draw(title, subtitle)
        picture.save(path)


class _Picture:
    def __init__(self, series: list[Series], faint: list[Series], marks: list[Mark], zone: ZoneInfo) -> None:
        self._levels = [one for one in series if one.kind == "level" and one.times]
        self._powers = [one for one in series if one.kind == "power" and one.times]
        self._faint = [one for one in faint if one.times]
        drawn = self._levels + self._powers + self._faint
        if not drawn:
            raise ValueError("there is nothing to plot")
        self._zone = zone
        self._start = min(one.times[0] for one in drawn)
        self._end = max(max(one.times[-1] for one in drawn), self._start + 60)
        self._marks = [mark for mark in marks if self._start <= mark.at <= self._end]
        self._figure: Any = None

    def names(self) -> list[str]:
        """All texts that come from outside, title and subtitle excepted."""
        return [*(one.name for one in self._levels), *(mark.label for mark in self._marks)]

    def draw(self, title: str, subtitle: str) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self._figure = figure = Figure(figsize=(WIDTH_IN, 7.2), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        panels = ["level"] * bool(self._levels or self._faint) + ["power"] * bool(self._powers)
        shares = [LEVEL_IN, POWER_IN][: len(panels)] if len(panels) == 2 else [LEVEL_IN]
        axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=shares)[:, 0]
        for axis, panel in zip(axes, panels, strict=True):
            self._sky(axis)
            self._level_panel(axis) if panel == "level" else self._power_panel(axis)
            self._dress(axis)
        head = Head(figure, LEFT_IN, WIDTH_IN - RIGHT_IN)
        head.title(title, INK)
        if subtitle:
            head.subtitle(subtitle, QUIET)
        if self._levels:
            head.legend(*self._named(), INK)
        rows = self._labels(axes[0])
        top = head.used + LABEL_IN * rows + 0.06
        height = top + sum(shares) + GAP_IN * (len(panels) - 1) + BOTTOM_IN
        figure.set_size_inches(WIDTH_IN, height)
        head.settle(height)
        figure.subplots_adjust(
            left=LEFT_IN / WIDTH_IN, right=1 - RIGHT_IN / WIDTH_IN, top=1 - top / height, bottom=BOTTOM_IN / height,
            hspace=GAP_IN * len(panels) / sum(shares),
        )  # fmt: skip
        figure.align_ylabels(axes)
        self._hours(axes[-1])

    def save(self, path: Path) -> None:
        with whole(path) as file:
            self._figure.savefig(file, format="png")

    def _sky(self, axis: Any) -> None:
        suns = [mark for mark in self._marks if mark.label in SUN]
        edges = [self._start, *(mark.at for mark in suns), self._end]
        colours = [SKY_BEFORE[suns[0].label] if suns else DAY, *(SKY_AFTER[mark.label] for mark in suns)]
        for left, right, colour in zip(edges, edges[1:], colours, strict=False):
            axis.axvspan(self._at(left), self._at(right), color=colour, linewidth=0, zorder=0)

    def _level_panel(self, axis: Any) -> None:
        for one in self._faint:
            axis.plot(*self._steps(one), color=ON_NIGHT, linewidth=0.8, alpha=0.4, zorder=2)
        for number, one in enumerate(self._levels):
            axis.plot(
                *self._steps(one), color=OTHER if one.dashed else CURVES[number % len(CURVES)],
                linewidth=1.4 if one.dashed else 2.2, linestyle=_style(one, number), zorder=3, solid_joinstyle="round",
            )  # fmt: skip
        axis.set_ylim(0, 108)
        axis.set_yticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
        axis.set_ylabel("level", color=INK)

    def _named(self) -> tuple[list[Any], list[str]]:
        """What stands for each curve of the level panel in the legend, and its name."""
        from matplotlib.lines import Line2D

        handles = [
            Line2D(
                [], [], color=OTHER if one.dashed else CURVES[number % len(CURVES)], linestyle=_style(one, number),
                linewidth=1.4 if one.dashed else 2.2,
            )
            for number, one in enumerate(self._levels)
        ]  # fmt: skip
        return handles, [one.name for one in self._levels]

    def _power_panel(self, axis: Any) -> None:
        most = max(max(one.values) for one in self._powers)
        unit, name = (1000.0, "kW") if most >= 2000.0 else (1.0, "W")
        for number, one in enumerate(self._powers):
            colour = LAMP if len(self._powers) == 1 else CURVES[number % len(CURVES)]
            moments, watts = self._steps(one)
            values = [value / unit for value in watts]
            if len(self._powers) == 1:
                axis.fill_between(moments, values, color=colour, alpha=0.35, linewidth=0, zorder=2)
            axis.plot(moments, values, color=colour, linewidth=1.8, zorder=3)
        axis.set_ylim(0, max(most / unit, 1e-3) * 1.18)
        axis.set_ylabel(f"power, {name}", color=INK)
        if len(self._powers) == 1:
            self._energy(axis, self._powers[0])

    def _energy(self, axis: Any, one: Series) -> None:
        ends = [*one.times[1:], self._end]
        watt_s = sum(value * (end - at) for at, end, value in zip(one.times, ends, one.values, strict=True))
        axis.text(
            0.992, 0.93, f"{watt_s / 3.6e6:.2f} kWh", transform=axis.transAxes, ha="right", va="top", fontsize=11,
            fontweight="bold", color=INK, zorder=5,
            bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "boxstyle": "round,pad=0.35"},
        )  # fmt: skip

    def _dress(self, axis: Any) -> None:
        axis.set_axisbelow(False)
        axis.grid(axis="y", color="#8f93a8", alpha=0.28, linewidth=0.7, zorder=1)
        for side in axis.spines.values():
            side.set_visible(False)
        axis.tick_params(length=0, pad=6, colors=INK, labelsize=10)
        axis.set_xlim(self._at(self._start), self._at(self._end))
        for mark in self._marks:
            if mark.label not in SUN:
                axis.axvline(self._at(mark.at), color="#ff5d73", linewidth=1.2, linestyle=(0, (4, 3)), zorder=4)

    def _labels(self, axis: Any) -> int:
        """Names and times above the first panel, in as many rows as it takes up to three; how many rows that were.

        Twilight is short: sunset and dawn are written to the left of their line, dusk and sunrise to the right.
        """
        width = 0.055 * (self._end - self._start)  # of one label, in seconds of the axis
        taken: list[list[tuple[float, float]]] = [[], [], []]
        many = self._end - self._start > LABELLED_S
        for mark in self._marks:
            if many and mark.label in SUN:
                continue  # a week of nights: the sky alone shows it
            side = {"sunset": "right", "dawn": "right", "dusk": "left", "sunrise": "left"}.get(mark.label, "center")
            left = mark.at - {"right": 1.0, "center": 0.8, "left": 0.0}[side] * width
            right = left + (1.6 if side == "center" else 1.0) * width
            row = next(
                (row for row, used in enumerate(taken) if all(right <= one or left >= other for one, other in used)),
                None,
            )
            if row is None:
                continue
            taken[row].append((left, right))
            axis.annotate(
                f"{mark.label}\n{datetime.fromtimestamp(mark.at, self._zone):%H:%M}", (self._at(mark.at), 1.0),
                xycoords=("data", "axes fraction"), xytext=({"right": 2, "left": -2}.get(side, 0), 4 + 25 * row),
                textcoords="offset points", ha=side, va="bottom", fontsize=9, linespacing=1.15, multialignment=side,
                color=QUIET if mark.label in SUN else ALARM, annotation_clip=False,
            )  # fmt: skip
        return sum(1 for used in taken if used)

    def _hours(self, axis: Any) -> None:
        import matplotlib.dates

        dates: Any = matplotlib.dates  # untyped

        hours = (self._end - self._start) / 3600
        if hours <= 3:
            axis.xaxis.set_major_locator(dates.AutoDateLocator(tz=self._zone, minticks=3, maxticks=13))
            seconds = ":%S" if hours < 0.1 else ""
            axis.xaxis.set_major_formatter(dates.DateFormatter(f"%H:%M{seconds}", tz=self._zone))
        elif hours <= 50:
            step = next(step for step in (1, 2, 3, 6) if hours / step <= 13 or step == 6)
            axis.xaxis.set_major_locator(dates.HourLocator(byhour=range(0, 24, step), tz=self._zone))
            axis.xaxis.set_major_formatter(dates.DateFormatter("%H:%M", tz=self._zone))
        else:
            locator = dates.AutoDateLocator(tz=self._zone)
            axis.xaxis.set_major_locator(locator)
            axis.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=self._zone))
        axis.set_xlabel(f"local time ({self._zone.key})", color=QUIET, labelpad=6)

    def _at(self, unix: int) -> datetime:
        return datetime.fromtimestamp(unix, self._zone)

    def _steps(self, one: Series) -> tuple[list[datetime], Sequence[float]]:
        """The corners of a line: a step holds until the next time, and the last one to the end of the picture."""
        if not one.step:
            return [self._at(at) for at in one.times], one.values
        times: list[datetime] = []
        values: list[float] = []
        for at, value in zip(one.times, one.values, strict=True):
            if values and value == values[-1]:
                continue
            moment = self._at(at)
            if values:
                times.append(moment)
                values.append(values[-1])
            times.append(moment)
            values.append(value)
        times.append(self._at(self._end))
        values.append(values[-1])
        return times, values


def _style(one: Series, number: int) -> Any:
    return (0, (4, 2)) if one.dashed else STYLES[number // len(CURVES) % len(STYLES)]
