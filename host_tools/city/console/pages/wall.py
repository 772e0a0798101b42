"""The video wall: the map, four numbers, the worst five alarms and the power of this night; nothing to press."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Template

from host_tools.city.alarms.listing import Wanted, listed
from host_tools.city.alarms.severity import NAMES
from host_tools.city.console import last_night
from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.packed import packed
from host_tools.city.console.page import language, render
from host_tools.city.console.pages.live import tracker_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.console.words import meaning
from host_tools.city.store.local_time import LocalTime

WORST = 5
SHORTEST_S, LONGEST_S = 5, 3600  # of a turn


@get("/wall", guards=[needs(VIEWER)])
@in_thread
def wall(request: Web, rotate: FromQuery[int] = 0) -> Template:
    """The page; *rotate*: seconds after which the map turns to the next of the worst places, 0: it stays."""
    turn = min(max(rotate, SHORTEST_S), LONGEST_S) if rotate else 0
    return render(request, "wall.html", rotate=turn, **_worst(request))


@get("/wall/worst", guards=[needs(VIEWER)])
@in_thread
def worst(request: Web) -> Template:
    """The list alone."""
    return render(request, "wall_worst.html", **_worst(request))


def _worst(request: Web) -> dict[str, Any]:
    city, said = city_of(request), language(request)
    with city.reading() as connection:
        now = city.now(connection)
        alarms = listed(connection, Wanted(), now)
    alarms.sort(key=lambda one: (one.state != "open", one.row["severity"], -one.row["last_began"], one.row["id"]))
    return {
        "alarms": alarms[:WORST], "more": max(0, len(alarms) - WORST), "severity": NAMES, "now": now,
        "meaning": lambda kind: meaning(kind, said),
    }  # fmt: skip


@get("/wall/power.json", guards=[needs(VIEWER)])
@in_thread
def power(request: Web) -> Response[bytes]:
    """Kilowatts of this night and of the one before, hour by hour, and now."""
    city, view = city_of(request), tracker_of(request).view
    with city.reading() as connection:
        now = city.now(connection)
        local = LocalTime(city.zone)
        low = local.noon(local.night(now))
        rows = last_night.total(connection, low - 86400, low + 86400)
    told = {
        "from": low,
        "now": now,
        "hour": local.hour(now),
        "kw": view.totals.power_dw / 10_000,
        "offset": int((datetime.fromtimestamp(now, city.zone).utcoffset() or timedelta()).total_seconds()),
        "tonight": [(hour, round(wh / 1000, 3)) for hour, wh, _n in rows if hour >= low],
        "before": [(hour + 86400, round(wh / 1000, 3)) for hour, wh, _n in rows if hour < low],
    }
    return packed(request, lambda: msgspec.json.encode(told), "application/json", None)


ROUTES = [wall, worst, power]
