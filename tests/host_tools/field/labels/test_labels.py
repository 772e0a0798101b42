"""Labels: what the code says is read back from the drawing itself, and every label lies where the sheet has one."""

from __future__ import annotations

import re
import string
import zlib
from pathlib import Path

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.errors import CommandError
from host_tools.field.labels import SHEETS, file_names, svg_of, write_pdf
from host_tools.field.labels.drawing import QUIET_MODULES, draw
from host_tools.field.labels.qr_codes import code_of
from host_tools.registry import label_text, parse_label


def modules(site: str, pole: str, width: float, height: float) -> list[str]:
    """The code as it is drawn, module by module."""
    label = draw(site, pole, width, height)
    size = label.bars[0].height
    left, top = min(bar.x for bar in label.bars), min(bar.y for bar in label.bars)
    side = round((max(bar.x + bar.width for bar in label.bars) - left) / size)
    rows = [[" "] * side for _ in range(side)]
    for bar in label.bars:
        at = round((bar.x - left) / size)
        for across in range(at, at + round(bar.width / size)):
            rows[round((bar.y - top) / size)][across] = "#"
    return ["".join(row) for row in rows]


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=lambda sheet: sheet.name)
@pytest.mark.parametrize("pole", ["P0123", "W" * 32])
def test_the_drawing_is_the_code_of_that_pole_with_white_around_it_and_its_name_below(sheet, pole: str) -> None:  # type: ignore[no-untyped-def]
    drawn = modules("sagar", pole, sheet.width, sheet.height)
    code = segno.make(f"diya:sagar/{pole}", error="q", micro=False)
    assert drawn == ["".join("#" if dark else " " for dark in row) for row in code.matrix]
    label = draw("sagar", pole, sheet.width, sheet.height)
    module = label.bars[0].height
    quiet = QUIET_MODULES * module - 1e-6
    assert min(bar.y for bar in label.bars) >= quiet and min(bar.x for bar in label.bars) >= quiet
    assert max(bar.x + bar.width for bar in label.bars) <= sheet.width - quiet
    name, site = label.lines
    assert (name.text, site.text) == (pole, "sagar")
    assert name.base - name.size >= max(bar.y + bar.height for bar in label.bars) + quiet
    assert site.base <= sheet.height and name.base <= site.base - site.size
    assert module >= 0.4  # mm: what a phone reads at arm's length


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=lambda sheet: sheet.name)
def test_no_label_lies_over_another_one_or_beyond_the_page(sheet) -> None:  # type: ignore[no-untyped-def]
    corners = [sheet.corner(number) for number in range(sheet.labels)]
    assert len(set(corners)) == sheet.labels
    assert sheet.step_x >= sheet.width and sheet.step_y >= sheet.height
    right, bottom = corners[-1][0] + sheet.width, corners[-1][1] + sheet.height
    assert sheet.page[0] - right == pytest.approx(sheet.left, abs=0.1)
    assert sheet.page[1] - bottom == pytest.approx(sheet.top, abs=0.1)


def contents(pdf: Path) -> list[str]:
    """What is drawn on each page."""
    streams = re.findall(rb"stream\r?\n(.*?)\nendstream", pdf.read_bytes(), re.S)
    # a decompressor that may stop before the end: the last byte of a stream may be a line end itself
    texts = [zlib.decompressobj().decompress(stream).decode("latin-1") for stream in streams if stream[:1] == b"x"]
    return [text for text in texts if " Tj" in text]


def test_a_pdf_goes_on_where_the_first_sheet_was_used_up_to(tmp_path: Path) -> None:
    sheet = SHEETS["L7160"]
    labels = [("sagar", f"P{n:04}") for n in range(1, 41)]
    assert write_pdf(tmp_path / "labels.pdf", labels, sheet, skip=5) == 3
    first, second, third = contents(tmp_path / "labels.pdf")
    names = [re.findall(r"\((P\d+)\)", page) for page in (first, second, third)]
    assert [len(page) for page in names] == [16, 21, 3]
    assert [*names[0], *names[1], *names[2]] == [pole for _, pole in labels]


