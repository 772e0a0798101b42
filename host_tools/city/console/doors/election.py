"""The door of election webcasting: nights without dimming around polling stations, and whether they are ready."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath, RawBody
from sqlalchemy.engine import Connection

from host_tools.city.console.access.roles import needs_token
from host_tools.city.console.city import City, city_of
from host_tools.city.console.doors.through import Came, problem, takes, through
from host_tools.city.console.page import language
from host_tools.city.console.pages.api import MISSING
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import election, election_nights, messages, readiness
from host_tools.city.doors.body import read
from host_tools.city.doors.door import Grant, digest_of
from host_tools.city.doors.election import NAME, Stations
from host_tools.city.doors.messages import Noted
from host_tools.city.doors.progress import Progress, progress
from host_tools.city.doors.street import Street
from host_tools.language.language import Language, Spoken
from host_tools.site.model import Site

MOST_BODY = 400_000
PATH = "/doors/election/nights/{night:str}"


class PoleTold(msgspec.Struct, rename="camel"):
    """A pole around a station.  ``lit`` in the last night: yes, no, unknown; ``lock``: later, waits, kept, refused."""

    name: str
    lit: str
    silent: bool
    alarms: list[str]
    lock: str


class StationTold(msgspec.Struct, rename="camel"):
    """A polling station; ``why``: its order could not be written yet."""

    id: str
    name: str
    asked_by: str
    ref: str
    ready: bool
    why: str
    poles: list[PoleTold]
    light: Progress


class NightTold(msgspec.Struct, rename="camel"):
    """A night: from ``begins`` to ``ends``, Unix s."""

    night: str
    begins: int
    ends: int
    stations: list[StationTold]


@put(
    PATH, guards=[needs_token(NAME)], responses=MISSING, include_in_schema=True, exclude_from_csrf=True,
    operation_class=takes(Stations), request_max_body_size=MOST_BODY,
)  # fmt: skip
@in_thread
def ask(request: Web, night: FromPath[str], body: RawBody) -> Response[NightTold]:
    """No dimming around these stations, and no others of this token, in the night that begins on this date."""
    came = Came(NAME, f"{night[:20]} {body[:100].decode('utf-8', 'replace')}", digest_of(night, body))

    def do(city: City, connection: Connection, grant: Grant, now: int) -> tuple[Response[Any], Noted]:
        site, of = _site(city), election.night_of(night)
        said = read(body, Stations, MOST_BODY)
        names = list(dict.fromkeys(said.stations if said.stations is not None else site.doors.stations))
        new = election_nights.ask(connection, city.street, site, of, names, grant, now)
        mine = [one["station"] for one in election_nights.listed(connection, of) if one["asked_by"] == grant.who]
        gone = [name for name in mine if name not in names]
        if gone:
            election_nights.take_back(connection, of, grant.who, NAME, now, gone)
        outcome = messages.TAKEN if new or gone else messages.SAME
        _begins, ends = election.span(site, of)
        short = f"{of}: {', '.join(names)}"
        noted = Noted(NAME, grant.who, short, came.digest, outcome, election.ref(of, "*"), until=ends)
        return Response(_told(connection, city.street, site, of, language(request), now)), noted

    return through(request, came, do)


@get(PATH, guards=[needs_token(NAME)], responses=MISSING, include_in_schema=True)
@in_thread
def ready(request: Web, night: FromPath[str]) -> Response[NightTold]:
    """What is asked for a night, and whether the street is ready for it."""
    city = city_of(request)
    try:
        site, of = _site(city), election.night_of(night)
    except Spoken as error:
        return problem(request, error)
    with city.reading() as connection:
        return Response(_told(connection, city.street, site, of, language(request), city.now(connection)))


@delete(
    PATH, guards=[needs_token(NAME)], responses=MISSING, include_in_schema=True, exclude_from_csrf=True,
    status_code=200,
)  # fmt: skip
@in_thread
def take_back(request: Web, night: FromPath[str]) -> Response[NightTold]:
    """Takes back what this token has asked for a night."""
    came = Came(NAME, f"end of {night[:20]}", digest_of("end", night))

    def do(city: City, connection: Connection, grant: Grant, now: int) -> tuple[Response[Any], Noted]:
        site, of = _site(city), election.night_of(night)
        gone = election_nights.take_back(connection, of, grant.who, NAME, now)
        outcome = messages.ENDED if gone else messages.SAME
        noted = Noted(NAME, grant.who, came.said, came.digest, outcome, election.ref(of, "*"))
        return Response(_told(connection, city.street, site, of, language(request), now)), noted

    return through(request, came, do)


def _site(city: City) -> Site:
    if city.site is None:
        raise Spoken("doors.no_site")
    return city.site


def _told(
    connection: Connection, street: Street, site: Site, night: date, said: Language, now: int
) -> NightTold:  # fmt: skip
    begins, ends = election.span(site, night)
    stations = [
        StationTold(
            one.id, one.name, one.asked_by, (ref := election.ref(night, one.id)), one.ready,
            messages.told(one.why, said),
            [PoleTold(each.name, each.lit, each.silent, list(each.alarms), each.lock) for each in one.poles],
            progress(connection, NAME, ref, now),
        )
        for one in readiness.readiness(connection, street, site, night, now)
    ]  # fmt: skip
    return NightTold(night.isoformat(), begins, ends, stations)


ROUTES = [ask, ready, take_back]
