"""The report of a month as a file: PDF, XLSX or CSV, and as values for a program."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from host_tools.city.ledger import figures, sheets
from host_tools.city.ledger.sheet import Sheet, Value
from host_tools.city.ledger.words import Words

MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def made(words: Words, title: str, kind: str) -> bytes:
    """The report that *words* says of the city *title*, as a file of *kind*, one of MEDIA."""
    return _MAKERS[kind](words, title)


def as_json(words: Words, title: str) -> dict[str, Any]:
    """The figures and tables by their names, with numbers as they are."""
    report = words.report
    return {
        "month": report.month.name, "title": title, "met": report.met, "nights": len(report.nights),
        "nightsToCome": report.to_come, "nightsPreliminary": [day.isoformat() for day in report.preliminary],
        "polesNeverHeard": list(report.never), "strangers": report.strangers,
        "figures": {
            one.name: {"value": one.value, "unit": one.unit}
            for _called, some in figures.groups(words) for one in some
        },
        "tables": {
            sheet.name: _rows(sheet)
            for sheet in [*sheets.of_month(words), sheets.repairs(words, report.repairs)]
        },
    }  # fmt: skip


def _rows(sheet: Sheet) -> list[dict[str, Any]]:
    names = [column.name for column in sheet.columns]
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in sheet.rows]


def _plain(value: Value) -> Value:
    return value.isoformat() if isinstance(value, date) else value


def _pdf(words: Words, title: str) -> bytes:
    from host_tools.city.ledger.as_pdf import report_pdf

    at = words.at(words.report.now)
    return report_pdf(words, title, words.say("made", at=f"{at:%Y-%m-%d %H:%M}", zone=f"{at:%Z}"))


def _xlsx(words: Words, title: str) -> bytes:
    from host_tools.city.ledger.as_xlsx import report_xlsx

    report = words.report
    tables = [*sheets.of_month(words), sheets.poles(words, report.poles), sheets.repairs(words, report.repairs)]
    head = words.say("month_title", title=title, month=words.month)
    return report_xlsx(head, words.say("sheet_figures"), figures.groups(words), tables)


def _csv(words: Words, title: str) -> bytes:
    from host_tools.city.ledger.as_csv import report_csv

    head = words.say("month_title", title=title, month=words.month)
    names = words.say("column_figure"), words.say("column_value"), words.say("column_unit")
    tables = [*sheets.of_month(words), sheets.repairs(words, words.report.repairs)]
    return report_csv(head, names, figures.groups(words), tables)


_MAKERS: dict[str, Callable[[Words, str], bytes]] = {"pdf": _pdf, "xlsx": _xlsx, "csv": _csv}
