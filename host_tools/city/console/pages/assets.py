"""Poles and groups: all poles in a table, by ward, feeder, class, luminaire and board; and the same as CSV."""

from __future__ import annotations

import io
from typing import Any

from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Template

from host_tools import spreadsheet
from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.assets import COLUMNS, FILTERS, Asset, assets, chosen, values
from host_tools.city.console.city import city_of
from host_tools.city.console.page import moment, render
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread

A_PAGE = 200


@get("/assets", guards=[needs(VIEWER)])
@in_thread
def assets_page(request: Web, after: FromQuery[str] = "") -> Template:
    """A page of the table, from the pole that follows *after* on."""
    every, shown = _wanted(request)
    rest = [one for one in shown if one.pole > after]
    wanted = {name: request.query_params.get(name, "") for name in FILTERS}
    return render(
        request, "assets.html", assets=rest[:A_PAGE], total=len(shown), every=len(every), values=values(every),
        wanted=wanted, text=request.query_params.get("text", ""), query=str(request.url.query),
        more=rest[A_PAGE - 1].pole if len(rest) > A_PAGE else "",
    )  # fmt: skip


@get("/assets.csv", guards=[needs(VIEWER)])
@in_thread
def assets_csv(request: Web) -> Response[bytes]:
    """The table, for a spreadsheet."""
    zone = city_of(request).zone
    _every, shown = _wanted(request)
    out = io.StringIO()
    spreadsheet.write(out, COLUMNS, (_cells(one, zone) for one in shown))
    named = {"content-disposition": 'attachment; filename="poles.csv"'}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=named)


def _wanted(request: Web) -> tuple[list[Asset], list[Asset]]:
    """All poles, and those that the query asks for."""
    city = city_of(request)
    with city.reading() as connection:
        every = assets(connection, city.site)
    wanted = {name: request.query_params.get(name, "") for name in FILTERS}
    return every, chosen(every, wanted, request.query_params.get("text", ""))


def _cells(one: Asset, zone: Any) -> list[str]:
    out = []
    for name, value in zip(COLUMNS, one.cells(), strict=True):
        shown = moment(value, zone) if name == "seen" else "" if value is None else value
        out.append(spreadsheet.cell(shown))
    return out


ROUTES = [assets_page, assets_csv]
