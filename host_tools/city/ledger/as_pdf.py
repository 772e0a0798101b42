"""A month on one page of A4 that a commissioner signs: figures, the curve of the month, the worst wards, three lines.

The fonts come with the package; Hindi is shaped by HarfBuzz (`host_tools/drawing/pdf_fonts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fpdf import FPDF

from host_tools.city.ledger import curve as pictures
from host_tools.city.ledger import figures, sheets
from host_tools.city.ledger.sheet import NUMBERS, Figure, Sheet, shown
from host_tools.city.ledger.words import Words
from host_tools.drawing.pdf_fonts import Colour, add_fonts, close_fonts, write_in
from host_tools.text import text

MARGIN, WIDTH, HEIGHT = 12.0, 186.0, 297.0  # mm
MOST_WARDS, MOST_CONTRACTORS, MOST_SUPPLY = 8, 4, 6
CURVE_MM, SIGN_MM = 34.0, 24.0
BLACK, GREY, RED, GREEN, LIGHT = (20, 20, 20), (100, 100, 100), (180, 20, 20), (0, 100, 50), (228, 228, 228)
_COLUMNS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15)  # of wards and contractors: what there is room for
SIGNERS = ("sign_contractor", "sign_engineer", "sign_commissioner")


def report_pdf(words: Words, title: str, made: str) -> bytes:
    """The page of the report that *words* says: *title* is the city's, *made* when and from what it was made."""
    page = _Page(words, title, made)
    out = bytes(page.pdf.output())
    close_fonts(page.pdf)
    return out


