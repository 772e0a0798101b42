"""One label as shapes: the dark bars of its QR code, and the text under it that a person reads.

The code is drawn as bars and not as a picture, so that it is sharp at any size and on any printer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from host_tools.field.labels.qr_codes import Code, code_of
from host_tools.registry.label import label_text

QUIET_MODULES = 4  # white around the code, which a scanner needs (ISO/IEC 18004)

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
    """What is drawn on a label of *width* x *height* millimetres.

    The code's upper left corner is at (*left*, *top*), a *module* of it so many millimetres wide.
    """

    width: float
    height: float
    code: Code
    left: float
    top: float
    module: float
    lines: tuple[Line, ...]

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """The dark runs of the code: (column, row, how many modules)."""
        for down, row in enumerate(self.code.rows):
            for run in _DARK.finditer(row):
                yield run.start(), down, run.end() - run.start()

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The dark runs of the code on the label."""
        size = self.module
        return tuple(
            Bar(self.left + across * size, self.top + down * size, length * size, size)
            for across, down, length in self.runs()
        )


_DARK = re.compile("1+")


def draw(site: str, pole: str, width: float, height: float, title: str = "") -> Label:
    """The label of *pole*: the code as large as the text under it allows.  *title*: what the city calls the pole."""
    code = code_of(label_text(site, pole))
    name, place, gap = height * NAME, height * SITE, height * GAP
    module = min(height - name - place - 2 * gap, width) / (code.size + 2 * QUIET_MODULES)
    left, top = (width - module * code.size) / 2, QUIET_MODULES * module
    below = f"{title}, {site}" if title else site
    lines = (
        Line(pole, width / 2, height - place - 2 * gap, _fitting(pole, name, width)),
        Line(below, width / 2, height - gap, _fitting(below, place, width)),
    )
    return Label(width, height, code, left, top, module, lines)


def _fitting(text: str, size: float, width: float) -> float:
    """*size*, or what lets *text* fit into a label of *width*."""
    return min(size, (width - 2 * BESIDE_MM) / len(text) / WIDEST_EM * CAPITAL_EM)
