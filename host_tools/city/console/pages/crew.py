"""The crew's phone: the orders of one crew, also without network, and what it does at each pole, each deed once."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from anyio.to_thread import run_sync
from litestar import Response, get, post
from litestar.exceptions import NotAuthorizedException
from litestar.response import Redirect, Template
from sqlalchemy.engine import Connection

from host_tools.city.alarms import actions, crew_actions, photos
from host_tools.city.alarms.order_progress import DONE, listed_orders
from host_tools.city.alarms.work_orders import order_of
from host_tools.city.commands.delivery import APPLIED
from host_tools.city.console.access.roles import OPERATOR, VIEWER, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.crew_light import LIGHT_S, light, lights
from host_tools.city.console.done_once import once
from host_tools.city.console.fault_words import span
from host_tools.city.console.order_view import OrderView, OrderWords, StopView
from host_tools.city.console.page import language, moment, render, zone_name
from host_tools.city.console.pages.alarms import crews_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.store.command_tables import REFUSED
from host_tools.errors import CommandError
from host_tools.language.language import Language, sentences
from host_tools.text import quoted, text

COOKIE = "diya_crew"
YEAR_S = 365 * 86400
DONE_SHOWN = 3  # orders that are done, so that the proof is seen
LATE_S = 120  # what was sent later than this after it was done says so
MOST_BODY = 4000
MOST_ORDERS = 40
WORKER = Path(__file__).parent.parent / "static" / "crew_worker.js"


@get("/crew", guards=[needs(VIEWER)])
@in_thread
def crew_page(request: Web) -> Template:
    """The shell, which the phone keeps; what it shows comes by /crew/data."""
    city, crew = city_of(request), _crew(request)
    with city.reading() as connection:
        crews = crews_of(connection)
    words = sentences("console_crew", language(request).code)
    return render(request, "crew.html", crew=crew, crews=crews, sentences=words)


@post("/crew", guards=[needs(VIEWER)], status_code=303)
async def choose(request: Web) -> Response[Any]:
    """Keeps which crew this phone is of."""
    form = await request.form()
    crew = actions.checked(str(form.get("crew", "")), "crew")
    answer = Redirect("/crew", status_code=303)
    secure = city_of(request).settings.secure
    answer.set_cookie(COOKIE, quote_plus(crew), max_age=YEAR_S, samesite="lax", httponly=True, secure=secure)
    return answer


@get("/crew/data", guards=[needs(VIEWER)])
@in_thread
def crew_data(request: Web) -> dict[str, Any]:
    """The orders of the crew, in words."""
    city, said, crew = city_of(request), language(request), _crew(request)
    with city.reading() as connection:
        now = city.now(connection)
        every = listed_orders(connection, crew, MOST_ORDERS) if crew else []
        left = [one for one in every if one.state != DONE]
        shown = left + [one for one in every if one.state == DONE][:DONE_SHOWN]
        numbers = [one.order.number for one in shown]
        lit, seen = lights(connection, numbers, now), photos.of_orders(connection, numbers)
    say = OrderWords(said, city.site, city.zone, now)
    orders = [_order(say.view(one, seen), lit, said, city) for one in shown]
    at = f"{moment(now, city.zone)} {zone_name(city.zone)}"
    return {"crew": crew, "user": request.user.name, "at": at, "orders": orders}


@get("/crew/worker.js", guards=[needs(VIEWER)], media_type="text/javascript")
async def worker(request: Web) -> Response[bytes]:
    """The service worker: it may answer for /crew and for /p/NAME?crew, which a QR code leads to."""
    return Response(
        await run_sync(WORKER.read_bytes), media_type="text/javascript", headers={"service-worker-allowed": "/"}
    )  # fmt: skip


@post("/crew/do", guards=[needs(OPERATOR)], status_code=200)
async def do(request: Web) -> dict[str, Any]:
    """One deed: {key, do, order, pole, text, waited, user}.

    *waited* s since it was done on the phone, by *user*: it is never done in the name of who has logged in since.
    """
    body = await request.body()
    try:
        asked = json.loads(body) if len(body) <= MOST_BODY else None
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise CommandError(f"the body must be a JSON object of at most {MOST_BODY} bytes")
    if asked.get("user", request.user.name) != request.user.name:
        raise NotAuthorizedException(f"it was done by {quoted(asked['user'], 40)}, who is not logged in here")
    return await run_sync(partial(_do, city_of(request), language(request), request.user.name, asked))


def _do(city: City, said: Language, who: str, asked: dict[str, Any]) -> dict[str, Any]:
    name, number, pole = asked.get("do"), asked.get("order"), asked.get("pole")
    written, waited, key = asked.get("text", ""), asked.get("waited", 0), asked.get("key")
    if name not in DEEDS:
        raise CommandError(f"do is {quoted(name, 20)} and must be one of {', '.join(DEEDS)}")
    for field, value, kind in (
        ("order", number, int), ("pole", pole, str), ("text", written, str), ("waited", waited, int), ("key", key, str),
    ):  # fmt: skip
        if not isinstance(value, kind) or isinstance(value, bool):
            raise CommandError(
                f"{field} is {quoted(value, 20)} and must be {'a whole number' if kind is int else 'text'}"
            )
    assert isinstance(number, int) and isinstance(pole, str) and isinstance(written, str) and isinstance(key, str)
    if abs(number) > 2**62:
        raise CommandError("order must be the number of an order of this record")
    with city.writing() as connection:
        now = city.now(connection)

        def deed() -> dict[str, Any]:
            sentence = _deed(connection, said, who, now, str(name), number, pole, written, int(waited))
            return {"said": sentence, "at": moment(now, city.zone)}

        answer, new = once(connection, who, key, int(city.wall()), deed)
    return {**answer, "again": not new}


def _deed(
    connection: Connection, said: Language, who: str, now: int, name: str, number: int, pole: str, written: str,
    waited: int,
) -> str:  # fmt: skip
    if name == "here":
        crew_actions.be_there(connection, number, pole, who, now, f"{written}{late(waited)}")
    elif name == "note":
        actions.checked(written, "note")
        crew_actions.write_note(connection, number, pole, who, now, f"{written}{late(waited)}")
    elif name == "mended":
        crew_actions.mend(connection, number, pole, who, now, f"{written}{late(waited)}".strip())
    else:
        if waited >= LIGHT_S:
            raise CommandError(said.say("console_crew.light_late", span=span(waited, said)))
        crew_actions.note_light(connection, number, pole, who, now, LIGHT_S // 60)
        light(connection, number, order_of(connection, number).crew, pole, who, now)
    return said.say(f"console_crew.done_{name}")


def late(waited: int) -> str:
    """That something was done *waited* s before it was sent, for an alarm's history; empty where it was just now."""
    return f" ({span(waited, Language('en'))} before it was sent)" if waited > LATE_S else ""


