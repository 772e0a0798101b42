"""The heat map of a night: a row for each pole, or each feeder of a city, and a column for each few minutes.

The colour is the light that the row's lamps gave, from dark to full.  Red is where a pole of the row had reported a
fault that had not ended yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from host_tools.drawing.matplotlib_setup import plain_matplotlib
from host_tools.output_file import whole
from simulator.report.episodes import Event, pair_episodes
from simulator.report.night import GRID_S, NightLog

if TYPE_CHECKING:
    from host_tools.site.model import Site
    from simulator.run import RunResult
    from simulator.run_time import RunTime

POLES_MOST = 120  # rows; more poles are drawn by their feeders, and more feeders several a row
ROWS_MOST = 600
COLUMNS_MOST = 480
COLOURS = ("#15172b", "#3d3a5c", "#a8742a", "#f2a900", "#fff1c4")  # of the light: none to full
FAULT, NO_VALUE = "#d6334c", "#ffffff"
DPI, WIDTH_IN, HEIGHT_IN = 130, 12.0, 7.5
NAMES_MOST = 40  # rows that carry a name

Rows = dict[str, list[str]]
Spells = dict[str, list[tuple[int, int]]]  # of each pole, ms of the run


def rows_of(site: Site) -> Rows:
    """{name of a row: its poles}, in the order of the site."""
    if len(site.poles) <= POLES_MOST:
        return {pole.name: [pole.name] for pole in site.poles}
    rows: Rows = {}
    for pole in site.poles:
        rows.setdefault(pole.feeder or "no feeder", []).append(pole.name)
    step = -(-len(rows) // ROWS_MOST)
    names = list(rows)
    return {
        names[first]: [pole for name in names[first : first + step] for pole in rows[name]]
        for first in range(0, len(names), step)
    }


def fault_spells(events: Iterable[Event], time: RunTime, end_ms: int) -> Spells:
    """When each pole had a reported fault: from the start of each episode to its end."""
    spells: Spells = {}
    for (pole, _type), episodes in pair_episodes(events, time).items():
        for one in episodes:
            spells.setdefault(pole, []).append((one.start_ms, end_ms if one.end_ms is None else one.end_ms))
    return spells


def levels_of(log: NightLog, rows: Rows, column_s: int, columns: int) -> list[list[float]]:
    """The mean light (0 to 100 %) of each row at the start of each column, not a number where no pole was sampled."""
    out = []
    for poles in rows.values():
        found = log.group_levels({"": poles})
        values = found[0].values if found else [float("nan")]
        out.append([values[min(len(values) - 1, column * column_s // GRID_S)] for column in range(columns)])
    return out


def faults_of(spells: Spells, rows: Rows, column_s: int, columns: int) -> list[list[bool]]:
    """Whether a pole of each row had a reported fault in each column."""
    out = []
    for poles in rows.values():
        marked = [False] * columns
        for pole in poles:
            for start_ms, end_ms in spells.get(pole, ()):
                first, last = start_ms // (column_s * 1000), end_ms // (column_s * 1000)
                for column in range(max(0, first), min(columns, last + 1)):
                    marked[column] = True
        out.append(marked)
    return out


def draw_heat_map(outcome: RunResult, path: Path) -> None:
    """The heat map of a run as a PNG at *path*.  Raises OSError."""
    site, time = outcome.site, outcome.time
    seconds = max(60, round(outcome.scenario.hours * 3600))
    column_s = max(60, -(-seconds // COLUMNS_MOST // 60) * 60)
    columns = max(1, -(-seconds // column_s))
    rows = rows_of(site)
    events = [event for _ms, event in outcome.result.events]
    faults = faults_of(fault_spells(events, time, seconds * 1000), rows, column_s, columns)
    levels = levels_of(outcome.result.log, rows, column_s, columns)
    what = "poles" if len(rows) == len(site.poles) else "feeders"
    title = f"{site.title}: {outcome.scenario.name}"
    subtitle = f"the light of {len(site.poles)} poles, a row for each of {len(rows)} {what}; red: a reported fault"
    zone, ends = ZoneInfo(site.timezone), (time.start_unix, time.start_unix + columns * column_s)
    span = [datetime.fromtimestamp(unix, zone) for unix in ends]
    _draw(path, title, subtitle, list(rows), levels, faults, span)


def _draw(
    path: Path, title: str, subtitle: str, names: Sequence[str], levels: list[list[float]],
    faults: list[list[bool]], span: Sequence[datetime],
) -> None:  # fmt: skip
    with plain_matplotlib(title, subtitle, *names):
        import numpy
        from matplotlib import dates as untyped
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.colors import LinearSegmentedColormap, ListedColormap
        from matplotlib.figure import Figure

        dates: Any = untyped
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        left, right = (float(dates.date2num(moment)) for moment in span)
        extent = (left, right, len(names) - 0.5, -0.5)
        light = LinearSegmentedColormap.from_list("light", COLOURS)
        light.set_bad(NO_VALUE)
        picture = axes.imshow(
            numpy.ma.masked_invalid(numpy.array(levels)), cmap=light, vmin=0, vmax=100, aspect="auto",
            interpolation="nearest", extent=extent,
        )  # fmt: skip
        marked = numpy.array(faults)
        axes.imshow(
            numpy.ma.masked_array(marked.astype(float), ~marked), cmap=ListedColormap([FAULT]), aspect="auto",
            interpolation="nearest", extent=extent,
        )  # fmt: skip
        axes.xaxis_date(span[0].tzinfo)
        axes.xaxis.set_major_formatter(dates.DateFormatter("%H:%M", tz=span[0].tzinfo))
        step = -(-len(names) // NAMES_MOST)
        axes.set_yticks(range(0, len(names), step), list(names)[::step])
        axes.tick_params(labelsize=7)
        axes.set_title(f"{title}\n", loc="left", fontsize=12)
        axes.text(0.0, 1.01, subtitle, transform=axes.transAxes, fontsize=9)
        figure.colorbar(picture, ax=axes, label="light, % of full", fraction=0.025, pad=0.01)
        with whole(path) as file:
            figure.savefig(file, format="png")
