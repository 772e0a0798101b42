"""Draws the record on one page of A4: the checks, their results, and the lamp's curve.

The fonts come with the package (Noto Sans, OFL), so it looks the same on every laptop; Hindi is shaped by HarfBuzz,
without which vowel signs and conjuncts are at the wrong places.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fpdf import FPDF

from host_tools.drawing.pdf_fonts import Colour, add_fonts, close_fonts, write_in
from host_tools.field.commission import curve_picture
from host_tools.field.commission.text import check_name, figures, notes
from host_tools.language import Language

MARGIN, WIDTH, HEIGHT = 14.0, 182.0, 297.0  # mm
PICTURE = 66.0  # mm of the page's end, for the curve and the signature
COLUMNS = (30.0, 66.0, 30.0, 38.0, 18.0)  # check, figure, value, bound, result
DARK, GREY, RED, GREEN = (20, 20, 20), (110, 110, 110), (190, 20, 20), (0, 110, 50)
SCALES = (1.0, 0.92, 0.85, 0.78, 0.7, 0.62, 0.55)  # of the letters, until all of it is on the page


def write_pdf(record: Mapping[str, Any], language: Language, file: Path) -> Path:
    """Draws *record* into *file*; where it is."""
    for scale in SCALES:
        page = _Page(record, language, scale)
        if page.bottom <= HEIGHT - PICTURE - MARGIN or scale == SCALES[-1]:
            page.finish()
            page.pdf.output(str(file))
        close_fonts(page.pdf)
        if page.finished:
            break
    return file


class _Page:
    """The page being drawn; ``bottom`` is where the table ends (mm)."""

    def __init__(self, record: Mapping[str, Any], language: Language, scale: float) -> None:
        self.record = record
        self.language = language
        self.scale = scale
        self.finished = False
        self.pdf = _pdf(record, language)
        self._head()
        self._facts()
        self._table()
        self.bottom = self.pdf.get_y()

    def say(self, key: str, **values: Any) -> str:
        return self.language.say(f"commission.{key}", **values)

    def finish(self) -> None:
        """The curve and the line to sign on."""
        self.finished = True
        top = HEIGHT - PICTURE - MARGIN
        self._font(9, "B")
        self.pdf.set_xy(MARGIN, top)
        self.pdf.cell(WIDTH, 5, self.say("pdf_curve"))
        if len(self.record["curve"]) > 1:
            box = curve_picture.Box(MARGIN + 10, top + 7, WIDTH - 12, PICTURE - 24)
            names = (self.say("pdf_this_lamp"), self.say("pdf_type"))
            curve_picture.draw(self.pdf, box, self.record, names)
        else:
            self._font(9)
            self.pdf.set_xy(MARGIN, top + 8)
            self.pdf.cell(WIDTH, 5, self.say("pdf_no_curve"))
        y = HEIGHT - MARGIN
        self.pdf.set_draw_color(*GREY)
        self.pdf.line(MARGIN + 92, y, MARGIN + WIDTH, y)
        self._font(7, colour=GREY)
        self.pdf.set_xy(MARGIN + 92, y)
        self.pdf.cell(90, 4, f"{self.say('pdf_signature')}: {self.record['by']}")

    def _head(self) -> None:
        self._font(17, "B", fixed=True)
        self.pdf.set_xy(MARGIN, MARGIN)
        self.pdf.cell(WIDTH - 50, 9, self.say("title", pole=self.record["pole"]))
        passed = self.record["passed"]
        self.pdf.set_fill_color(*(GREEN if passed else RED))
        self._font(12, "B", (255, 255, 255), fixed=True)
        self.pdf.cell(50, 9, self.say("pdf_passed" if passed else "pdf_failed"), align="C", fill=True)
        self.pdf.set_y(MARGIN + 12)

    def _facts(self) -> None:
        record = self.record
        unknown = self.say("pdf_unknown")
        place = record["position"]
        kind = record["luminaire"]
        when = datetime.fromtimestamp(record["when"]).astimezone()
        facts = (
            ("site", record["site"]), ("pole", record["pole"]),
            ("when", f"{when:%Y-%m-%d %H:%M %z}"), ("by", record["by"]),
            ("position", f"{place[0]:.6f}, {place[1]:.6f}" if place else unknown), ("mac", record["mac"] or unknown),
            ("board", record["board"]), ("firmware", f"{record['firmware']}, {record['configVersion']}"),
            ("luminaire", kind["name"] or f"{kind['points'][-1][1]:g} W" if kind else unknown),
        )  # fmt: skip
        high = 5 * self.scale
        for number, (name, value) in enumerate(facts):
            x = MARGIN + (number % 2) * WIDTH / 2
            y = self.pdf.get_y()
            self.pdf.set_xy(x, y)
            self._font(8, colour=GREY)
            self.pdf.cell(26, high, self.say(f"pdf_{name}"))
            self._font(9, "B")
            self.pdf.cell(WIDTH / 2 - 26, high, str(value))
            self.pdf.set_y(y + high if number % 2 or number == len(facts) - 1 else y)
        self.pdf.set_y(self.pdf.get_y() + 2)

    def _table(self) -> None:
        self._row([self.say(f"pdf_{name}") for name in ("check", "figure", "value", "bound", "result")], "B", GREY)
        for check in self.record["checks"]:
            self.pdf.set_draw_color(210, 210, 210)
            self.pdf.line(MARGIN, self.pdf.get_y(), MARGIN + WIDTH, self.pdf.get_y())
            name = check_name(self.language, check["check"])
            if check["result"] == "absent":
                self._row([name, self.say("no_part"), "", "", self.say("absent")], "", GREY)
            for told in figures(self.language, check):
                self._row(
                    [name, told.what, told.value, told.bound, self.say("pass" if told.good else "fail")],
                    "", DARK, GREEN if told.good else RED,
                )  # fmt: skip
                name = ""
                if told.to_do:
                    self._remark(told.to_do, RED)
            for note in notes(self.language, check):
                self._remark(note, GREY)

    def _row(self, cells: list[str], style: str, colour: Colour, last: Colour | None = None) -> None:
        """One line of the table; a text that is too long for its cell gets smaller letters."""
        y = self.pdf.get_y()
        x = MARGIN
        for number, (text, width) in enumerate(zip(cells, COLUMNS, strict=True)):
            end = number == len(cells) - 1
            size = 8.0
            strong = "B" if (end and last) or number == 0 else style
            self._font(size, strong, last if end and last else colour)
            while self.pdf.get_string_width(text) > width - 1.5 and size > 5:
                size -= 0.25
                self._font(size, strong, last if end and last else colour)
            self.pdf.set_xy(x, y)
            self.pdf.cell(width, 5 * self.scale, text, align="R" if end else "L")
            x += width
        self.pdf.set_y(y + 5 * self.scale)

    def _remark(self, text: str, colour: Colour) -> None:
        self._font(7, "", colour)
        self.pdf.set_x(MARGIN + COLUMNS[0])
        self.pdf.multi_cell(WIDTH - COLUMNS[0], 3.6 * self.scale, text, align="L", new_x="LMARGIN", new_y="NEXT")

    def _font(self, size: float, style: str = "", colour: Colour = DARK, fixed: bool = False) -> None:
        write_in(self.pdf, size if fixed else size * self.scale, style, colour)


def _pdf(record: Mapping[str, Any], language: Language) -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.fromtimestamp(record["when"], UTC))
    pdf.set_title(language.say("commission.title", pole=record["pole"]))
    pdf.set_lang(language.code)
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(False)
    add_fonts(pdf)
    pdf.add_page()
    return pdf
