"""Labels for poles: a QR code that says which pole it is, and the same in letters."""

from __future__ import annotations

from host_tools.field.labels.pdf import Named, write_pdf
from host_tools.field.labels.sheets import SHEETS, USUAL, Sheet
from host_tools.field.labels.svg import file_names, svg_of

__all__ = ["SHEETS", "USUAL", "Named", "Sheet", "file_names", "svg_of", "write_pdf"]
