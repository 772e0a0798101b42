"""The alarms, each cause with its effects, the worst first; one alarm with all that happened to it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.engine import Connection

from host_tools.city.alarms import actions
from host_tools.city.alarms.listing import StoredAlarm, Wanted, history_of, listed, quiets_at
from host_tools.city.console import fault_words as words
from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.alarm_filters import SEVERITIES, STATES, Filters, filters
from host_tools.city.console.alarm_view import AlarmWords
from host_tools.city.console.city import city_of
from host_tools.city.console.geography import Geography, geography_of
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.store.alarm_tables import alarm, work_order
from host_tools.errors import CommandError
from host_tools.text import text

MOST_CREWS = 60
HISTORY = 300


@get("/alarms", guards=[needs(VIEWER)])
@in_thread
def alarms_page(request: Web) -> Template:
    """The open alarms, or those that the query wants."""
    return render(request, "alarms.html", **_values(request, whole=True))


@get("/alarms/list", guards=[needs(VIEWER)])
@in_thread
def alarms_list(request: Web) -> Template:
    """The list alone, by which the page refreshes."""
    return render(request, "alarms_list.html", **_values(request, whole=False))


@get("/alarms/{number:int}", guards=[needs(VIEWER)])
@in_thread
def alarm_page(request: Web, number: FromPath[int]) -> Template:
    """One alarm: evidence, and what happened to it in order."""
    city, said = city_of(request), language(request)
    with city.reading() as connection:
        try:
            (row,) = actions.rows_of(connection, [min(number, 2**62)])
        except CommandError as error:
            raise NotFoundException(language(request).tell(error)) from error
        now = city.now(connection)
        one = _one(connection, row["id"], row["kind"], now)
        told = history_of(connection, row["id"])[-HISTORY:]
        quiets = [one["id"] for one in quiets_at(connection, now) if one["scope"] == row["name"]]
        crews = crews_of(connection)
    line = AlarmWords(said, city.site, city.zone, now).line(one)
    entries = [
        {"at": each["at"], "what": _what(said, each["what"]), "who": text(each["who"], 80),
         "text": "" if each["what"] in ("ended", "surfaced") else text(each["text"], 400)}
        for each in told
    ]  # fmt: skip
    return render(request, "alarm.html", one=line, history=entries, quiets=quiets, crews=crews)


def crews_of(connection: Connection) -> list[str]:
    """The crews that have been given something, the latest first."""
    latest = sa.func.max(work_order.c.id)
    by_order = sa.select(work_order.c.crew).group_by(work_order.c.crew).order_by(latest.desc()).limit(MOST_CREWS)
    by_hand = sa.select(alarm.c.assigned_to).where(alarm.c.assigned_to.is_not(None)).distinct().limit(MOST_CREWS)
    found = [*connection.execute(by_order).scalars(), *connection.execute(by_hand).scalars()]
    return list(dict.fromkeys(found))[:MOST_CREWS]


def _values(request: Web, whole: bool) -> dict[str, Any]:
    city, said = city_of(request), language(request)
    wanted = filters(request.query_params, request.user.name)
    with city.reading() as connection:
        now = city.now(connection)
        every = listed(connection, Wanted(closed=wanted.shown if wanted.closed else 0), now)
        crews = crews_of(connection) if whole else []
    poles = geography_of(request).by_name
    held = [one for one in every if wanted.hold(one, poles)]
    if wanted.closed:
        held.sort(key=lambda one: -(one.alarm.ended or 0))
    counted = Counter(one.row["severity"] for one in held)
    values = {
        "lines": AlarmWords(said, city.site, city.zone, now).lines(held[: wanted.shown]), "total": len(held),
        "counted": sorted(counted.items()), "wanted": wanted, "now": now,
    }  # fmt: skip
    return {**values, **_choices(geography_of(request), said, every, wanted), "crews": crews} if whole else values


def _choices(known: Geography, said: Any, every: list[StoredAlarm], wanted: Filters) -> dict[str, Any]:
    kinds = sorted({one.row["kind"] for one in every} | ({wanted.kind} if wanted.kind else set()))
    return {
        "severities": SEVERITIES, "states": STATES, "kinds": [(kind, words.meaning(kind, said)) for kind in kinds],
        "wards": known.wards, "feeders": known.feeders,
    }  # fmt: skip


def _one(connection: Connection, number: int, kind: str, now: int) -> StoredAlarm:
    every = listed(connection, Wanted(kinds=frozenset((kind,))), now)
    found = next((one for one in every if one.row["id"] == number), None)
    if found is not None:
        return found
    row = connection.execute(sa.select(alarm).where(alarm.c.id == number)).mappings().one()
    return StoredAlarm(row)


def _what(said: Any, what: str) -> str:
    key = f"console_alarms.what_{what}"
    return str(said.say(key)) if said.knows(key) else text(what, 40)


ROUTES = [alarms_page, alarms_list, alarm_page]
