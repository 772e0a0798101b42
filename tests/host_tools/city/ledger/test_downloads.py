"""The files of a month: one page that is signed, read back in both languages; a workbook; hostile names as text."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from host_tools.city.ledger import downloads
from host_tools.city.ledger.repairs import Fault
from host_tools.city.ledger.report import Report, report
from host_tools.city.ledger.words import Words
from host_tools.site.contract import Contract
from tests.host_tools.city.ledger.test_report import BEGINS, ENDS, INDIA, NIGHT, NOVEMBER, sagar, words

NASTY = (
    '=HYPERLINK("http://x")',
    "+1+1",
    "@sum",
    "<script>alert(1)</script>",
    "दीपक\u202e)(",
    "x" * 10_000,
    "\x1b[31m",
)


def full() -> Report:
    """A month with everything in it, of poles and contractors with names that should not be run."""
    site = sagar()
    wards = sorted({pole.ward for pole in site.poles})
    owners = {name: (ward,) for name, ward in zip(NASTY, wards, strict=False)}
    site = replace(site, contract=Contract(rupees_per_kwh=6.5, contractors=owners))
    poles = [(pole.name, NIGHT) for pole in site.poles] + [(name, NIGHT) for name in NASTY]
    nights = {date(2026, 11, 1) + timedelta(days=n): NIGHT._replace(lit=690 - 10 * n) for n in range(30)}
    faults = [
        Fault(n, kind, name, 2, BEGINS + n, None if n % 2 else BEGINS + 90_000 * n, (name,))
        for n, (kind, name) in enumerate(zip(("lampFailure", "relayFailure", "supplyLoss") * 3, NASTY, strict=False))
    ]
    return report(NOVEMBER, site, poles, nights, faults, faults, ENDS, INDIA)


def texts(pdf: bytes) -> str:
    """What is written in a PDF of fpdf2, letter by letter, by the tables that its fonts carry for readers."""
    objects = {int(n): body for n, body in re.findall(rb"(?<!\d)(\d+) 0 obj(.*?)endobj", pdf, re.S)}

    def stream(number: int) -> bytes:
        body = objects[number].split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
        return zlib.decompress(body) if b"FlateDecode" in objects[number] else body

    maps: dict[bytes, dict[int, str]] = {}
    resources = b"".join(body for body in objects.values() if b"/Font <<" in body or b"/Font\n<<" in body)
    for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", resources):
        found = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
        assert found
        table = {}
        for code, text in re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>", stream(int(found[1]))):
            table[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
        maps[name] = table
    pages = [number for number, body in objects.items() if b"stream\n" in body and b" Tf" in stream(number)]
    out = []
    for number in pages:
        font: dict[int, str] = {}
        for name, part in re.findall(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\)", stream(number), re.S):
            if name:
                font = maps.get(name, {})
                continue
            raw = re.sub(rb"\\(.)", lambda found: {b"n": b"\n", b"r": b"\r"}.get(found[1], found[1]), part, flags=re.S)
            out.append("".join(font.get(int.from_bytes(raw[at : at + 2], "big"), "") for at in range(0, len(raw), 2)))
    return "".join(out)


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_a_month_is_one_page_with_its_figures_and_three_lines_to_sign(lang: str) -> None:
    told = words(full(), lang)
    pdf = downloads.made(told, "Sagar", "pdf")
    assert re.findall(rb"/Count (\d+)", pdf) == [b"1"]
    assert {b"NotoSans", b"NotoSansDevanagari"} <= set(re.findall(rb"/BaseFont /(?:\w+\+)?(\w+)", pdf))
    said = texts(pdf)
    assert "2026" in said
    assert f"{told.report.total.strict:.2f}" in said
    for name in ("sign_commissioner", "figure_dark", "group_energy") if lang == "en" else ("month_11",):
        assert told.say(name).replace(" ", "") in said.replace(" ", "")
    assert len(pdf) < 120_000


def test_a_hindi_page_has_hindi_letters_that_were_shaped() -> None:
    said = texts(downloads.made(words(full(), "hi"), "सागर", "pdf"))
    assert "सागर" in said
    assert len(re.findall("[\u0900-\u097f]", said)) > 500


def test_a_workbook_has_numbers_as_numbers_and_no_formula() -> None:
    book = zipfile.ZipFile(io.BytesIO(downloads.made(words(full()), "=cmd()", "xlsx")))
    pages = [book.read(name).decode() for name in book.namelist() if re.match(r"xl/worksheets/sheet", name)]
    assert len(pages) == 8
    assert not any("<f>" in page or "<hyperlink" in page for page in pages)
    texts_ = {"".join(one.itertext()) for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))}
    assert NASTY[0] in texts_
    names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    assert len(set(names)) == len(names) == 8
    assert all(len(name) <= 31 for name in names)


def test_csv_begins_with_the_mark_by_which_excel_reads_hindi_and_computes_nothing() -> None:
    for lang in ("en", "hi"):
        data = downloads.made(words(full(), lang), "=cmd()", "csv")
        assert data.startswith(b"\xef\xbb\xbf")
        text = data.decode("utf-8-sig")
        cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_json_has_every_figure_and_table_by_its_name() -> None:
    found = json.loads(json.dumps(downloads.as_json(words(full()), "Sagar")))
    assert found["month"] == "2026-11"
    assert {"strict", "lenient", "penalty", "saved", "old_saved_cost"} <= found["figures"].keys()
    assert {"wards", "contractors", "feeders", "supply", "month", "repairs"} == found["tables"].keys()
    assert found["tables"]["repairs"][0]["began"].endswith("+05:30")


def test_every_kind_of_file_is_made_of_an_empty_month() -> None:
    empty = Words(report(NOVEMBER, None, (), {}, (), (), ENDS, INDIA), words(full()).said, words(full()).zone)
    for kind in downloads.MEDIA:
        assert downloads.made(empty, "", kind)
