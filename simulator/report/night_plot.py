"""The night of a run as a picture: the levels that the poles reported, the light that came of them, and the power."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from host_tools.drawing.terminal_plot import Mark, Series

if TYPE_CHECKING:
    from host_tools.site.model import Site
    from simulator.run import RunResult

CLASSES_MOST = 6  # curves of road classes; the smaller classes are one curve
FAINT_MOST = 60  # single poles behind the curves
LIGHT = "light output, mean of all"


def draw(outcome: RunResult, path: Path) -> None:
    """The night as a PNG.  Raises OSError."""
    from host_tools.drawing.png_plot import png
    from simulator.report.words import darkness

    series, marks = _series(outcome)
    report = outcome.report
    told = outcome.result.told
    png(
        path,
        series,
        marks,
        timezone=outcome.site.timezone,
        title=_title(outcome),
        subtitle=f"{report['poles']} poles from {report['from'][:16]}: {darkness(report)}",
        faint=told.levels(told.poles()[:FAINT_MOST]),
    )


def terminal_plot(outcome: RunResult) -> str:
    """The night as text, as large as the terminal."""
    from host_tools.drawing.terminal_plot import night_plot
    from host_tools.output import coloured
    from host_tools.verbs.site import plot_size

    series, marks = _series(outcome)
    width, height = plot_size()
    return night_plot(
        series,
        marks,
        timezone=outcome.site.timezone,
        title=_title(outcome),
        width=width,
        height=min(height, 26),
        colour=coloured(),
    )


def _series(outcome: RunResult) -> tuple[list[Series], list[Mark]]:
    from simulator.report.night import sun_marks

    site, result, start = outcome.site, outcome.result, outcome.time.start_unix
    marks = sun_marks(site.latitude, site.longitude, start, start + round(outcome.scenario.hours * 3600))
    light = result.log.group_levels({LIGHT: [pole.name for pole in site.poles]})
    dashed = [Series(one.name, one.times, one.values, dashed=True) for one in light]
    return [*result.told.group_levels(_classes(site)), *dashed, result.log.power()], marks


def _classes(site: Site) -> dict[str, list[str]]:
    """{road class: its poles}, the largest first, and the rest of them together."""
    sizes = Counter(pole.road_class for pole in site.poles)
    named = [
        name for name, _count in sizes.most_common(CLASSES_MOST if len(sizes) <= CLASSES_MOST else CLASSES_MOST - 1)
    ]
    rest = f"{len(sizes) - len(named)} other classes"
    classes: dict[str, list[str]] = {name: [] for name in sorted(named)}
    for pole in site.poles:
        classes.setdefault(pole.road_class if pole.road_class in named else rest, []).append(pole.name)
    return classes


def _title(outcome: RunResult) -> str:
    return f"{outcome.site.title}: {outcome.scenario.name}"
