"""The map of the city: its streets, its poles by level, what is wrong with them; and the same as lists."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import msgspec
import sqlalchemy as sa
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Template

from host_tools.city.alarms.listing import StoredAlarm, Wanted, listed
from host_tools.city.alarms.severity import NAMES
from host_tools.city.commands import by_store
from host_tools.city.console import area_form, last_night
from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.filters import Filters, chosen
from host_tools.city.console.geography import geography_of
from host_tools.city.console.packed import packed
from host_tools.city.console.page import language, render
from host_tools.city.console.pages.live import tracker_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.console.words import meaning, owner
from host_tools.city.store.tables import pole as pole_table
from host_tools.text import text

POLES, ALARMS = 100, 100  # lines of a list


@get("/", guards=[needs(VIEWER)])
@in_thread
def map_page(request: Web) -> Template:
    """The page, with its lists; what the map shows comes by `/gis` and `/live`."""
    known = geography_of(request)
    choices = {"ward": known.wards, "feeder": known.feeders, "class": known.road_classes}
    return render(request, "map.html", choices=choices, placed=bool(known.poles), **_lists(request))


@get("/map/list", guards=[needs(VIEWER)])
@in_thread
def map_list(request: Web) -> Template:
    """The lists alone."""
    return render(request, "map_list.html", **_lists(request))


def _lists(request: Web) -> dict[str, Any]:
    city, tracker = city_of(request), tracker_of(request)
    filters = Filters.read(request.query_params)
    view = tracker.now()
    files = geography_of(request).by_name
    with city.reading() as connection:
        now = city.now(connection)
        poles = chosen(filters, files, view.poles.values(), now)
        alarms = listed(connection, Wanted(), now)
    if filters:
        names = {one.name for one in poles}
        alarms = [one for one in alarms if names.intersection(one.alarm.poles)]
    alarms.sort(key=lambda one: (one.row["severity"], -one.row["last_began"], one.row["id"]))
    worst = Counter(one.row["severity"] for one in alarms)
    said = language(request)
    return {
        "filters": filters, "alarms": alarms[:ALARMS], "more_alarms": len(alarms) - ALARMS, "poles": poles[:POLES],
        "more_poles": len(poles) - POLES, "count": len(poles), "all": len(view.poles), "worst": sorted(worst.items()),
        "now": now, "meaning": lambda kind: meaning(kind, said), "owner": lambda name: owner(name, said),
        "severity": NAMES, "poles_of": _poles_of,
    }  # fmt: skip


def _poles_of(one: StoredAlarm) -> str:
    """The names of an alarm's poles, for the script that shows them."""
    return " ".join(one.alarm.poles[:200])


@get("/map/pole", guards=[needs(VIEWER)])
@in_thread
def pole_card(request: Web, name: FromQuery[str]) -> Template:
    """What is known of one pole, in short."""
    city, tracker = city_of(request), tracker_of(request)
    seen = tracker.now().poles.get(name)
    if seen is None:
        raise NotFoundException(f"there is no pole {text(name, 40)}")
    file = geography_of(request).by_name.get(name)
    with city.reading() as connection:
        reason = connection.execute(sa.select(pole_table.c.reason).where(pole_table.c.name == name)).scalar() or ""
        now = city.now(connection)
        alarms = listed(connection, Wanted(poles=frozenset([name])), now)
    said = language(request)
    return render(
        request, "map_pole.html", one=seen, file=file, reason=text(reason, 200), now=now, alarms=alarms,
        called=city.site.called if city.site else str, meaning=lambda kind: meaning(kind, said),
        owner=lambda name: owner(name, said), severity=NAMES, scope=json.dumps({"poles": [name]}),
    )  # fmt: skip


@get("/map/area", guards=[needs(VIEWER)])
@in_thread
def area(
    request: Web, by: FromQuery[str] = "", of: FromQuery[str] = "", radius: FromQuery[str] = "200"
) -> Template:  # fmt: skip
    """How many poles are in an area: *scope* as in commands/who.py, or what the form says in *by*, *of*, *radius*."""
    city = city_of(request)
    asked = (
        area_form.of_form(geography_of(request).by_name, by, of, radius)
        if by
        else area_form.read(request.query_params.get("scope", ""))
    )
    with city.reading() as connection:
        directory, _known = by_store.directory(connection, city.site)
    names = directory.find(asked)
    view = tracker_of(request).view
    seen = [view.poles[name] for name in names if name in view.poles]
    return render(
        request, "map_area.html", names=names, count=len(names), silent=sum(one.state == "silent" for one in seen),
        faults=sum(one.worst > 0 for one in seen), link=f"/commands/new?{urlencode({'scope': json.dumps(asked)})}",
    )  # fmt: skip


@get("/map/night.json", guards=[needs(VIEWER)])
@in_thread
def night(request: Web) -> Response[bytes]:
    """The last night, to be played again."""
    city = city_of(request)
    with city.reading() as connection:
        told = last_night.told(city, connection)
    return packed(request, lambda: msgspec.json.encode(told), "application/json", None)


ROUTES = [map_page, map_list, pole_card, area, night]
