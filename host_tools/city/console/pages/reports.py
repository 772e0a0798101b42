"""Reports: the month that a commissioner signs, the rows that each figure comes from, and both as files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Template

from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.page import language, render
from host_tools.city.console.report_rows import FILTERS, ROWS, WHICH, chosen, rows_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.ledger import curve as pictures
from host_tools.city.ledger import downloads, figures, sheets
from host_tools.city.ledger.as_csv import sheet_csv
from host_tools.city.ledger.month import Month
from host_tools.city.ledger.sheet import NUMBERS, shown
from host_tools.city.ledger.words import Words
from host_tools.city.store import fault_rows, month_report
from host_tools.city.store.local_time import LocalTime
from host_tools.errors import CommandError
from host_tools.text import quoted

MOST = 500  # rows on a page; the CSV has all


@get("/reports", guards=[needs(VIEWER)])
@in_thread
def reports_page(request: Web) -> Template:
    """The month on one page."""
    words = _words(request)
    report = words.report
    return render(
        request, "reports.html", told=words, groups=figures.groups(words), tables=sheets.of_month(words),
        curve=pictures.curve(report.month, report.nights, report.contract.uptime_percent), picture=pictures,
        files=city_of(request).site is not None, **_common(words),
    )  # fmt: skip


@get("/reports/{rows:str}", guards=[needs(VIEWER)])
@in_thread
def rows_page(request: Web, rows: FromPath[str]) -> Template:
    """The rows of a figure: poles, nights, repairs, or alarms of supply and theft."""
    if rows not in ROWS:
        raise CommandError(f"the rows are {quoted(rows, 30)} and must be one of {', '.join(ROWS)}")
    words = _words(request)
    city = city_of(request)
    query = {name: request.query_params.get(name, "") for name in FILTERS[rows]}
    sheet, count = rows_of(city, words, rows, query, MOST)
    return render(
        request, "report_rows.html", told=words, rows=rows, sheet=sheet, count=count, query=query,
        chosen=chosen(words, rows, query), choices=_choices(words, city, FILTERS[rows]),
        csv=f"/reports/{rows}/file.csv?{urlencode({'month': words.report.month.name, **query})}", **_common(words),
    )  # fmt: skip


@get("/reports/{rows:str}/file.csv", guards=[needs(VIEWER)])
@in_thread
def rows_csv(request: Web, rows: FromPath[str]) -> Response[bytes]:
    """The same rows, all of them, for a spreadsheet."""
    if rows not in ROWS:
        raise CommandError(f"the rows are {quoted(rows, 30)} and must be one of {', '.join(ROWS)}")
    words = _words(request)
    sheet, _count = rows_of(city_of(request), words, rows, dict(request.query_params), None)
    return _file(sheet_csv(sheet), "csv", f"{rows}-{words.report.month.name}")


@get("/reports/file/{kind:str}", guards=[needs(VIEWER)])
@in_thread
def month_file(request: Web, kind: FromPath[str]) -> Response[bytes]:
    """The month as PDF, XLSX or CSV."""
    if kind not in downloads.MEDIA:
        raise CommandError(f"the file is {quoted(kind, 20)} and must be one of {', '.join(downloads.MEDIA)}")
    words = _words(request)
    city = city_of(request)
    return _file(downloads.made(words, city.title, kind), kind, f"lights-{words.report.month.name}")


def _words(request: Web) -> Words:
    city = city_of(request)
    local = LocalTime(city.zone)
    with city.reading() as connection:
        now = city.now(connection)
        name = request.query_params.get("month", "")
        month = Month.read(name) if name else month_report.newest(connection, now, local)
        found = month_report.read(connection, city.site, month, now, local)
    return Words(found, language(request), city.zone)


def _common(words: Words) -> dict[str, Any]:
    month = words.report.month
    return {"month": month, "shown": shown, "numbers": NUMBERS, "say": words.say, "media": list(downloads.MEDIA)}


def _choices(words: Words, city: City, names: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """(value, words) of the filters *names* that are chosen from a list."""
    poles = city.site.poles if city.site else ()
    contract = words.report.contract
    known = {
        "ward": [(one, one) for one in sorted({pole.ward for pole in poles if pole.ward})],
        "feeder": [(one, one) for one in sorted({pole.feeder for pole in poles if pole.feeder})],
        "contractor": [(one, one) for one in contract.contractors],
        "what": [(one, words.say(f"figure_{one}")) for one in figures.MINUTES],
        "which": [(one, words.say(f"which_{one}")) for one in WHICH],
        "kind": [(one, words.kind(one)) for one in fault_rows.SUPPLY],
    }
    return {name: known[name] for name in names if known.get(name)}


def _file(data: bytes, kind: str, name: str) -> Response[bytes]:
    named = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(data, media_type=downloads.MEDIA[kind], headers=named)


ROUTES = [reports_page, rows_page, rows_csv, month_file]
