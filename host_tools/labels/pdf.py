"""Labels as a PDF that fills sheets of labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF

from host_tools.labels.drawing import CAPITAL_EM, Label, draw
from host_tools.labels.sheets import Sheet

POINTS_PER_MM = 72 / 25.4


def write_pdf(path: Path, labels: Sequence[tuple[str, str]], sheet: Sheet, skip: int = 0) -> int:
    """Write the *labels*, (site, pole) each, to *path* and return the number of pages.

    *skip* labels of the first sheet are left out: they were used before.  Printed at 100 %, not fitted to the page.
    """
    pdf = FPDF(unit="mm", format=sheet.page)
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.set_creator("diya label")
    pdf.set_title(f"Labels of {labels[0][0]}")
    for at, (site, pole) in enumerate(labels, skip):
        place = at % sheet.labels
        if place == 0 or at == skip:
            pdf.add_page()
        _label(pdf, draw(site, pole, sheet.width, sheet.height), *sheet.corner(place))
    pdf.output(str(path))
    return pdf.pages_count


def _label(pdf: FPDF, label: Label, left: float, top: float) -> None:
    pdf.set_fill_color(0)
    for bar in label.bars:
        pdf.rect(left + bar.x, top + bar.y, bar.width, bar.height, style="F")
    for number, line in enumerate(label.lines):
        pdf.set_font("Helvetica", "" if number else "B", line.size / CAPITAL_EM * POINTS_PER_MM)
        pdf.text(left + line.middle - pdf.get_string_width(line.text) / 2, top + line.base, line.text)
