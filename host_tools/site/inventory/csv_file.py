"""A list as CSV: any separator, and lines before its header."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from host_tools.site.inventory.numbers import degrees, number
from host_tools.site.inventory.table import InventoryError, Table, times, where
from host_tools.site.inventory.text_file import read_text

_SEPARATORS = ",;\t|"
_HEAD = 30  # records, to find the header in
_LONGEST = 1_000_000  # characters of a field
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}


def read_csv(file: Path, encoding: str | None = None) -> Table:
    """The table in *file*.  Raises InventoryError, OSError."""
    text, found = read_text(file, encoding)
    notes = [] if found in ("utf-8", "utf-8-sig") else [f"encoding: read as {found}"]
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    separator, start = _declared(text)
    separator = separator or _separator(text)
    if separator != ",":
        notes.append(f"fields: separated by {_NAMES.get(separator, repr(separator))}")
    records = _records(file, text, separator, start)
    head = _header(records)
    if head is None:
        width = max(len(record) for _line, record in records)
        columns = [f"column {place + 1}" for place in range(width)]
        notes.append("header: none found, so columns are called column 1, column 2 and so on")
        body = records
    else:
        columns = _columns(records[head][1])
        if head:
            notes.append(f"header: on line {records[head][0]}; {times(head, 'line')} before it left out")
        body = records[head + 1 :]
    if not body:
        raise InventoryError(f"{file} has a header and no lights")
    return _table(columns, body, notes)


def _declared(text: str) -> tuple[str, int]:
    """The separator that a first line such as ``sep=;`` names, and how many lines that takes."""
    first, _end, _rest = text.partition("\n")
    found = first.strip(' "').lower()
    return (found[4:5] or "\t", 1) if found.startswith("sep=") else ("", 0)


def _separator(text: str) -> str:
    """What splits the first records most evenly into most fields."""
    best, score = ",", 0.0
    for separator in _SEPARATORS:
        widths = Counter()  # type: Counter[int]
        reader = csv.reader(io.StringIO(text[:200_000]), delimiter=separator)
        try:
            for _number, record in zip(range(200), reader, strict=False):
                if any(record):
                    widths[len(record)] += 1
        except csv.Error:
            continue
        if widths:
            width, count = widths.most_common(1)[0]
            evenly = count / widths.total()
            if width > 1 and evenly * width**0.5 > score:
                best, score = separator, evenly * width**0.5
    return best


def _records(file: Path, text: str, separator: str, skipped: int) -> list[tuple[int, list[str]]]:
    """Each record that is not empty, with the line it begins on."""
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=separator != "\t")
    records = []
    line = 1
    try:
        for record in reader:
            if line > skipped and any(value.strip() for value in record):
                records.append((line, record))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InventoryError(f"{file} line {line} cannot be read: {error}") from None
    if not records:
        raise InventoryError(f"{file} has no lines")
    return records


def _header(records: list[tuple[int, list[str]]]) -> int | None:
    """Which record names the columns: the first that fills as many fields as the others; None where it is a light."""
    filled = [sum(bool(value.strip()) for value in record) for _line, record in records[:_HEAD]]
    most = max(filled)
    for place, (_line, record) in enumerate(records[:_HEAD]):
        values = [value for value in record if value.strip()]
        if filled[place] >= max(2, most * 0.6) or (most == 1 and values):
            numbers = sum(number(value) is not None or degrees(value) is not None for value in values)
            return None if numbers >= max(2, len(values) * 0.5) else place
    return None


def _columns(names: list[str]) -> list[str]:
    """*names*, each once: a second one of a name, and one without, are numbered."""
    seen: Counter[str] = Counter()
    columns = []
    for place, name in enumerate(names):
        plain = " ".join(name.replace("\ufeff", "").split()) or f"column {place + 1}"
        seen[plain] += 1
        columns.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return columns


def _table(columns: list[str], body: list[tuple[int, list[str]]], notes: list[str]) -> Table:
    width = len(columns)
    rows, lines, short, long = [], [], [], []
    for line, record in body:
        if len(record) > width:
            if any(value.strip() for value in record[width:]):
                long.append(line)
                continue
            record = record[:width]
        elif len(record) < width:
            inside = sum(value.count("\n") for value in record)
            if inside > 1:
                raise InventoryError(
                    f"line {line} opens a quotation that ends {inside} lines later, and so lights are lost: close it"
                )
            short.append(line)
            record = record + [""] * (width - len(record))
        if record == columns:
            continue  # the header again, as where pages were put together
        rows.append(record)
        lines.append(line)
    if long:
        notes.append(f"left out: {times(len(long), 'row')} with more fields than the header, {where(long)}")
    if short:
        notes.append(
            f"rows: {len(short):,} with fewer fields than the header, filled up with empty ones, {where(short)}"
        )
    return Table(columns, rows, lines, notes=notes)
