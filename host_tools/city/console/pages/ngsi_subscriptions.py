"""NGSI-LD over HTTP: subscriptions of the token that asks.  The receiver sends the notifications."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from anyio.to_thread import run_sync
from litestar import Response, delete, get, post
from litestar.params import FromPath

from host_tools.city.console.access.roles import needs_token, token_of
from host_tools.city.console.city import City, city_of
from host_tools.city.console.pages.api import MISSING, REFUSALS
from host_tools.city.console.pages.ngsi import refused
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import ngsi_book, ngsi_subscription
from host_tools.city.doors.ngsi_form import BASE, DOOR, JSON, LD_JSON, Refused

PATH = f"{BASE}/subscriptions"


@get(PATH, guards=[needs_token(DOOR)], exception_handlers={Refused: refused}, include_in_schema=True,
     responses=REFUSALS)  # fmt: skip
@in_thread
def subscriptions(request: Web) -> list[dict[str, Any]]:
    """Those that this token has made."""
    with city_of(request).reading() as connection:
        return ngsi_book.listed(connection, _who(request))


@get(f"{PATH}/{{number:str}}", guards=[needs_token(DOOR)], exception_handlers={Refused: refused},
     include_in_schema=True, responses=MISSING)  # fmt: skip
@in_thread
def subscription(request: Web, number: FromPath[str]) -> dict[str, Any]:
    """One of them."""
    with city_of(request).reading() as connection:
        return ngsi_book.shown(ngsi_book.found(connection, _who(request), number))


@post(PATH, guards=[needs_token(DOOR)], exclude_from_csrf=True, exception_handlers={Refused: refused}, status_code=201,
      include_in_schema=False, request_max_body_size=ngsi_subscription.MOST_BODY)  # fmt: skip
async def subscribe(request: Web) -> Response[None]:
    """Makes one: its address is in Location."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (JSON, LD_JSON):
        raise Refused(415, "InvalidRequest", f"Content-Type must be {JSON} or {LD_JSON}")
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refused(400, "InvalidRequest", "the body is no JSON") from None
    number = await run_sync(_kept, city_of(request), body, _who(request))
    return Response(None, status_code=201, headers={"location": f"{PATH}/{quote(number, safe=':')}"})


@delete(f"{PATH}/{{number:str}}", guards=[needs_token(DOOR)], exclude_from_csrf=True, status_code=204,
        exception_handlers={Refused: refused}, include_in_schema=True, responses=MISSING)  # fmt: skip
@in_thread
def unsubscribe(request: Web, number: FromPath[str]) -> None:
    """Ends one."""
    with city_of(request).writing() as connection:
        ngsi_book.remove(connection, _who(request), number)


def _kept(city: City, body: Any, who: str) -> str:
    hosts = city.site.publish.hosts if city.site else ()
    with city.writing() as connection:
        now = city.now(connection)
        one = ngsi_subscription.read(body, hosts, now)
        ngsi_book.add(connection, one, body, who, now)
    return one.id


def _who(request: Web) -> str:
    token = token_of(request)
    return token.name if token else ""


ROUTES = [subscriptions, subscription, subscribe, unsubscribe]
