"""A report as a workbook: the figures, and a sheet for each table.

Every text is written as a text, so that none of them is a formula or an address; numbers and times are what they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import xlsxwriter

from host_tools.city.ledger.sheet import COUNT, PERCENT, RUPEES, TENTH, Figure, Sheet, Value

_FORMATS = {COUNT: "0", TENTH: "#,##0.0", PERCENT: "0.00", RUPEES: "#,##0"}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
MOST_NAME = 31  # characters of a sheet's name
MOST_TEXT = 32_000  # characters of a cell
WIDTH = 12


def report_xlsx(
    title: str, figures: str, groups: Iterable[tuple[str, list[Figure]]], sheets: Iterable[Sheet]
) -> bytes:  # fmt: skip
    """The workbook of *groups* of figures, on a sheet called *figures*, and of *sheets*."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title})
        bold = book.add_format({"bold": True})
        formats = {kind: book.add_format({"num_format": how}) for kind, how in _FORMATS.items()}
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        used: set[str] = set()
        page = book.add_worksheet(_name(figures, used))
        page.set_column(0, 0, 44)
        page.write_string(0, 0, title[:MOST_TEXT], bold)
        line = 2
        for called, some in groups:
            page.write_string(line, 0, called, bold)
            for number, one in enumerate(some, line + 1):
                page.write_string(number, 0, one.title)
                _put(page, number, 1, one.value, formats.get(one.kind), moment)
                page.write_string(number, 2, one.unit)
                page.write_string(number, 3, one.note)
            line += len(some) + 2
        for sheet in sheets:
            page = book.add_worksheet(_name(sheet.title, used))
            page.freeze_panes(1, 1)
            page.set_column(0, 0, 24)
            page.set_column(1, len(sheet.columns), WIDTH)
            for place, column in enumerate(sheet.columns):
                page.write_string(0, place, column.title, bold)
            for number, row in enumerate(sheet.rows, 1):
                for place, (value, column) in enumerate(zip(row, sheet.columns, strict=True)):
                    _put(page, number, place, value, formats.get(column.kind), moment)
    return out.getvalue()


def _put(page: Any, line: int, place: int, value: Value, how: Any, moment: Any) -> None:
    if value is None:
        page.write_blank(line, place, None)
    elif isinstance(value, datetime):
        page.write_datetime(line, place, value.replace(tzinfo=None), moment)
    elif isinstance(value, int | float):
        page.write_number(line, place, value, how)
    else:
        page.write_string(line, place, str(value)[:MOST_TEXT])


def _name(title: str, used: set[str]) -> str:
    """A sheet's name that Excel takes, and that no other sheet has."""
    name = title.translate(_FORBIDDEN).strip()[:MOST_NAME] or "-"
    number = 1
    while name.casefold() in used:
        number += 1
        name = f"{name[: MOST_NAME - 3]} {number}"
    used.add(name.casefold())
    return name
