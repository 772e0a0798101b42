"""What changes, for scripts: as a stream, or as the answer to one question."""

from __future__ import annotations

from litestar import MediaType, Response, get, post
from litestar.params import FromQuery
from litestar.response import Stream
from sqlalchemy.engine import Connection

from host_tools.city.alarms.severity import NAMES
from host_tools.city.console.access import sessions
from host_tools.city.console.access.middleware import lasts
from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.live.delta import answer
from host_tools.city.console.live.hub import Hub
from host_tools.city.console.live.tracker import Tracker
from host_tools.city.console.page import language
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.console.words import meaning
from host_tools.text import whole

MOST_SPOKEN = 3

# a proxy that collects an answer before it passes it on (nginx) would hold a stream back
_HEADERS = {"x-accel-buffering": "no", "cache-control": "no-store, no-transform"}


def hub_of(request: Web) -> Hub:
    """The hub of the application that answers *request*."""
    hub: Hub = request.app.state.hub
    return hub


def tracker_of(request: Web) -> Tracker:
    """What keeps the view of the city in this process."""
    return hub_of(request).tracker


@get("/live", guards=[needs(VIEWER)])
async def live(request: Web, since: FromQuery[int | None] = None) -> Stream:
    """Server-sent events of what came after revision *since*, or after the browser's Last-Event-ID, or from now on."""
    last = whole(request.headers.get("last-event-id", ""))
    since = since if last is None else last
    city, auth, hub = city_of(request), request.auth, hub_of(request)

    def holds(connection: Connection) -> bool:
        return lasts(connection, auth, int(city.wall()))

    client = await hub.join(since, holds)
    return Stream(hub.stream(client), media_type="text/event-stream", headers=_HEADERS)


@get("/live/changes", guards=[needs(VIEWER)])
@in_thread
def changes(request: Web, since: FromQuery[int] = -1) -> Response[bytes]:
    """One message of what came after revision *since*."""
    tracker = tracker_of(request)
    told = tracker.since(since)
    return Response(answer(told, tracker.status.encoded()), media_type="application/json")


@get("/live/said", guards=[needs(VIEWER)], media_type=MediaType.TEXT)
@in_thread
def said(request: Web, alarm: FromQuery[list[int]]) -> str:
    """What is to be spoken of new alarms."""
    language_ = language(request)
    known = tracker_of(request).view.alarms
    told = [known[number] for number in alarm[:MOST_SPOKEN] if number in known]
    return " ".join(
        language_.say(
            "console_live.new_alarm", severity=language_.say(f"notify.severity_{NAMES[one.severity]}"),
            name=one.name, meaning=meaning(one.kind, language_),
        )
        for one in told
    )  # fmt: skip


@post("/live/here", guards=[needs(VIEWER)], status_code=204)
@in_thread
def here(request: Web) -> None:
    """The person before the screen has moved or typed: the session is in use.  A stream alone is no use."""
    city = city_of(request)
    with city.writing() as connection:
        sessions.seen(connection, str(request.auth or ""), int(city.wall()))


ROUTES = [live, changes, said, here]
