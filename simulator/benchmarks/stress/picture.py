"""The picture of a trial: how many a second, and how many poles are done, for each network that it was run with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host_tools.drawing.matplotlib_setup import plain_matplotlib
from host_tools.drawing.png_plot import ALARM, INK, LAMP, QUIET
from host_tools.output_file import whole
from simulator.benchmarks.stress.spread import shares

COLOURS = ("#1c7c8c", LAMP, ALARM)
SECOND, FINE_MS = 1000, 50
SHORT_MS = 5000  # where all is over by then the columns are fine
WIDTH_IN, ROW_IN, HEAD_IN, FOOT_IN = 12.0, 2.9, 0.95, 0.55


@dataclass(frozen=True)
class Row:
    """One network: ``rates`` are moments and ``curves`` durations from zero (ms; None: never) of *poles* poles."""

    title: str
    poles: int
    rates: Mapping[str, Sequence[int]]
    curves: Mapping[str, Sequence[int | None]]


def png(path: Path, title: str, zero: str, rows: Sequence[Row]) -> None:
    """Draws *rows* into *path*; ``zero`` says what happens at 0 s.  Raises OSError when that cannot be written."""
    with plain_matplotlib(title):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        height = HEAD_IN + ROW_IN * len(rows) + FOOT_IN
        figure = Figure(figsize=(WIDTH_IN, height), dpi=110, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.subplots(len(rows), 2, squeeze=False)
        figure.subplots_adjust(
            left=0.07, right=0.985, top=1 - HEAD_IN / height, bottom=FOOT_IN / height, hspace=0.5, wspace=0.14
        )
        for row, (left, right) in zip(rows, axes, strict=True):
            _rates(left, row)
            _curves(right, row)
        for axis in axes[-1]:
            axis.set_xlabel(f"seconds since {zero}", color=INK)
        figure.text(0.02, 1 - 0.36 / height, title, fontsize=15, fontweight="bold", color=INK)
        with whole(path) as file:
            figure.savefig(file, format="png")


def _rates(axis: Any, row: Row) -> None:
    most = max((ms for moments in row.rates.values() for ms in moments), default=0)
    width = SECOND if most > SHORT_MS else FINE_MS  # ms of a column
    last = 1.0
    for colour, (name, moments) in zip(COLOURS, row.rates.items(), strict=False):
        counted = Counter(ms // width for ms in moments)
        if counted:
            heights = [counted.get(place, 0) for place in range(max(counted) + 1)]
            edges = [place * width / SECOND for place in range(len(heights) + 1)]
            last = max(last, edges[-1])
            axis.stairs(heights, edges, color=colour, fill=True, alpha=0.35)
            axis.stairs(heights, edges, color=colour, linewidth=1.4, label=name)
    axis.set_xlim(0, last)
    axis.set_ylim(0, 1.3 * axis.get_ylim()[1])  # room for the legend
    _dress(axis, f"{row.title}: how many in {'a second' if width == SECOND else f'{width} ms'}")


def _curves(axis: Any, row: Row) -> None:
    last = 1.0
    for colour, (name, durations) in zip(COLOURS, row.curves.items(), strict=False):
        there = [each / 1000 for each in durations if each is not None]
        if there:
            seconds, percent = shares(there, row.poles)
            last = max(last, seconds[-1])
            axis.step([0, *seconds], [0, *percent], where="post", color=colour, linewidth=2.0, label=name)
    axis.set_xlim(-0.02 * last, last * 1.04)
    axis.set_ylim(0, 104)
    axis.set_yticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
    _dress(axis, f"{row.title}: poles that are done")


def _dress(axis: Any, title: str) -> None:
    axis.set_title(title, color=INK, fontsize=10.5, loc="left")
    axis.grid(color="#8f93a8", alpha=0.28, linewidth=0.7)
    axis.tick_params(length=0, colors=INK, labelsize=9)
    for side in axis.spines.values():
        side.set_color(QUIET)
        side.set_linewidth(0.6)
    if axis.get_legend_handles_labels()[0]:
        axis.legend(loc="best", fontsize=9, frameon=True, framealpha=0.85, edgecolor="none")
