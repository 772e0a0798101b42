"""The picture of a run: recall, false alarms and delay by event type, and how small a lost string is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from host_tools.drawing.png_plot import ALARM, INK, QUIET
from simulator.benchmarks.detection import partial_string
from simulator.benchmarks.detection.benchmark import Result
from simulator.benchmarks.detection.figures import Row, by_type, everything
from simulator.benchmarks.detection.intervals import wilson
from simulator.benchmarks.detection.score import DIYA, RIVAL

NAME = "detection.png"
COLOURS = {DIYA: "#1c7c8c", RIVAL: ALARM}
ASIDE = {DIYA: -0.17, RIVAL: 0.17}  # of a line's middle


def png(result: Result, path: Path) -> None:
    """Draws it into *path*.  Raises OSError when that cannot be written."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    scores = result.commissioned
    rows = {name: {row.name: row for row in [everything(score), *by_type(score)]} for name, score in scores.items()}
    names = ["all", *sorted({name for by in rows.values() for name in by} - {"all"})]
    figure = Figure(figsize=(13, 3.6 + 0.36 * len(names)), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    rows_part = 0.36 * len(names)
    whole = figure.add_gridspec(
        2, 1, height_ratios=[rows_part, 2.2], left=0.155, right=0.98, top=0.9, bottom=0.06, hspace=0.22
    )
    grid, below = whole[0].subgridspec(1, 3, wspace=0.08), whole[1].subgridspec(1, 2, wspace=0.12)
    first: Any = None
    for column, draw in enumerate((_recall, _alarms, _delays)):
        axis = figure.add_subplot(grid[column], sharey=first)
        first = first or axis
        for name, by in rows.items():
            for line, row_name in enumerate(names):
                if row_name in by:
                    draw(axis, by[row_name], line + ASIDE[name], COLOURS[name])
        _dress(axis, names, labelled=column == 0)
    axes = figure.axes
    axes[0].set_title("recall, %", color=INK, fontsize=11)
    axes[1].set_title("false alarms per 1,000 pole-nights", color=INK, fontsize=11)
    axes[1].set_xscale("symlog", linthresh=1)
    axes[1].set_xlim(left=-0.15)
    axes[2].set_title("delay, s: p50 to p99", color=INK, fontsize=11)
    axes[2].set_xscale("symlog", linthresh=10)
    axes[2].set_xlim(left=-1)
    for place, level in enumerate(partial_string.LEVELS):
        _strings(figure.add_subplot(below[place]), result, level)
    nights = f"{scores[DIYA].nights:,} pole-nights, seed {result.seed}"
    figure.text(0.02, 0.962, "Detection, measured", fontsize=16, fontweight="bold", color=INK)
    figure.text(0.02, 0.937, f"{nights}; lines are 95 % intervals", fontsize=10.5, color=QUIET)
    for place, name in enumerate(COLOURS):
        figure.text(0.8 + 0.08 * place, 0.95, f"● {name}", fontsize=12, color=COLOURS[name])
    figure.savefig(path, format="png")


def _recall(axis: Any, row: Row, y: float, colour: str) -> None:
    if row.expected:
        low, high = row.recall_interval
        axis.plot([100 * low, 100 * high], [y, y], color=colour, linewidth=1.6)
        axis.plot([100 * row.recall], [y], "o", color=colour, markersize=5)


def _alarms(axis: Any, row: Row, y: float, colour: str) -> None:
    axis.plot(row.per_1000_interval, [y, y], color=colour, linewidth=1.6)
    axis.plot([row.per_1000], [y], "o", color=colour, markersize=5)


def _delays(axis: Any, row: Row, y: float, colour: str) -> None:
    middle, late = row.delay(0.50), row.delay(0.99)
    if middle is not None:
        axis.plot([middle, late], [y, y], color=colour, linewidth=1.6)
        axis.plot([middle], [y], "o", color=colour, markersize=5)


def _strings(axis: Any, result: Result, level: int) -> None:
    for name, colour in COLOURS.items():
        by_severity = [(severity, result.strings[level, severity][name]) for severity in partial_string.SEVERITIES]
        shares = [100 * sum(found) / len(found) for _severity, found in by_severity]
        bounds = [wilson(sum(found), len(found)) for _severity, found in by_severity]
        at = [100 * severity for severity, _found in by_severity]
        axis.fill_between(
            at, [100 * low for low, _high in bounds], [100 * high for _low, high in bounds], color=colour, alpha=0.15
        )
        axis.plot(at, shares, "o-", color=colour, linewidth=1.8, markersize=4)
    axis.axvline(15, color=QUIET, linewidth=1, linestyle=(0, (4, 3)))
    axis.set_title(f"lost strings found at level {level} %, the mains wobbling, %", color=INK, fontsize=11)
    axis.set_xlabel("part of the light lost, %", color=QUIET)
    axis.set_ylim(-4, 104)
    _plain(axis)


def _dress(axis: Any, names: list[str], *, labelled: bool) -> None:
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.tick_params(labelleft=labelled)
    for line in range(0, len(names), 2):
        axis.axhspan(line - 0.5, line + 0.5, color="#f3f2ee", linewidth=0, zorder=0)
    _plain(axis)


def _plain(axis: Any) -> None:
    axis.set_axisbelow(True)
    axis.grid(axis="x", color="#8f93a8", alpha=0.28, linewidth=0.7)
    for side in axis.spines.values():
        side.set_visible(False)
    axis.tick_params(length=0, pad=6, colors=INK, labelsize=9.5)