def test_the_bars_in_a_pdf_are_the_modules_of_each_code(tmp_path: Path) -> None:
    sheet = SHEETS["L7160"]
    write_pdf(tmp_path / "labels.pdf", [("sagar", f"P{n}") for n in range(3)], sheet)
    [page] = contents(tmp_path / "labels.pdf")
    drawn = re.findall(r"q 0 g (\S+) 0 0 -(\S+) (\S+) (\S+) cm (.*?) f Q", page)
    for number, (wide, high, x, y, bars) in enumerate(drawn):
        code = segno.make(f"diya:sagar/P{number}", error="q", micro=False)
        rows = [[" "] * len(code.matrix) for _ in code.matrix]
        for across, down, length in re.findall(r"(\d+) (\d+) (\d+) 1 re", bars):
            rows[int(down)][int(across) : int(across) + int(length)] = "#" * int(length)
        assert rows == [["#" if dark else " " for dark in row] for row in code.matrix]
        label, (left, top) = draw("sagar", f"P{number}", sheet.width, sheet.height), sheet.corner(number)
        assert float(wide) == float(high) == pytest.approx(label.module * 72 / 25.4, abs=1e-4)
        assert float(x) * 25.4 / 72 == pytest.approx(left + label.left, abs=0.01)
        assert 297 - float(y) * 25.4 / 72 == pytest.approx(top + label.top, abs=0.01)
    assert len(drawn) == 3


@given(
    st.text(string.ascii_letters + string.digits + "_.-", min_size=1, max_size=32), st.sampled_from(["sagar", "b" * 32])
)
@settings(max_examples=60, deadline=None)
def test_a_code_is_the_one_that_segno_makes(pole: str, site: str) -> None:
    text = label_text(site, pole)
    code = segno.make(text, error="q", micro=False)
    assert code_of(text).rows == tuple("".join("1" if dark else "0" for dark in row) for row in code.matrix)


def test_what_the_city_calls_a_pole_stands_below_its_name_in_hindi_too(tmp_path: Path) -> None:
    sheet = SHEETS["L7160"]
    assert write_pdf(tmp_path / "labels.pdf", [("sagar", "P1", "श्\u200dरी चौक १२")], sheet) == 1
    assert b"NotoSansDevanagari" in (tmp_path / "labels.pdf").read_bytes()
    assert draw("sagar", "P1", 63.5, 38.1, "node/139").lines[1].text == "node/139, sagar"
    assert ">श्\u200dरी चौक, sagar</text>" in svg_of("sagar", "P1", 63.5, 38.1, "श्\u200dरी चौक")


def test_letters_there_is_no_font_for_are_left_out_and_not_drawn_as_boxes(tmp_path: Path) -> None:
    write_pdf(tmp_path / "labels.pdf", [("sagar", "P1", "தமிழ்")], SHEETS["L7160"])
    [page] = contents(tmp_path / "labels.pdf")
    assert "(P1) Tj" in page and "(sagar) Tj" in page


def test_no_two_labels_have_one_file_where_capitals_do_not_count() -> None:
    names = file_names(["P1", "p1", "P2", "con", "aux.1"])
    assert names == {"P1": "P1.svg", "p1": "p1~2.svg", "P2": "P2.svg", "con": "con~.svg", "aux.1": "aux.1~.svg"}


def test_an_svg_has_the_size_of_a_label_and_its_text() -> None:
    text = svg_of("sagar", "P0123", 63.5, 38.1)
    assert 'width="63.5mm" height="38.1mm"' in text
    assert ">P0123</text>" in text and ">sagar</text>" in text
    assert text.count("M") == len(draw("sagar", "P0123", 63.5, 38.1).bars)


@pytest.mark.parametrize(
    ("scanned", "meant"),
    [
        ("diya:sagar/P0123", ("sagar", "P0123")),
        ("  DIYA:sagar/P0123\r\n", ("sagar", "P0123")),
        ("sagar/P0123", ("sagar", "P0123")),
        ("P0123", ("", "P0123")),
        (label_text("a.b-c", "x_1"), ("a.b-c", "x_1")),
    ],
)
def test_a_scanned_label_says_site_and_pole(scanned: str, meant: tuple[str, str]) -> None:
    assert parse_label(scanned) == meant


@pytest.mark.parametrize(
    "scanned", ["", "diya:", "diya:P1", "https://example.org/P1", "diya:a/b/c", "P 1", "/P1", "P1/"]
)
def test_another_label_is_refused_and_told_what_it_should_say(scanned: str) -> None:
    with pytest.raises(CommandError, match="must say diya:SITE/POLE"):
        parse_label(scanned)
