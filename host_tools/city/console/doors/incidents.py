"""The door of cameras and call boxes: full light where something happens."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, RawBody

from host_tools.city.console.access.roles import needs_token
from host_tools.city.console.city import City, city_of
from host_tools.city.console.doors.through import Came, takes, through
from host_tools.city.console.pages.api import MISSING
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import giving, incidents, messages
from host_tools.city.doors.body import MOST_BYTES, read
from host_tools.city.doors.door import Grant, digest_of
from host_tools.city.doors.incidents import Incident
from host_tools.city.doors.messages import Noted
from host_tools.city.doors.progress import Progress, progress

NAME = incidents.NAME


class IncidentTold(msgspec.Struct, rename="camel"):
    """An incident by its reference, under which it is asked for and ended, and what the poles around say of it."""

    ref: str
    light: Progress


@post(
    "/doors/incidents", guards=[needs_token(NAME)], responses=MISSING, include_in_schema=True, exclude_from_csrf=True,
    operation_class=takes(Incident), request_max_body_size=MOST_BYTES,
)  # fmt: skip
@in_thread
def begin(request: Web, body: RawBody) -> Response[IncidentTold]:
    """Full light within 500 m of a point or camera at most, for 15 minutes, or up to 120; the same again is renewed."""
    came = Came(NAME, body[:120].decode("utf-8", "replace"), digest_of(body))

    def do(city: City, connection: Any, grant: Grant, now: int) -> tuple[Response[Any], Noted | None]:
        said = read(body, Incident)
        wish = incidents.wish(said, city.site.doors.cameras if city.site else {}, grant.who, now)
        given = giving.give(connection, city.street, wish, grant, now)
        noted = Noted(
            NAME, grant.who, f"{wish.reason}, {said.radius:g} m, {said.minutes} min", came.digest,
            messages.SAME if given.same else messages.TAKEN, wish.ref, "", given.numbers, given.poles, given.until,
        )  # fmt: skip
        told = IncidentTold(wish.ref, progress(connection, NAME, wish.ref, now))
        headers = {"location": f"/doors/incidents/{wish.ref}"}
        return Response(told, status_code=200 if given.same else 201, headers=headers), noted

    return through(request, came, do)


@get("/doors/incidents/{ref:str}", guards=[needs_token(NAME)], responses=MISSING, include_in_schema=True)
@in_thread
def incident(request: Web, ref: FromPath[str]) -> IncidentTold:
    """What the poles around an incident say of it."""
    city, known = city_of(request), incidents.ref_of(ref)
    with city.reading() as connection:
        return IncidentTold(known, progress(connection, NAME, known, city.now(connection)))


@delete(
    "/doors/incidents/{ref:str}", guards=[needs_token(NAME)], responses=MISSING, include_in_schema=True,
    exclude_from_csrf=True, status_code=200,
)  # fmt: skip
@in_thread
def finish(request: Web, ref: FromPath[str]) -> Response[IncidentTold]:
    """Ends an incident that this token began."""
    known = incidents.ref_of(ref)
    came = Came(NAME, f"end of {known[:64]}", digest_of("end", known))

    def do(city: City, connection: Any, grant: Grant, now: int) -> tuple[Response[Any], Noted | None]:
        ended = giving.end(connection, NAME, known, grant.who, NAME, now)
        noted = Noted(NAME, grant.who, came.said, came.digest, messages.ENDED, known, "", ended.numbers, ended.poles)
        return Response(IncidentTold(known, progress(connection, NAME, known, now))), noted

    return through(request, came, do)


ROUTES = [begin, incident, finish]
