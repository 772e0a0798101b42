"""A table of a report as CSV: UTF-8 with a byte order mark, without which Excel shows Hindi as other letters.

Times are those of the site's clock; a text that a spreadsheet would compute is neutralised (`host_tools/spreadsheet`).
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime

from host_tools import spreadsheet
from host_tools.city.ledger.sheet import Figure, Sheet, Value


def sheet_csv(sheet: Sheet) -> bytes:
    """The table *sheet*."""
    return _bytes([[column.title for column in sheet.columns], *sheet.rows])


def report_csv(
    title: str, head: tuple[str, str, str], groups: Iterable[tuple[str, list[Figure]]], sheets: Iterable[Sheet]
) -> bytes:  # fmt: skip
    """All of a month: its figures, and under them each table with its own head, an empty line between."""
    rows: list[list[Value]] = [[title], []]
    for called, figures in groups:
        rows += [[called, *head[1:]], *([one.title, _rounded(one.value), one.unit] for one in figures), []]
    for sheet in sheets:
        rows += [[sheet.title], [column.title for column in sheet.columns], *([*row] for row in sheet.rows), []]
    return _bytes(rows)


def _rounded(value: Value) -> Value:
    return round(value, 3) if isinstance(value, float) else value


def _bytes(rows: Iterable[Iterable[Value]]) -> bytes:
    out = io.StringIO()
    first, *rest = ([_cell(value) for value in row] for row in rows)
    spreadsheet.write(out, first, rest)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str:
    return spreadsheet.cell(f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value)