DEEDS = ("here", "note", "mended", "light")


def _crew(request: Web) -> str:
    return text(unquote_plus(request.cookies.get(COOKIE, "")), 400)


def _order(
    one: OrderView, lit: dict[tuple[int, str], dict[str, Any]], said: Language, city: City
) -> dict[str, Any]:  # fmt: skip
    return {
        "number": one.number, "due": one.due, "late": one.late, "state": one.state, "km": one.km,
        "stateWord": said.say(f"console_crew.state_{one.state}"), "closed": one.closed, "alarms": one.alarms,
        "carry": [f"{count} × {what}" for count, what in one.carry],
        "stops": [_stop(stop, lit.get((one.number, stop.pole)), said, city) for stop in one.stops],
    }  # fmt: skip


def _stop(one: StopView, lit: dict[str, Any] | None, said: Language, city: City) -> dict[str, Any]:
    return {
        "pole": one.pole, "called": one.called, "place": one.place, "geo": one.geo, "state": one.state,
        "stateWord": said.say(f"console_crew.state_{one.state}"), "visited": one.visited,
        "light": _light(lit, said, city) if lit else "", "photos": one.photos,
        "alarms": [
            {
                "number": line.number, "severity": line.severity, "sentence": line.sentence, "since": line.since,
                "severityWord": said.say(f"console_alarms.severity_{line.severity}"), "evidence": line.evidence,
                "cause": line.cause, "carry": line.carry, "state": line.state, "note": line.note,
                "stateWord": said.say(f"console_alarms.state_{line.state}"), "by": list(line.by[-1:]),
            }
            for line in one.lines
        ],
    }  # fmt: skip


def _light(lit: dict[str, Any], said: Language, city: City) -> str:
    until = moment(lit["expiration"], city.zone)[11:]
    if lit["state"] == REFUSED:
        return said.say("console_crew.light_refused", why=text(lit["answer"], 200))
    if lit["delivered"] == APPLIED:
        return said.say("console_crew.light_on", at=until)
    if lit["reason"]:
        return said.say("console_crew.light_refused", why=text(lit["reason"], 80))
    return said.say("console_crew.light_asked", at=until)


ROUTES = [crew_page, choose, crew_data, worker, do]
