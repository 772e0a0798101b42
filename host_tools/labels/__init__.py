"""Labels for poles: a QR code that says which pole it is, and the same in letters."""

from __future__ import annotations

from host_tools.labels.pdf import write_pdf
from host_tools.labels.sheets import SHEETS, USUAL, Sheet
from host_tools.labels.svg import svg_of

__all__ = ["SHEETS", "USUAL", "Sheet", "svg_of", "write_pdf"]
