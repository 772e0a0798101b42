"""The street's own outages as alerts of CAP 1.2, for any system that may look."""

from __future__ import annotations

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy.engine import Connection

from host_tools.city.alarms.listing import StoredAlarm, Wanted, listed
from host_tools.city.console import words
from host_tools.city.console.access.roles import reads
from host_tools.city.console.city import City, city_of
from host_tools.city.console.own_address import own_address
from host_tools.city.console.pages.api import MISSING, REFUSALS
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import cap_writing
from host_tools.city.doors.cap_writing import Outage, Sender
from host_tools.language.language import CODES, Language
from host_tools.wire.event_types import DARK

FEWEST = 3  # poles in the dark together
CLOSED, AGO_S = 100, 24 * 3600
PATH = "/doors/cap/alerts"


@get(PATH, guards=[reads()], responses=REFUSALS, include_in_schema=True, media_type="application/atom+xml")
@in_thread
def alerts(request: Web) -> Response[bytes]:
    """An Atom feed of the outages of three poles and more that go on, or ended within a day."""
    city = city_of(request)
    with city.reading() as connection:
        now = city.now(connection)
        found = outages(city, connection, now)
    feed = cap_writing.feed(_sender(city), found, own_address(request, PATH), now)
    return Response(feed, media_type="application/atom+xml")


@get(
    PATH + "/{name:str}", guards=[reads()], responses=MISSING, include_in_schema=True,
    media_type="application/cap+xml",
)  # fmt: skip
@in_thread
def one_alert(request: Web, name: FromPath[str]) -> Response[bytes]:
    """One of them."""
    city = city_of(request)
    sender = _sender(city)
    with city.reading() as connection:
        now = city.now(connection)
        found = outages(city, connection, now)
    one = next((one for one in found if cap_writing.name_of(sender, one) == name), None)
    if one is None:
        raise NotFoundException("there is no alert of this name, or it is over for more than a day")
    return Response(cap_writing.document(sender, one, now), media_type="application/cap+xml")


def outages(city: City, connection: Connection, now: int) -> list[Outage]:
    """What is dark at *now* (Unix s at the site), or was within a day."""
    found = (_outage(city, one) for one in listed(connection, Wanted(closed=CLOSED), now))
    return [one for one in found if one is not None and (one.ended is None or one.ended > now - AGO_S)]


def _outage(city: City, stored: StoredAlarm) -> Outage | None:
    one = stored.alarm
    began = one.since if one.since is not None else stored.row["received"]
    if one.severity != DARK or len(one.poles) < FEWEST or began is None:
        return None
    known = city.site.by_name if city.site else {}
    places = [(known[name].latitude, known[name].longitude) for name in one.poles if name in known]
    what = {code: f"{words.meaning(one.kind, Language(code))} ({one.name})" for code in CODES}
    return Outage(stored.row["id"], began, one.ended, places, one.poles, what)


def _sender(city: City) -> Sender:
    site = city.site
    place = (site.latitude, site.longitude) if site else (0.0, 0.0)
    return Sender(city.about["site"], city.title, city.zone, *place)


ROUTES = [alerts, one_alert]
