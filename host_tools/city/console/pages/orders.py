"""Work orders: a list, one as a page that prints as a crew's list, as CSV, and what was done at each pole."""

from __future__ import annotations

import io
from functools import partial
from typing import Any
from urllib.parse import quote

import segno
from anyio.to_thread import run_sync
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from host_tools import spreadsheet
from host_tools.city.alarms import crew_actions, photos
from host_tools.city.alarms.order_progress import DONE, Progress, listed_orders, progress
from host_tools.city.console.access.roles import OPERATOR, VIEWER, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.order_view import COLUMNS, OrderWords
from host_tools.city.console.own_address import own_address
from host_tools.city.console.page import language, render
from host_tools.city.console.pages.alarms import crews_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.errors import CommandError
from host_tools.text import quoted

DOOR = "console"


@get("/orders", guards=[needs(VIEWER)])
@in_thread
def orders_page(request: Web) -> Template:
    """The orders, those that are not done first, then the latest."""
    city = city_of(request)
    crew, state = request.query_params.get("crew", "")[:80], request.query_params.get("state", "")
    if state not in ("", "all"):
        raise CommandError(f"state is {quoted(state, 20)} and must be left out or all")
    with city.reading() as connection:
        now = city.now(connection)
        found = listed_orders(connection, crew)
        crews = crews_of(connection)
    shown = [one for one in found if state == "all" or one.state != DONE]
    say = OrderWords(language(request), city.site, city.zone, now)
    views = [say.view(one, stops=False) for one in shown]
    return render(request, "orders.html", orders=views, crews=crews, crew=crew, state=state)


@get("/orders/{number:int}", guards=[needs(VIEWER)])
@in_thread
def order_page(request: Web, number: FromPath[int]) -> Template:
    """One order."""
    found, say = _found(request, number)
    with city_of(request).reading() as connection:
        taken = photos.of_orders(connection, [found.order.number])
    return render(request, "order.html", order=say.view(found, taken))


@get("/orders/{number:int}/list.csv", guards=[needs(VIEWER)])
@in_thread
def order_csv(request: Web, number: FromPath[int]) -> Response[bytes]:
    """The stops of an order for a spreadsheet."""
    found, say = _found(request, number)
    out = io.StringIO()
    spreadsheet.write(out, COLUMNS, say.csv(found))
    name = f"order-{found.order.number}.csv"
    return Response(
        spreadsheet.for_excel(out.getvalue()).encode(), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


@get("/p/{name:str}/qr.svg", guards=[needs(VIEWER)])
@in_thread
def pole_code(request: Web, name: FromPath[str]) -> Response[bytes]:
    """A QR code that leads a crew's phone to the pole's page on this console."""
    address = own_address(request, f"/p/{quote(name, safe='')}?crew")
    out = io.BytesIO()
    segno.make(address[:1000], error="m", micro=False).save(out, kind="svg", scale=3, border=2, xmldecl=False)
    return Response(out.getvalue(), media_type="image/svg+xml")


@post("/orders/{number:int}/do", guards=[needs(OPERATOR)], status_code=200)
async def do(request: Web, number: FromPath[int]) -> Response[Any]:
    """Says of the pole `pole` of the order that the crew was there, that it is mended, or a note."""
    form = await request.form()
    values = {name: str(form[name]) for name in form if isinstance(form[name], str)}
    await run_sync(partial(_do, city_of(request), number, request.user.name, values))
    if "text/html" not in request.headers.get("accept", ""):
        return Response({"said": "", "go": f"/orders/{number}"})
    return Redirect(f"/orders/{number}", status_code=303)


def _do(city: City, number: int, who: str, values: dict[str, str]) -> None:
    name, pole, said = values.get("do", ""), values.get("pole", ""), values.get("text", "")
    if name not in _DEEDS:
        raise CommandError(f"do is {quoted(name, 20)} and must be one of {', '.join(_DEEDS)}")
    with city.writing() as connection:
        _DEEDS[name](connection, number, pole, who, city.now(connection), said, DOOR)


def _found(request: Web, number: int) -> tuple[Progress, OrderWords]:
    city = city_of(request)
    with city.reading() as connection:
        try:
            found = progress(connection, min(number, 2**62))
        except CommandError as error:
            raise NotFoundException(language(request).tell(error)) from error
        now = city.now(connection)
    return found, OrderWords(language(request), city.site, city.zone, now)


_DEEDS: dict[str, Any] = {
    "visited": crew_actions.be_there, "mended": crew_actions.mend, "note": crew_actions.write_note,
}  # fmt: skip

ROUTES = [orders_page, order_page, order_csv, pole_code, do]
