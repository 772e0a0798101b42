"""The sheets of labels that stationers sell, as their makers measure them: all lengths in millimetres."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """*columns* x *rows* labels of *width* x *height* on a page; the first one's corner at (*left*, *top*).

    ``step_x`` and ``step_y`` lead from one label's corner to the next one's.
    """

    name: str
    page: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    step_x: float
    step_y: float

    @property
    def labels(self) -> int:
        """How many a page has."""
        return self.columns * self.rows

    def corner(self, number: int) -> tuple[float, float]:
        """Where label *number* of a page (from 0, line by line) has its upper left corner."""
        row, column = divmod(number, self.columns)
        return self.left + column * self.step_x, self.top + row * self.step_y


_A4 = (210.0, 297.0)
_LETTER = (215.9, 279.4)

SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet("L7160", _A4, 3, 7, 63.5, 38.1, 7.25, 15.15, 66.0, 38.1),
        Sheet("L7163", _A4, 2, 7, 99.1, 38.1, 4.65, 15.15, 101.6, 38.1),
        Sheet("L7165", _A4, 2, 4, 99.1, 67.7, 4.65, 13.1, 101.6, 67.7),
        Sheet("5160", _LETTER, 3, 10, 66.675, 25.4, 4.7625, 12.7, 69.85, 25.4),
    )
}
USUAL = "L7160"
