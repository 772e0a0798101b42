"""CSV for people: written so that a spreadsheet shows it and computes nothing, and read as spreadsheets write it.

A text that a spreadsheet would take for a formula gets an apostrophe before it, by which Excel and LibreOffice show
text (OWASP, "CSV Injection").  Numbers are numbers and stay as they are.  `plain` takes the apostrophe away again.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TextIO

from host_tools.text import safe

BOM = "\ufeff"  # by which Excel recognises UTF-8

# At the start of a cell, and of a part that becomes one with another separator: a formula, with any blanks and
# apostrophes before it.  The wide forms are typed by input methods for Chinese or Japanese.
_FORMULA = re.compile(r"(^|[;|])(?=\s*'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NEUTRAL = re.compile(r"(^|[;|])'(?=\s*'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")

_SEPARATORS = ",;\t|"
_SAID = re.compile(r'"?sep=(.)"?;*,*', re.IGNORECASE)  # Excel's own first line


class NotCsv(ValueError):
    """The text is no CSV; the sentence says why, and repeats nothing of it."""


class Line(NamedTuple):
    """The cells of a row, and the number of the line it begins on."""

    number: int
    cells: list[str]


def cell(value: Any) -> str:
    """*value* for a cell: text on one line that is no formula; yes and no; a number as it is; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return repr(value)
    return neutral(safe(" ".join(str(value).splitlines()).replace("\t", " ")))


def neutral(text: str) -> str:
    """*text* as it is, with an apostrophe before what a spreadsheet would take for a formula."""
    return _FORMULA.sub(r"\1'", text)


def plain(text: str) -> str:
    """What was given to `neutral` or `cell` as *text*: without the apostrophes they put there."""
    return _NEUTRAL.sub(r"\1", text)


def json_cell(value: Any) -> str:
    """*value* as JSON for a cell, in ASCII; it begins with a brace, and no separator in it stands before a formula."""
    said = json.dumps(value)
    return _FORMULA.sub(lambda found: f"\\u{ord(found[1]):04x}" if found[1] else "", said)


def write(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]], end: str = "\r\n") -> int:
    """Write *columns* and *rows* of cells as CSV (RFC 4180); how many rows there were."""
    table = csv.writer(out, lineterminator=end)
    table.writerow(columns)
    count = 0
    for row in rows:
        table.writerow(row)
        count += 1
    return count


def for_excel(text: str) -> str:
    """*text* of a CSV file; with a byte order mark if it is not all ASCII, or Excel reads it in another encoding."""
    return text if text.isascii() else BOM + text


def decoded(data: bytes) -> str:
    """The text of a CSV file: UTF-8, with or without a byte order mark, UTF-16, or Windows-1252 as old Excel has it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if data[1:2] == b"\0" or data[:1] == b"\0":
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def lines(text: str) -> Iterator[Line]:
    """The rows of *text* that are not empty; the separator is what `sep=` says, else what the first of them has most.

    Lines that start with # before the first row are remarks.  Raises NotCsv.
    """
    before = 0
    rest = text.splitlines(keepends=True)
    while rest and (not rest[0].strip() or rest[0].startswith("#")):
        before, rest = before + 1, rest[1:]
    said = _SAID.fullmatch(rest[0].strip("\r\n")) if rest else None
    if said:
        before, rest = before + 1, rest[1:]
    separator = said[1] if said else max(_SEPARATORS, key=lambda one: rest[0].count(one) if rest else 0)
    table = csv.reader(io.StringIO("".join(rest), newline=""), delimiter=separator, strict=True)
    number = before + 1
    try:
        for row in table:
            if any(value.strip() for value in row) and not row[0].startswith("#"):
                yield Line(number, row)
            number = before + table.line_num + 1
    except (csv.Error, TypeError) as error:
        raise NotCsv(f"line {number} is no CSV: a quotation mark is missing or one too many") from error