class _Page:
    def __init__(self, words: Words, title: str, made: str) -> None:
        self.words = words
        self.pdf = FPDF(format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_title(words.say("month_title", title=title, month=words.month))
        self.pdf.set_lang(words.said.code)
        self.pdf.set_creator("Diya")
        self.pdf.set_creation_date(datetime.fromtimestamp(words.report.now, UTC))
        add_fonts(self.pdf)
        self.pdf.add_page()
        self._head(title)
        self._figures()
        self._curve()
        self._tables()
        self._notes(made)
        self._signatures()

    def _font(self, size: float, style: str = "", colour: Colour = BLACK) -> None:
        write_in(self.pdf, size, style, colour)

    def _cell(self, x: float, y: float, width: float, high: float, said: str, align: str = "L") -> None:
        """*said* in one line that is no wider than *width*: longer texts get smaller letters, and then an ellipsis."""
        size = self.pdf.font_size_pt
        least = size * 0.72
        while self.pdf.get_string_width(said) > width - 1 and self.pdf.font_size_pt > least:
            self.pdf.set_font_size(self.pdf.font_size_pt - 0.25)
        most = len(said)
        while self.pdf.get_string_width(said) > width - 1 and most > 1:
            most -= 1
            said = f"{text(said, most)}…"
        self.pdf.set_xy(x, y)
        self.pdf.cell(width, high, said, align=align)
        self.pdf.set_font_size(size)

    def _head(self, title: str) -> None:
        report = self.words.report
        self._font(15, "B")
        self._cell(MARGIN, MARGIN, WIDTH, 8, self.words.say("month_title", title=title, month=self.words.month))
        self._font(10, "B", GREY if report.met is None else GREEN if report.met else RED)
        self._cell(MARGIN, MARGIN + 8.5, WIDTH, 6, self.words.verdict())
        self.pdf.set_y(MARGIN + 17)

    def _figures(self) -> None:
        top, bottom = self.pdf.get_y(), self.pdf.get_y()
        width = WIDTH / 3
        for number, (called, some) in enumerate(figures.groups(self.words)):
            x, y = MARGIN + number * width, top
            self._font(9.5, "B")
            self._cell(x, y, width - 3, 5.5, called)
            y += 6
            for one in some:
                self._figure(one, x, y, width - 4)
                y += 4.9
            bottom = max(bottom, y)
        self.pdf.set_y(bottom + 2)

    def _figure(self, one: Figure, x: float, y: float, width: float) -> None:
        self._font(7.5, colour=GREY)
        self._cell(x, y, width * 0.66, 4.7, one.title)
        self._font(8.5, "B")
        unit = "" if one.unit == figures.MONEY else f" {one.unit}" if one.unit else ""
        money = f"{figures.MONEY} " if one.unit == figures.MONEY else ""
        self._cell(x + width * 0.66, y, width * 0.34, 4.7, f"{money}{shown(one.value, one.kind)}{unit}", "R")
        self.pdf.set_draw_color(*LIGHT)
        self.pdf.line(x, y + 4.7, x + width, y + 4.7)

    def _curve(self) -> None:
        report, y = self.words.report, self.pdf.get_y()
        self._font(9.5, "B")
        self._cell(MARGIN, y, WIDTH, 5, self.words.say("curve"))
        y += 6
        drawn = pictures.curve(report.month, report.nights, report.contract.uptime_percent)
        left = MARGIN + 9
        x_mm, y_mm = (WIDTH - 9) / pictures.WIDTH, CURVE_MM / pictures.HEIGHT
        for bar in drawn.bars:
            if bar.strict is not None:
                self.pdf.set_fill_color(*(RED if bar.missed else GREEN))
                self.pdf.rect(left + bar.x * x_mm, y + bar.y * y_mm, bar.width * x_mm, bar.height * y_mm, style="F")
            self._font(6, colour=GREY)
            self._cell(left + bar.x * x_mm - 1, y + CURVE_MM, bar.width * x_mm + 2, 3.5, bar.label, "C")
        self.pdf.set_draw_color(*BLACK)
        self.pdf.line(left, y + drawn.target_y * y_mm, MARGIN + WIDTH, y + drawn.target_y * y_mm)
        self.pdf.line(left, y + CURVE_MM, MARGIN + WIDTH, y + CURVE_MM)
        for percent, at in (
            (100.0, 0.0),
            (report.contract.uptime_percent, drawn.target_y * y_mm),
            (drawn.least, CURVE_MM),
        ):
            self._cell(MARGIN, y + at - 2, 9, 4, f"{percent:g} %", "R")
        self.pdf.set_y(y + CURVE_MM + 5)

    def _tables(self) -> None:
        listed = {one.name: one for one in sheets.of_month(self.words)}
        self._table(listed["wards"], MOST_WARDS)
        if "contractors" in listed:
            self._table(listed["contractors"], MOST_CONTRACTORS)
        if listed["supply"].rows:
            self._table(listed["supply"], MOST_SUPPLY)

    def _table(self, sheet: Sheet, most: int) -> None:
        y = self.pdf.get_y()
        self._font(9.5, "B")
        self._cell(MARGIN, y, WIDTH, 5, sheet.title)
        y += 5.5
        columns = [place for place in _COLUMNS if place < len(sheet.columns)]
        first = 34.0 if len(columns) > len(_COLUMNS) - 4 else 80.0
        width = min((WIDTH - first) / (len(columns) - 1), 30.0)
        rows: list[Sequence[str]] = [[sheet.columns[place].title for place in columns]]
        rows += [[shown(row[place], sheet.columns[place].kind) for place in columns] for row in sheet.rows[:most]]
        for number, row in enumerate(rows):
            for place, said in enumerate(row):
                kind = sheet.columns[columns[place]].kind
                self._font(6.3 if number == 0 else 7.5, "B" if number == 0 else "", GREY if number == 0 else BLACK)
                x = MARGIN + (0 if place == 0 else first + (place - 1) * width)
                self._cell(x, y, first if place == 0 else width, 4.2, said, "R" if kind in NUMBERS else "L")
            y += 4.2
        self.pdf.set_y(y + 2)

    def _notes(self, made: str) -> None:
        """All of them in one paragraph, in letters that are as small as the room asks for."""
        said = " ".join(filter(None, [self.words.preliminary(), *self.words.notes(), made]))
        top = self.pdf.get_y() + 1
        for size in (7.0, 6.5, 6.0, 5.5, 5.0):
            self._font(size, colour=GREY)
            self.pdf.set_xy(MARGIN, top)
            high: Any = self.pdf.multi_cell(WIDTH, size * 0.5, said, align="L", dry_run=True, output="HEIGHT")
            if top + high <= HEIGHT - MARGIN - SIGN_MM or size == 5.0:
                self.pdf.multi_cell(WIDTH, size * 0.5, said, align="L")
                return

    def _signatures(self) -> None:
        y = HEIGHT - MARGIN - 6
        width = WIDTH / len(SIGNERS)
        self.pdf.set_draw_color(*GREY)
        for number, name in enumerate(SIGNERS):
            x = MARGIN + number * width
            self.pdf.line(x, y, x + width - 6, y)
            self._font(8, colour=GREY)
            self._cell(x, y + 0.5, width - 6, 5, self.words.say(name))
