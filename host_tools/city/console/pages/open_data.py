"""Open data over HTTP: /open/, without a token, where `[open_data] enabled` of site.toml says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from host_tools.city.console.access.open_pace import paced
from host_tools.city.console.city import city_of
from host_tools.city.console.packed import packed
from host_tools.city.console.pages.live import tracker_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import open_data
from host_tools.city.doors.open_data import MOST_NIGHTS, SETS, Span
from host_tools.city.store.local_time import LocalTime
from host_tools.errors import CommandError
from host_tools.site.model import Site
from host_tools.text import quoted

A_MINUTE = 30  # of one address
USUAL = 30  # nights
KINDS = {"csv": "text/csv", "json": "application/json"}


@get("/open", exclude_from_csrf=True)
@in_thread
def index(request: Web) -> Response[Any]:
    """What there is."""
    site = _open(request)
    sets = [
        {"name": name, "columns": list(columns), "urls": [f"/open/{name}.{kind}" for kind in KINDS]}
        for name, columns in SETS.items()
    ]
    told = {"title": site.title, "licence": site.publish.licence, "sets": sets}
    return Response(told, headers={"access-control-allow-origin": "*"})


@get("/open/{name:str}", exclude_from_csrf=True)
@in_thread
def data(request: Web, name: FromPath[str]) -> Response[bytes]:
    """`poles` or `nights`, as CSV or JSON; nights from a date to another."""
    site, city = _open(request), city_of(request)
    which, _, kind = name.partition(".")
    if which not in SETS or kind not in KINDS:
        raise NotFoundException("there is poles and nights, each as .csv and .json")
    view = tracker_of(request).now()
    with city.reading() as connection:
        now = city.now(connection)
    version = f"{view.revision}-{name}"
    rows: Callable[[], list[dict[str, Any]]]
    if which == "poles":

        def rows() -> list[dict[str, Any]]:
            return open_data.poles(site, view.poles, city.zone)

    else:
        span = _span(request, LocalTime(city.zone).night(now))
        version += f"-{span}-{now // 600}"  # nights are worked out again without a revision

        def rows() -> list[dict[str, Any]]:
            with city.reading() as connection:
                return open_data.nights(connection, site, span)

    def made() -> bytes:
        if kind == "csv":
            return open_data.as_csv(SETS[which], rows())
        return open_data.as_json(rows(), site.publish.licence, site.title)

    answer = packed(request, made, KINDS[kind], version)
    answer.headers |= {"access-control-allow-origin": "*", "content-type": f"{KINDS[kind]}; charset=utf-8"}
    if kind == "csv":
        answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer


def _open(request: Web) -> Site:
    paced(request, "open data", A_MINUTE)
    site = city_of(request).site
    if site is None or not site.publish.open_data:
        raise NotFoundException("this city publishes no open data here: [open_data] in site.toml")
    return site


def _span(request: Web, tonight: date) -> Span:
    last = _date(request, "to", tonight)
    first = _date(request, "from", last - timedelta(days=USUAL - 1))
    if not 0 <= (last - first).days < MOST_NIGHTS:
        raise CommandError(f"to is {last} and must be 0 to {MOST_NIGHTS - 1} days after from, {first}")
    return Span(first, last)


def _date(request: Web, name: str, usual: date) -> date:
    said = request.query_params.get(name, "").strip()
    if not said:
        return usual
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise CommandError(f"{name} is {quoted(said, 20)} and must be a date such as 2026-11-26") from None


ROUTES = [index, data]
