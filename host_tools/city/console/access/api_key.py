"""A token that comes as `api_key`, in the query or in a form, as Open311 has it."""

from __future__ import annotations

from typing import Any

from anyio.to_thread import run_sync
from litestar.connection import ASGIConnection, Request
from litestar.exceptions import NotAuthorizedException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import AsyncAnyCallable

from host_tools.city.console.access import tokens
from host_tools.city.console.access.roles import needs_token, token_of
from host_tools.city.console.city import City, city_of

FIELD = "api_key"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def needs_api_key(door: str) -> AsyncAnyCallable:
    """A guard as `needs_token`, which takes the token as `api_key` too.  A query is in many logs: prefer a header."""
    strict = needs_token(door)

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        if token_of(connection) is None:
            text = connection.query_params.get(FIELD, "") or await _in_form(connection)
            if text:
                connection.scope["auth"] = await run_sync(_found, city_of(connection), text.strip())
                if token_of(connection) is None:
                    raise NotAuthorizedException("the api_key does not hold, was revoked or is over")
        strict(connection, handler)

    guard.door = door  # type: ignore[attr-defined]
    return guard


async def _in_form(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not isinstance(connection, Request) or kind not in _FORMS:
        return ""
    found = (await connection.form()).get(FIELD, "")
    return found if isinstance(found, str) else ""


def _found(city: City, text: str) -> tokens.Token | None:
    now = int(city.wall())
    with city.reading() as connection:
        found = tokens.find(connection, text, now)
    if found and now - found.used_at >= tokens.USED_S:
        with city.writing() as connection:
            tokens.used(connection, found.id, now)
    return found
