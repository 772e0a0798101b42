"""The door of traffic management: the level of a segment, and what its poles say of it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath, RawBody

from host_tools.city.console.access.roles import needs_token
from host_tools.city.console.city import City, city_of
from host_tools.city.console.doors.through import Came, problem, takes, through
from host_tools.city.console.pages.api import MISSING, REFUSALS
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import giving, messages, traffic
from host_tools.city.doors.body import MOST_BYTES, read
from host_tools.city.doors.door import Grant, NoSuch, digest_of
from host_tools.city.doors.messages import Noted
from host_tools.city.doors.progress import Progress, progress
from host_tools.city.doors.traffic import SegmentLevel
from host_tools.site.door_files import Segment


class SegmentTold(msgspec.Struct, rename="camel"):
    """A segment: the level that holds now, 0 for none, and what its poles say of it."""

    segment: str
    level: int
    light: Progress


@get("/doors/traffic/segments", guards=[needs_token(traffic.NAME)], responses=REFUSALS, include_in_schema=True)
@in_thread
def segments(request: Web) -> list[str]:
    """The ids of the site's segments."""
    return sorted(_segments(city_of(request)))


@get(
    "/doors/traffic/segments/{segment:str}", guards=[needs_token(traffic.NAME)], responses=MISSING,
    include_in_schema=True,
)  # fmt: skip
@in_thread
def segment(request: Web, segment: FromPath[str]) -> Response[SegmentTold]:
    """One segment."""
    city = city_of(request)
    try:
        known = traffic.segment_of(_segments(city), segment)
    except NoSuch as error:
        return problem(request, error)
    with city.reading() as connection:
        light = progress(connection, traffic.NAME, traffic.ref(known.id), city.now(connection))
    return Response(_told(known.id, light))


@put(
    "/doors/traffic/segments/{segment:str}", guards=[needs_token(traffic.NAME)], responses=MISSING,
    include_in_schema=True, exclude_from_csrf=True, operation_class=takes(SegmentLevel),
    request_max_body_size=MOST_BYTES,
)  # fmt: skip
@in_thread
def set_level(request: Web, segment: FromPath[str], body: RawBody) -> Response[SegmentTold]:
    """Raises the light of a segment for 30 minutes: 1 to 70, 2 to 85, 3 to 100 %; sent again it goes on, 0 ends it."""
    came = Came(traffic.NAME, f"{segment[:40]} {body[:60].decode('utf-8', 'replace')}", digest_of(segment, body))

    def do(city: City, connection: Any, grant: Grant, now: int) -> tuple[Response[Any], Noted | None]:
        said = read(body, SegmentLevel)
        known = traffic.segment_of(_segments(city), segment)
        ref = traffic.ref(known.id)
        short = f"{known.id} level {said.level}"
        noted = Noted(traffic.NAME, grant.who, short, came.digest, messages.SAME, ref)
        if said.level:
            given = giving.give(connection, city.street, traffic.wish(known, said.level, now), grant, now)
            outcome = messages.SAME if given.same else messages.TAKEN
            noted = Noted(
                traffic.NAME, grant.who, short, came.digest, outcome, ref, "", given.numbers, given.poles, given.until
            )
        elif giving.standing(connection, traffic.NAME, ref, now):
            ended = giving.end(connection, traffic.NAME, ref, grant.who, traffic.NAME, now)
            noted = Noted(
                traffic.NAME, grant.who, short, came.digest, messages.ENDED, ref, "", ended.numbers, ended.poles
            )
        return Response(_told(known.id, progress(connection, traffic.NAME, ref, now))), noted

    return through(request, came, do)


def _segments(city: City) -> dict[str, Segment]:
    return dict(city.site.doors.segments) if city.site else {}


def _told(name: str, light: Progress) -> SegmentTold:
    return SegmentTold(name, traffic.level_of(light.level), light)


ROUTES = [segments, segment, set_level]
