"""The doors on the desk: what came in, what it caused, a stop for each, alerts that wait, a blackout drill."""

from __future__ import annotations

import json
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.engine import RowMapping

from host_tools.city.commands import by_store, limits
from host_tools.city.commands.site_rules import rules_of
from host_tools.city.console import area_form
from host_tools.city.console.access.noted import note
from host_tools.city.console.access.roles import ENGINEER, needs
from host_tools.city.console.access.tokens import DOORS, READ
from host_tools.city.console.city import City, city_of
from host_tools.city.console.geography import geography_of
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import MOST_FORM, Form, Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import blackout, cap_alerts, giving, messages, progress
from host_tools.city.doors.cap_alerts import NAME as CAP
from host_tools.city.doors.messages import Noted
from host_tools.errors import CommandError
from host_tools.language.language import Language
from host_tools.text import quoted, text, whole

PATH = "/desk/doors"
BY = ("ward", "feeder", "group", "near", "poles", "all")
MOST_IN_FORCE, MOST_ALERTS, MOST_ROWS = 50, 30, 100


@get([PATH, PATH + "/now"], guards=[needs(ENGINEER)])
@in_thread
def doors_page(request: Web, door: FromQuery[str] = "") -> Template:
    """All of it; messages of *door* alone where given.  An open page asks for `now` again, for what is new in it."""
    city, said = city_of(request), language(request)
    if door and door not in DOORS:
        raise CommandError(f"door is {quoted(door, 20)} and must be one of {', '.join(DOORS)}")
    with city.reading() as connection:
        now = city.now(connection)
        standing = giving.in_force(connection, [one for one in DOORS if one != READ], now, MOST_IN_FORCE)
        going = [
            {"row": one.first, "light": progress.progress(connection, one.first["door"], one.first["ref"], now)}
            for one in standing
        ]
        alerts = [_alert(row, said, now) for row in cap_alerts.listed(connection, now, MOST_ALERTS)]
        rows = [
            {**row, "why": messages.told(row["why"], said), "numbers": json.loads(row["commands"])}
            for row in messages.listed(connection, door, MOST_ROWS)
        ]
    known = geography_of(request)
    return render(
        request, "desk_doors.html", going=going, alerts=alerts, waiting=sum(one["waits"] for one in alerts),
        rows=rows, door=door, doors=[one for one in DOORS if one != READ], by=BY, wards=known.wards,
        feeders=known.feeders, most_minutes=blackout.MOST_MINUTES,
    )  # fmt: skip


@post(PATH + "/stop", guards=[needs(ENGINEER)], status_code=303, request_max_body_size=MOST_FORM)
@in_thread
def stop(request: Web, data: Form) -> Response[Any]:
    """Ends what a door has ordered."""
    city, who = city_of(request), request.user.name
    door, ref = text(data.get("door", ""), 64), text(data.get("ref", ""), 64)
    with city.writing() as connection:
        now = city.now(connection)
        ended = giving.end(connection, door, ref, who, ENGINEER, now, own=False)
        if door == CAP:
            cap_alerts.stopped(connection, ref)
        said = Noted(door, who, ref, "", messages.ENDED, ref, "", ended.numbers, ended.poles)
        messages.note(connection, said, now)
    return Redirect(PATH, status_code=303)


@post(PATH + "/alerts/{number:int}/agree", guards=[needs(ENGINEER)], status_code=303, request_max_body_size=MOST_FORM)
@in_thread
def agree(request: Web, number: FromPath[int], data: Form) -> Response[Any]:
    """A person agrees to an alert: for its area, or where the form says."""
    city, who = city_of(request), request.user.name
    scope = _scope(request, data) if data.get("by") else None
    with city.writing() as connection:
        now = city.now(connection)
        given = cap_alerts.agree(connection, city.street, number, who, now, scope)
        row = cap_alerts.one(connection, number)
        said = Noted(
            CAP, who, f"{row['identifier']}: {row['headline']}", "", messages.TAKEN, row["ref"], "", given.numbers,
            given.poles, given.until,
        )  # fmt: skip
        messages.note(connection, said, now)
    return Redirect(PATH, status_code=303)


@post(PATH + "/alerts/{number:int}/refuse", guards=[needs(ENGINEER)], status_code=303)
@in_thread
def refuse(request: Web, number: FromPath[int]) -> Response[Any]:
    """A person lets an alert do nothing."""
    city, who = city_of(request), request.user.name
    with city.writing() as connection:
        cap_alerts.refuse(connection, number, who, city.now(connection))
        note(city, connection, who, "alertRefused", alert=cap_alerts.one(connection, number)["identifier"])
    return Redirect(PATH, status_code=303)


@post(PATH + "/blackout", guards=[needs(ENGINEER)], status_code=303, request_max_body_size=MOST_FORM)
@in_thread
def drill(request: Web, data: Form) -> Response[Any]:
    """Orders a blackout drill, which then waits for the second person on the order's own page."""
    city = city_of(request)
    minutes = whole(data.get("minutes", "").strip(), 4)
    if minutes is None:
        raise CommandError(f"minutes is {quoted(data.get('minutes', ''), 20)} and must be a whole number")
    with city.reading() as connection:
        now = city.now(connection)
        poles, reported = by_store.directory(connection, city.site)
        order = blackout.order_of(request.user.name, poles.find(_scope(request, data)), minutes, now)
        _check(city, connection, order, now)
    numbers, _never = by_store.give(city.database, order, order.scope["poles"], reported)
    return Redirect(f"/commands/{numbers[0]}" if len(numbers) == 1 else "/commands", status_code=303)


def _check(city: City, connection: Any, order: Any, now: int) -> None:
    rules = rules_of(city.site)
    targets = {one.name: one.target for one in by_store.present(connection, order.scope["poles"], city.site)}
    ruling = limits.judge(order, targets, rules.limits, rules.floor, True, now)
    if ruling.refused:
        raise CommandError(ruling.refused)


def _scope(request: Web, data: dict[str, str]) -> dict[str, Any]:
    known = geography_of(request).by_name
    return area_form.of_form(known, data.get("by", ""), data.get("of", ""), data.get("radius", "200"))


def _alert(row: RowMapping, said: Language, now: int) -> dict[str, Any]:
    told = json.loads(row["alert"])
    places = list(dict.fromkeys(place for info in told["infos"] for place in info["places"]))
    return {
        **row, "why": messages.told(row["why"], said), "infos": told["infos"], "places": places[:8],
        "status": told["status"], "has_area": bool(told["scope"]), "count": len(json.loads(row["poles"])),
        "waits": row["state"] == cap_alerts.WAITS and row["ends"] > now,
        "over": row["state"] == cap_alerts.WAITS and row["ends"] <= now,
    }  # fmt: skip


ROUTES = [doors_page, stop, agree, refuse, drill]
