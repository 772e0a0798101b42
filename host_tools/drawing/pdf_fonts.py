"""The fonts of a page: English and Hindi, from font files that come with the package."""

from __future__ import annotations

from importlib.resources import files

from fpdf import FPDF
from fpdf.fonts import TTFFont

Colour = tuple[int, int, int]
FONTS = files("host_tools.drawing") / "fonts"


def add_fonts(pdf: FPDF) -> None:
    """Adds the fonts to *pdf*: letters that the first lacks are taken from the second."""
    pdf.add_font("sans", "", str(FONTS / "NotoSans-Regular.ttf"))
    pdf.add_font("sans", "B", str(FONTS / "NotoSans-Bold.ttf"))
    pdf.add_font("devanagari", "", str(FONTS / "NotoSansDevanagari-Regular.ttf"))
    pdf.set_fallback_fonts(["devanagari"], exact_match=False)
    pdf.set_text_shaping(True)


def has_all(pdf: FPDF, text: str) -> bool:
    """Whether *pdf* has a letter in one of its fonts for each character of *text*."""
    ours = [font.cmap for font in pdf.fonts.values() if isinstance(font, TTFFont)]
    return all(any(ord(character) in font for font in ours) for character in text)


def write_in(pdf: FPDF, size: float, style: str, colour: Colour) -> None:
    """The next text is *size* points high, "B" bold or "" not."""
    pdf.set_font("sans", style, size)
    # fpdf2 2.8 assumes that the font is still selected, though a text that began in the other one has changed it
    pdf.current_font_is_set_on_page = False
    pdf.set_text_color(*colour)


def close_fonts(pdf: FPDF) -> None:
    """Closes the files of the fonts, which fpdf2 leaves open."""
    for font in pdf.fonts.values():
        if isinstance(font, TTFFont):
            font.ttfont.close()
