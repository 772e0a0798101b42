"""One label as shapes: the dark bars of its QR code, and the text under it that a person reads.

The code is drawn as bars and not as a picture, so that it is sharp at any size and on any printer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import segno

from host_tools.registry.label import label_text

QUIET_MODULES = 4  # white around the code, which a scanner needs (ISO/IEC 18004)
CORRECTION = "q"  # a quarter of the code may be scratched or dirty

# shares of the label's height: the letters of the pole's name, those of the site's, and the white below each
NAME, SITE, GAP = 0.11, 0.06, 0.03

CAPITAL_EM = 0.72  # a capital's height in Helvetica, of the font's size
WIDEST_EM = 0.78  # and what a letter takes across: few are wider, and never a whole name
BESIDE_MM = 2.0  # white left and right of the text


@dataclass(frozen=True)
class Bar:
    """A dark bar, *height* is one module: millimetres from the label's upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """A line of text, centred on *middle*, standing on *base*, its letters *size* high: millimetres."""

    text: str
    middle: float
    base: float
    size: float


@dataclass(frozen=True)
class Label:
    """What is drawn on a label of *width* x *height* millimetres."""

    width: float
    height: float
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]


def draw(site: str, pole: str, width: float, height: float) -> Label:
    """The label of *pole*: the code as large as the text under it allows."""
    code = segno.make(label_text(site, pole), error=CORRECTION, micro=False)
    rows = [[bool(module) for module in row] for row in code.matrix]
    name, place, gap = height * NAME, height * SITE, height * GAP
    module = min(height - name - place - 2 * gap, width) / (len(rows) + 2 * QUIET_MODULES)
    left, top = (width - module * len(rows)) / 2, QUIET_MODULES * module
    bars = []
    for down, row in enumerate(rows):
        across = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                bars.append(Bar(left + across * module, top + down * module, length * module, module))
            across += length
    lines = (
        Line(pole, width / 2, height - place - 2 * gap, _fitting(pole, name, width)),
        Line(site, width / 2, height - gap, _fitting(site, place, width)),
    )
    return Label(width, height, tuple(bars), lines)


def _fitting(text: str, size: float, width: float) -> float:
    """*size*, or what lets *text* fit into a label of *width*."""
    return min(size, (width - 2 * BESIDE_MM) / len(text) / WIDEST_EM * CAPITAL_EM)
