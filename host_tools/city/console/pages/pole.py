"""One pole: why it is lit as it is, its night, its alarms, orders, commands, energy, configuration and messages."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from anyio.to_thread import run_sync
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.engine import Connection

from host_tools.city.alarms import life
from host_tools.city.alarms.listing import Wanted, listed
from host_tools.city.commands import order_rows
from host_tools.city.console import command_form
from host_tools.city.console.access.roles import OPERATOR, VIEWER, needs
from host_tools.city.console.access.users import User
from host_tools.city.console.alarm_view import AlarmWords
from host_tools.city.console.city import City, city_of
from host_tools.city.console.page import language, moment, render
from host_tools.city.console.pages.alarms import crews_of
from host_tools.city.console.pole_night import neighbours, night_of
from host_tools.city.console.pole_said import PoleSaid, deliveries, in_force, names_of, pole_said
from host_tools.city.console.pole_sentence import says
from host_tools.city.console.pole_tabs import TABS, tab_values
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.store.local_time import LocalTime
from host_tools.city.updates import street_versions
from host_tools.closest import near
from host_tools.errors import CommandError
from host_tools.language.language import Language
from host_tools.text import quoted, safe

CLOSED = 20
ORDERS_SEEN = 60  # commands that the sentence may be of
NEAR = 5


@get("/p/{name:str}", guards=[needs(VIEWER)])
@in_thread
def pole_page(request: Web, name: FromPath[str]) -> Response[Any]:
    """The pole called *name*; by its QR code (`?crew`) the crew's page at that pole."""
    query = request.query_params
    if "crew" in query and request.cookies.get("diya_crew"):
        return Redirect(f"/crew?at={quote(name, safe='')}", status_code=303)
    city, said = city_of(request), language(request)
    tab = query.get("tab", TABS[0])
    if tab not in TABS:
        raise CommandError(f"tab is {quoted(tab, 20)} and must be one of {', '.join(TABS)}")
    local = LocalTime(city.zone)
    with city.reading() as connection:
        pole = _pole(connection, city, name, said)
        now = city.now(connection)
        night = _date(query.get("night", ""), local.night(now))
        given = deliveries(connection, pole.id, ORDERS_SEEN) if pole.id is not None else []
        shown = night_of(connection, city.site, pole, night, local, said, now)
        alarms = listed(connection, Wanted(poles=frozenset((name,)), closed=CLOSED), now)
        values = tab_values(tab, connection, city, pole, said, now, shown, given)
        crews = crews_of(connection)
        runs = street_versions.software(connection, [name])
    opened = [one for one in alarms if one.state != life.CLOSED]
    return render(
        request, "pole.html", pole=pole, name=name,
        said=says(
            pole, pole.calendar(city.site, now), given, now, city.zone, said, {one.row["kind"] for one in opened}
        ),
        lines=AlarmWords(said, city.site, city.zone, now).lines(alarms), opened=len(opened), night=shown,
        before=neighbours(night)[0], after=neighbours(night)[1], tonight=local.night(now), tab=tab, tabs=TABS,
        mine=bool(_mine(given, request.user.name, now)), now=now, crews=crews,
        scope=json.dumps({"poles": [name]}),
        software=runs[0] if runs and runs[0].app else None, hour=lambda at: moment(at, city.zone)[11:],
        zone_key=city.zone.key, **values,
    )  # fmt: skip


@get("/p/{name:str}/night", guards=[needs(VIEWER)])
@in_thread
def pole_night(request: Web, name: FromPath[str]) -> dict[str, Any]:
    """The night `night` (a date; default: this one) for the chart."""
    city, said = city_of(request), language(request)
    local = LocalTime(city.zone)
    with city.reading() as connection:
        pole = _pole(connection, city, name, said)
        now = city.now(connection)
        night = _date(request.query_params.get("night", ""), local.night(now))
        shown = night_of(connection, city.site, pole, night, local, said, now)
    return {**shown.as_json(), "now": now, "zone": city.zone.key}


@post("/p/{name:str}/cancel", guards=[needs(OPERATOR)], status_code=303)
async def cancel(request: Web, name: FromPath[str]) -> Response[Any]:
    """Ends what the user himself has ordered of this pole."""
    city, said = city_of(request), language(request)
    await run_sync(partial(_cancel, city, said, request.user, name))
    return Redirect(f"/p/{quote(name, safe='')}?tab=commands", status_code=303)


def _cancel(city: City, said: Language, user: User, name: str) -> None:
    with city.writing() as connection:
        pole = _pole(connection, city, name, said)
        now = city.now(connection)
        given = deliveries(connection, pole.id, ORDERS_SEEN) if pole.id is not None else []
        mine = _mine(given, user.name, now)
        if not mine:
            raise CommandError(said.say("console_pole.nothing_mine"))
        for owner, ref in sorted({(one["owner"], one["ref"]) for one in mine}):
            ended = command_form.cancel(owner, ref, {"poles": [name]}, user, now)
            order_rows.write(connection, ended, [name])


def _mine(given: list[dict[str, Any]], who: str, now: int) -> list[dict[str, Any]]:
    return [one for one in in_force(given, now) if one["who"] == who]


def _pole(connection: Connection, city: City, name: str, said: Language) -> PoleSaid:
    """Raises NotFoundException, with the nearest names."""
    found = pole_said(connection, city.site, name)
    if found is None:
        close = _near(name, names_of(connection, city.site))
        key = "unknown_pole" if close else "unknown_pole_none"
        raise NotFoundException(
            said.say(f"console_pole.{key}", name=quoted(name, 40), near=", ".join(map(safe, close)))
        )
    return found


def _near(name: str, names: set[str]) -> list[str]:
    """The nearest of *names*: those with the same number first, as P0003 for p3."""
    same = [one for one in sorted(names) if _numbered(one) == _numbered(name)]
    return list(dict.fromkeys(same + near(name, names, NEAR, 0.5)))[:NEAR]


def _numbered(name: str) -> tuple[str, str]:
    head = name.rstrip("0123456789")
    return head.casefold(), name[len(head) :].lstrip("0")


def _date(text: str, otherwise: date) -> date:
    if not text:
        return otherwise
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"night is {quoted(text, 20)} and must be a date such as {otherwise}") from None
    if not 2020 <= found.year <= 2100:
        raise CommandError(f"night is {quoted(text, 20)} and must be from 2020 to 2100")
    return found


ROUTES = [pole_page, pole_night, cancel]
