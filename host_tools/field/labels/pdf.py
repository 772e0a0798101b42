"""Labels as a PDF that fills sheets of labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from fpdf import FPDF

from host_tools.field.labels.drawing import CAPITAL_EM, Label, Line, draw
from host_tools.field.labels.sheets import Sheet
from host_tools.files import replace_file

POINTS_PER_MM = 72 / 25.4


class Named(NamedTuple):
    """A pole to make a label for; *title* is what the city calls it."""

    site: str
    pole: str
    title: str = ""


def write_pdf(
    path: Path, labels: Sequence[tuple[str, ...]], sheet: Sheet, skip: int = 0,
    progress: Callable[[int, int], None] = lambda all_, left: None,
) -> int:  # fmt: skip
    """Write the *labels*, (site, pole) or `Named` each, to *path* and return the number of pages.

    *skip* labels of the first sheet are left out: they were used before.  Printed at 100 %, not fitted to the page.
    *progress* is told at each page how many labels there are, and how many are left.  Raises OSError.
    """
    named = [Named(*label) for label in labels]
    with _Sheets(sheet, any(not label.title.isascii() for label in named)) as pdf:
        pdf.set_title(f"Labels of {named[0].site}")
        for at, label in enumerate(named, skip):
            place = at % sheet.labels
            if place == 0 or at == skip:
                progress(len(named), len(named) - (at - skip))
                pdf.add_page()
            left, top = sheet.corner(place)
            drawn = draw(label.site, label.pole, sheet.width, sheet.height, pdf.printable(label.title))
            pdf.code(drawn, left, top)
            for number, line in enumerate(drawn.lines):
                pdf.line_of(line, "" if number else "B", left, top, sheet.width)
        replace_file(path, bytes(pdf.output()))
        return pdf.pages_count


class _Sheets(FPDF):
    """A PDF of *sheet*s; with *foreign* its letters are our own and not only those of a printer."""

    def __init__(self, sheet: Sheet, foreign: bool) -> None:
        super().__init__(unit="mm", format=sheet.page)
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.set_creator("diya label")
        self._fonts = None
        if foreign:
            from host_tools.drawing import pdf_fonts

            pdf_fonts.add_fonts(self)
            self._fonts = pdf_fonts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._fonts:
            self._fonts.close_fonts(self)

    def printable(self, text: str) -> str:
        """*text*, or nothing where we have no font for one of its letters."""
        return text if text.isascii() or (self._fonts and self._fonts.has_all(self, text)) else ""

    def code(self, label: Label, left: float, top: float) -> None:
        """Draw the code of *label*, whose corner is at (*left*, *top*), as bars on a grid of its modules."""
        size = label.module * self.k
        x, y = (left + label.left) * self.k, (self.h - top - label.top) * self.k
        bars = " ".join(f"{across} {down} {length} 1 re" for across, down, length in label.runs())
        self._out(f"q 0 g {size:.4f} 0 0 {-size:.4f} {x:.3f} {y:.3f} cm {bars} f Q")

    def line_of(self, line: Line, style: str, left: float, top: float, width: float) -> None:
        """Write *line* on the label at (*left*, *top*), which is *width* wide."""
        size = line.size / CAPITAL_EM
        if self._fonts is None or line.text.isascii():
            self.set_font("Helvetica", style, size * POINTS_PER_MM)
            self.text(left + line.middle - self.get_string_width(line.text) / 2, top + line.base, line.text)
        else:
            self._fonts.write_in(self, size * POINTS_PER_MM, style, (0, 0, 0))
            self.set_xy(left, top + line.base - 0.8 * size)  # a cell's text stands at half its height and 0.3 of it
            self.cell(width, size, line.text, align="C")
