"""The page of the record: one page with any content, in either language, with its fonts embedded."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from host_tools.field.commission import bounds
from host_tools.field.commission.certificate_pdf import write_pdf
from host_tools.field.commission.outcome import Figure, Note, Outcome
from host_tools.field.commission.record import record_of
from host_tools.field.commission.run_checks import CHECKS, commission
from host_tools.language import CODES, Language
from tests.host_tools.field.commission.test_commission import visit_to
from tests.host_tools.field.console_client.fake_pole import FakePole


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    visit = visit_to(FakePole())
    return record_of(visit, commission(visit), "रमेश Kumar", 1795531800, "24:6f:28:aa:bb:cc")


def pages_of(file: Path) -> int:
    found = re.search(rb"/Count (\d+)", file.read_bytes())
    assert found
    return int(found[1])


def drawn_in(file: Path) -> bytes:
    """What is drawn on the page."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", file.read_bytes(), re.S)
    return next(data for data in map(zlib.decompress, streams) if b" Tf" in data)


@pytest.mark.parametrize("code", CODES)
def test_a_record_is_one_small_page_with_a_curve(record: dict[str, Any], code: str, tmp_path: Path) -> None:
    file = write_pdf(record, Language(code), tmp_path / "record.pdf")
    assert pages_of(file) == 1
    assert file.stat().st_size < 60_000
    fonts = set(re.findall(rb"/BaseFont /(?:\w+\+)?(\w+)", file.read_bytes()))
    assert fonts == {b"NotoSans", b"NotoSansBold", b"NotoSansDevanagari"}
    assert drawn_in(file).count(b" c\n") + drawn_in(file).count(b" c ") >= 4 * 5  # a dot for each point, of four arcs


@pytest.mark.parametrize("code", CODES)
def test_it_stays_one_page_when_everything_has_failed(record: dict[str, Any], code: str, tmp_path: Path) -> None:
    notes = (Note("note_no_broker", {"why": "the pole is not connected to the broker " * 5}),)
    share = -(-len(bounds.ALL) // len(CHECKS))
    worst = [
        Outcome(
            check.NAME,
            tuple(Figure(bound, None) for bound in bounds.ALL[number * share : (number + 1) * share]),
            notes,
        )
        for number, check in enumerate(CHECKS)
    ]
    bad = {**record, "passed": False, "checks": [outcome.as_json() for outcome in worst], "curve": []}
    file = write_pdf(bad, Language(code), tmp_path / "record.pdf")
    assert pages_of(file) == 1
    sizes = [float(size) for size in re.findall(rb"/F\d+ ([\d.]+) Tf", drawn_in(file))]
    assert min(sizes) >= 3.5  # still to be read


def test_hindi_is_shaped() -> None:
    """The sign of the short i stands before its consonant, though it is written after it."""
    import uharfbuzz
    from fpdf import FPDF

    from host_tools.drawing.pdf_fonts import FONTS, add_fonts, close_fonts

    font = uharfbuzz.Font(uharfbuzz.Face((FONTS / "NotoSansDevanagari-Regular.ttf").read_bytes()))
    buffer = uharfbuzz.Buffer()
    buffer.add_str("रि")
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    assert [info.codepoint for info in buffer.glyph_infos].index(font.get_nominal_glyph(ord("र"))) == 1
    pdf = FPDF()
    add_fonts(pdf)
    assert pdf.text_shaping
    close_fonts(pdf)


def test_every_letter_of_every_sentence_is_in_the_fonts() -> None:
    from fontTools.ttLib import TTFont

    from host_tools.drawing.pdf_fonts import FONTS
    from host_tools.language.language import sentences

    letters: set[int] = set()
    for name in ("NotoSans-Regular.ttf", "NotoSansDevanagari-Regular.ttf"):
        letters |= set(TTFont(str(FONTS / name)).getBestCmap())
    wanted = {ord(letter) for code in CODES for text in sentences("commission", code).values() for letter in text}
    assert wanted - letters == set()


def test_the_licence_of_the_letters_is_with_them() -> None:
    from host_tools.drawing.pdf_fonts import FONTS

    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
