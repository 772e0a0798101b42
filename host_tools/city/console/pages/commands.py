"""Commands: an order is looked at beforehand, given, and followed until each pole has answered."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.engine import Connection

from host_tools.city.commands import by_store, limits, order_rows
from host_tools.city.commands import order as orders
from host_tools.city.commands.order import Order
from host_tools.city.commands.preview import Now, Preview, preview
from host_tools.city.console import area_form, command_form, command_rows
from host_tools.city.console.access.roles import OPERATOR, VIEWER, needs
from host_tools.city.console.area_form import FORMS
from host_tools.city.console.city import City, city_of
from host_tools.city.console.command_form import OWNERS, role_of
from host_tools.city.console.geography import geography_of
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import Form, Web
from host_tools.city.console.threads import in_thread
from host_tools.city.record.orders import rules_of
from host_tools.errors import CommandError
from host_tools.language.refusal import Refusal, refusal


@get("/commands", guards=[needs(VIEWER)])
@in_thread
def commands_page(request: Web, before: FromQuery[int | None] = None) -> Template:
    """The newest orders."""
    with city_of(request).reading() as connection:
        shown = command_rows.lines(connection, before=before)
    return render(request, "commands.html", orders=shown, more=len(shown) == command_rows.SHOWN)


@get("/commands/new", guards=[needs(OPERATOR)])
@in_thread
def new_page(request: Web) -> Template:
    """The form, for the poles of *scope* where it is given."""
    city, scope = city_of(request), request.query_params.get("scope", "")
    role = role_of(request.user)
    chosen = json.dumps(area_form.read(scope)) if scope else ""
    template = "command_panel.html" if request.headers.get("hx-request") else "command_new.html"
    rules, known = rules_of(city.site), geography_of(request)
    return render(
        request, template, scope=chosen, wards=known.wards, feeders=known.feeders, forms=FORMS, owners=OWNERS[role],
        limit=rules.limits[role], floor=rules.floor,
    )  # fmt: skip


@post("/commands/preview", guards=[needs(OPERATOR)], status_code=200)
@in_thread
def preview_part(request: Web, data: Form) -> Template:
    """What the order of the form would do."""
    city = city_of(request)
    if not data.get("scope") and not data.get("of") and data.get("by") != "all":
        return render(request, "command_preview.html", wrong="", seen=None, order=None, ruling=None)
    try:
        with city.reading() as connection:
            order, _names, _reported, seen, ruling = _looked_at(city, connection, data, request)
    except CommandError as error:
        return render(
            request, "command_preview.html", wrong=language(request).tell(error), seen=None, order=None, ruling=None
        )
    return render(request, "command_preview.html", wrong="", seen=seen, order=order, ruling=ruling)


@post("/commands", guards=[needs(OPERATOR)], status_code=303)
@in_thread
def give(request: Web, data: Form) -> Response[Any]:
    """Writes the order for the receiver."""
    city = city_of(request)
    with city.reading() as connection:
        order, names, reported, _seen, ruling = _looked_at(city, connection, data, request)
    if ruling.refused:
        raise refusal(ruling.refused)
    return _sent(by_store.give(city.database, order, names, reported)[0])


@get("/commands/{number:int}", guards=[needs(VIEWER)])
@in_thread
def command_page(request: Web, number: FromPath[int]) -> Template:
    """One order and each pole's answer."""
    city = city_of(request)
    with city.reading() as connection:
        shown = command_rows.line(connection, number)
        each = command_rows.answers(connection, shown)
        now = city.now(connection)
    template = "command_answers.html" if request.headers.get("hx-request") else "command.html"
    going = shown.row["state"] == "accepted" and shown.row["kind"] == "override" and shown.row["expiration"] > now
    return render(request, template, one=shown, answers=each, going=going, heard=city.unheard_s() < 5)


@post("/commands/{number:int}/cancel", guards=[needs(OPERATOR)], status_code=303)
@in_thread
def cancel(request: Web, number: FromPath[int]) -> Response[Any]:
    """Ends what the order began."""
    city = city_of(request)
    with city.reading() as connection:
        shown = command_rows.line(connection, number)
        now = city.now(connection)
        of = orders.read(dict(shown.row))
        ended = command_form.cancel(of.owner, of.ref, of.scope, request.user, now)
        names = order_rows.targets(connection, number)
        ruling = _ruling(city, ended, by_store.present(connection, names, city.site), now)
    if ruling.refused:
        raise refusal(ruling.refused)
    return _sent(by_store.give(city.database, ended, names, set(names))[0])


@post("/commands/{number:int}/agree", guards=[needs(OPERATOR)], status_code=303)
@in_thread
def agree(request: Web, number: FromPath[int], data: Form) -> Response[Any]:
    """The second person agrees, by his code, which the receiver checks."""
    city = city_of(request)
    with city.writing() as connection:
        second, code = data.get("second", "").strip(), "".join(data.get("code", "").split())
        if not second or not code.isdecimal() or len(code) != 6:
            raise Refusal("console_rollouts.no_code")
        order_rows.agree(connection, number, second, code, city.now(connection))
    return _sent([number])


def _looked_at(
    city: City, connection: Connection, data: dict[str, str], request: Web
) -> tuple[Order, list[str], set[str], Preview, limits.Ruling]:  # fmt: skip
    now = city.now(connection)
    if data.get("scope"):
        scope = area_form.read(data["scope"])
    else:
        known = geography_of(request).by_name
        scope = area_form.of_form(known, data.get("by", ""), data.get("of", ""), data.get("radius", ""))
    asked = command_form.asked_of(data, scope)
    order = command_form.order_of(asked, request.user, now, city.zone)
    poles, reported = by_store.directory(connection, city.site)
    names = poles.find(order.scope)
    present = by_store.present(connection, names, city.site)
    return order, names, reported, preview(order, present, now), _ruling(city, order, present, now)


def _ruling(city: City, order: Order, present: Iterable[Now], now: int) -> limits.Ruling:
    """As the receiver will rule on *order* to poles as they are at *present*, as far as this order alone decides."""
    rules = rules_of(city.site)
    targets = {one.name: one.target for one in present}
    night = rules.night(max(now, order.begins), order.expiration)
    return limits.judge(order, targets, rules.limits, rules.floor, night, now)


def _sent(numbers: list[int]) -> Redirect:
    """To the page of the order; of several, one a zone, to the list."""
    return Redirect(f"/commands/{numbers[0]}" if len(numbers) == 1 else "/commands", status_code=303)


ROUTES = [commands_page, new_page, preview_part, give, command_page, cancel, agree]
