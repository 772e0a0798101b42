"""Nights of elections on the desk: asked for, taken back, whether the street is ready, and the list for the crew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from host_tools.city.console import words
from host_tools.city.console.access.noted import note
from host_tools.city.console.access.roles import ENGINEER, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.page import language, moment, render
from host_tools.city.console.request_types import MOST_FORM, Form, Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import election, election_nights, messages, readiness
from host_tools.city.doors.door import Grant
from host_tools.city.doors.election import NAME
from host_tools.city.doors.messages import Noted
from host_tools.language.language import Spoken
from host_tools.site.model import Site

PATH = "/desk/election"


@get(PATH, guards=[needs(ENGINEER)])
@in_thread
def nights_page(request: Web) -> Template:
    """The nights that are asked for, and a form."""
    city = city_of(request)
    with city.reading() as connection:
        today = datetime.fromtimestamp(city.now(connection), city.zone).date()
        coming = election_nights.coming(connection, election.night_before(today))
    stations = sorted(city.site.doors.stations.values(), key=lambda one: one.id) if city.site else []
    shown = [(night, count, *_times(city, city.site, night)) for night, count in coming] if city.site else []
    return render(request, "desk_election.html", nights=shown, stations=stations, today=today)


@post(PATH, guards=[needs(ENGINEER)], status_code=303, request_max_body_size=MOST_FORM)
@in_thread
def ask(request: Web, data: Form) -> Response[Any]:
    """No dimming in a night."""
    city, who = city_of(request), request.user.name
    site, night = _site(city), election.night_of(data.get("night", "").strip())
    names = data.get("stations", "").replace(",", " ").split() or list(site.doors.stations)
    with city.writing() as connection:
        now = city.now(connection)
        election_nights.ask(connection, city.street, site, night, dict.fromkeys(names), Grant(who), now)
        _, ends = election.span(site, night)
        said = Noted(
            NAME, who, f"{night}: {', '.join(names)}", "", messages.TAKEN, election.ref(night, "*"), until=ends
        )
        messages.note(connection, said, now)
        note(city, connection, who, "electionAsked", night=night.isoformat(), stations=names)
    return Redirect(f"{PATH}/{night}", status_code=303)


@get(PATH + "/{night:str}", guards=[needs(ENGINEER)])
@in_thread
def night_page(request: Web, night: FromPath[str]) -> Template:
    """Whether the street is ready for a night, station by station, and who has to go where."""
    city, said = city_of(request), language(request)
    site, of = _site(city), election.night_of(night)
    with city.reading() as connection:
        stations = readiness.readiness(connection, city.street, site, of, city.now(connection))
    visits = [
        {"pole": one, "called": site.by_name[one.name].called, "station": station,
         "alarms": [words.meaning(kind, said) for kind in one.alarms]}
        for one, station in readiness.visits(site, stations)
    ]  # fmt: skip
    shown = [{"one": one, "why": messages.told(one.why, said)} for one in stations]
    return render(
        request, "desk_election_night.html", night=of, times=_times(city, site, of), stations=shown, visits=visits,
        meaning=lambda kind: words.meaning(kind, said),
    )  # fmt: skip


@post(PATH + "/{night:str}/end", guards=[needs(ENGINEER)], status_code=303, request_max_body_size=MOST_FORM)
@in_thread
def take_back(request: Web, night: FromPath[str], data: Form) -> Response[Any]:
    """Takes back the lock of a station, or of all."""
    city, who = city_of(request), request.user.name
    of, station = election.night_of(night), data.get("station", "")
    with city.writing() as connection:
        now = city.now(connection)
        wanted = [station] if station else None
        gone = election_nights.take_back(connection, of, who, ENGINEER, now, wanted, own=False)
        said = Noted(NAME, who, f"{of}: {', '.join(gone)}", "", messages.ENDED, election.ref(of, "*"))
        messages.note(connection, said, now)
        note(city, connection, who, "electionEnded", night=of.isoformat(), stations=gone)
    return Redirect(f"{PATH}/{of}", status_code=303)


def _site(city: City) -> Site:
    if city.site is None:
        raise Spoken("doors.no_site")
    return city.site


def _times(city: City, site: Any, night: Any) -> tuple[str, str]:
    begins, ends = election.span(site, night)
    return moment(begins, city.zone), moment(ends, city.zone)


ROUTES = [nights_page, ask, night_page, take_back]
