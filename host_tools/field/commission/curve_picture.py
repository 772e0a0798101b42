"""The lamp's power curve drawn into a box of a page: the measured points over the band of its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any, NamedTuple

from fpdf import FPDF

from host_tools.drawing.pdf_fonts import Colour, write_in

INK, BAND, GRID, TYPE = (180, 80, 0), (232, 238, 245), (215, 215, 215), (120, 140, 165)
PART = 0.15  # of the band


class Box(NamedTuple):
    """Of the plot itself, mm; the numbers stand outside."""

    x: float
    y: float
    width: float
    height: float


def draw(pdf: FPDF, box: Box, record: Mapping[str, Any], names: tuple[str, str]) -> None:
    """*names* are those of this lamp and of its type."""
    measured = [(point["level"], point["warmPower"]) for point in record["curve"]]
    kind = record["luminaire"]
    table = [(level, watts) for level, watts, _factor in kind["points"]] if kind else []
    most = max([watts for _level, watts in measured] + [watts * (1 + PART) for _level, watts in table])
    step = _step(most / 5)
    top = ceil(most / step) * step

    def at(level: float, watts: float) -> tuple[float, float]:
        return box.x + box.width * level / 100, box.y + box.height * (1 - watts / top)

    if table:
        upper = [at(level, min(watts * (1 + PART), top)) for level, watts in table]
        lower = [at(level, watts * (1 - PART)) for level, watts in table]
        pdf.set_fill_color(*BAND)
        pdf.polygon(upper + lower[::-1], style="F")
    _frame(pdf, box, top, step)
    if table:
        _line(pdf, [at(*point) for point in table], TYPE, 0.25)
    _line(pdf, [at(*point) for point in measured], INK, 0.5)
    pdf.set_fill_color(*INK)
    write_in(pdf, 6, "", INK)
    for level, watts in measured:
        x, y = at(level, watts)
        pdf.ellipse(x - 0.8, y - 0.8, 1.6, 1.6, style="F")
        left = level > 90
        pdf.set_xy(x - 21 if left else x + 1, y - 4.2 if left else y + 0.4)
        pdf.cell(20, 3, f"{watts:.1f} W", align="R" if left else "L")
    _legend(pdf, box, names if table else names[:1])


def _frame(pdf: FPDF, box: Box, top: float, step: float) -> None:
    write_in(pdf, 6, "", (90, 90, 90))
    pdf.set_draw_color(*GRID)
    pdf.set_line_width(0.15)
    for number in range(round(top / step) + 1):
        y = box.y + box.height * (1 - number * step / top)
        pdf.line(box.x, y, box.x + box.width, y)
        pdf.set_xy(box.x - 12, y - 1.5)
        pdf.cell(11, 3, f"{number * step:g} W", align="R")
    for level in range(0, 101, 10):
        x = box.x + box.width * level / 100
        pdf.line(x, box.y, x, box.y + box.height)
        pdf.set_xy(x - 6, box.y + box.height + 0.5)
        pdf.cell(12, 3, f"{level} %", align="C")


def _line(pdf: FPDF, points: Sequence[tuple[float, float]], colour: Colour, width: float) -> None:
    pdf.set_draw_color(*colour)
    pdf.set_line_width(width)
    pdf.polyline(points)


def _legend(pdf: FPDF, box: Box, names: Sequence[str]) -> None:
    x, y = box.x + 3, box.y + 2
    for name, colour in zip(names, (INK, TYPE), strict=False):
        pdf.set_fill_color(*colour)
        pdf.rect(x, y + 0.9, 4, 1.2, style="F")
        write_in(pdf, 7, "", (60, 60, 60))
        pdf.set_xy(x + 5, y)
        pdf.cell(40, 3, name)
        y += 4


def _step(least: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, at least *least*."""
    power: float = 10.0 ** floor(log10(max(least, 1e-6)))
    return next(power * part for part in (1, 2, 2.5, 5, 10) if power * part >= least)
