"""A message through a door: its token's grant, one transaction, the answer, and a row for the desk in any case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Response
from litestar.openapi.spec import Operation, RequestBody
from sqlalchemy.engine import Connection

from host_tools.city.console.access.roles import token_of
from host_tools.city.console.access.tokens import Token
from host_tools.city.console.city import City, city_of
from host_tools.city.console.page import language
from host_tools.city.console.request_types import Web
from host_tools.city.doors import messages
from host_tools.city.doors.door import Conflict, Grant, NoSuch
from host_tools.city.doors.messages import Noted
from host_tools.city.store.console_tables import token as tokens
from host_tools.errors import CommandError, DiyaError
from host_tools.language.language import Spoken

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Came:
    """A message: by the door *door*, *said* in short, *digest* of all of it."""

    door: str
    said: str
    digest: str


def grant_of(token: Token) -> Grant:
    """How far *token* goes."""
    return Grant(token.name, token.zones, token.highest, token.radius_m, token.minutes)


def through(
    request: Web, came: Came, do: Callable[[City, Connection, Grant, int], tuple[Response[Any], Noted | None]],
    before: Callable[[City], None] = lambda city: None,
) -> Response[Any]:  # fmt: skip
    """The answer of *do(city, connection, grant, now)*, what it wrote, and the row of it: all or nothing of these.

    *before* is called first, without the store.

    A refusal is a problem (RFC 9457) in the language of the request, and a row too.
    """
    city, token = city_of(request), token_of(request)
    assert token is not None  # by the guard of the route
    try:
        before(city)
        _ = city.street.directory  # worked out the first time, and not while the store waits
        with city.writing() as connection:
            # messages of one token come one after the other: the same twice at once is one order
            connection.execute(sa.select(tokens.c.id).where(tokens.c.id == token.id).with_for_update())
            now = city.now(connection)
            answer, noted = do(city, connection, grant_of(token), now)
            if noted is not None:
                messages.note(connection, noted, now)
            return answer
    except (Spoken, CommandError) as error:
        with city.writing() as connection:
            why = messages.kept(error)
            row = Noted(came.door, token.name, came.said, came.digest, messages.REFUSED, why=why)
            messages.note(connection, row, city.now(connection))
        return problem(request, error)


def problem(request: Web, error: DiyaError) -> Response[Any]:
    """What *error* says, as RFC 9457."""
    status = 404 if isinstance(error, NoSuch) else 409 if isinstance(error, Conflict) else 422
    told = {"type": "about:blank", "status": status, "detail": language(request).tell(error)}
    return Response(told, status_code=status, media_type=PROBLEM)


def takes(kind: type[msgspec.Struct]) -> type[Operation]:
    """For `operation_class`: tells in the OpenAPI that the body is a *kind*, which body.py reads."""
    schema = msgspec.json.schema(kind)
    inner = schema["$defs"][kind.__name__]
    content: Any = {"application/json": {"schema": inner}}

    @dataclass
    class Told(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(content=content, required=True)

    return Told
