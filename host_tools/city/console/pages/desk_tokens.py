"""Tokens of programs: made, shown once, revoked."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from host_tools.city.console.access import cookies, sessions, tokens
from host_tools.city.console.access.noted import note
from host_tools.city.console.access.roles import ADMIN, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import MOST_FORM, Form, Web
from host_tools.city.console.threads import in_thread
from host_tools.language.language import Spoken
from host_tools.text import whole

PATH = "/desk/tokens"


@get(PATH, guards=[needs(ADMIN)])
@in_thread
def tokens_page(request: Web) -> Template:
    """All tokens, without what they are."""
    return _page(request)


@post(PATH, status_code=200, guards=[needs(ADMIN)], request_max_body_size=MOST_FORM)
async def add_token(request: Web) -> Template:
    """A new one, which is shown on this page alone."""
    form = await request.form()
    values = {name: str(form.get(name, "")) for name in ("name", "zones", *tokens.BOUNDS)}
    return await _add(request, values, [str(one) for one in form.getall("doors", [])])


@in_thread
def _add(request: Web, values: dict[str, str], doors: list[str]) -> Template:
    city, name = city_of(request), values["name"].strip()
    try:
        numbers = {field: _number(field, values[field]) for field in tokens.BOUNDS}
        zones = values["zones"].replace(",", " ").split()
        with city.writing() as connection:
            by, now = request.user.name, int(city.wall())
            text = tokens.add(connection, name, doors, zones, numbers, by, now)
            may: dict[str, Any] = {"doors": sorted(set(doors)), "zones": zones, **numbers}
            note(city, connection, by, "tokenMade", token=name, **may)
    except Spoken as error:
        return _page(request, 422, wrong=language(request).tell(error))
    return _page(request, once=text, whose=name, wall="yes" if tokens.READ in doors else "")


@post(PATH + "/{number:int}/revoke", status_code=303, guards=[needs(ADMIN)])
@in_thread
def revoke_token(request: Web, number: FromPath[int]) -> Response[Any]:
    """It holds no more, from the next request on."""
    city = city_of(request)
    try:
        with city.writing() as connection:
            name = tokens.revoke(connection, number, int(city.wall()))
            note(city, connection, request.user.name, "tokenRevoked", token=name)
    except Spoken as error:
        return _page(request, 422, wrong=language(request).tell(error))
    return Redirect(PATH, status_code=303)


@post(PATH + "/device", status_code=303, guards=[needs(ADMIN)], request_max_body_size=MOST_FORM)
@in_thread
def make_wall(request: Web, data: Form) -> Response[Any]:
    """This browser becomes that of a video wall, by a token for reading; the admin's session in it ends."""
    city, now = city_of(request), int(city_of(request).wall())
    with city.writing() as connection:
        found = tokens.find(connection, data.get("token", ""), now)
        if found is None or tokens.READ not in found.doors:
            return _page(request, 422, wrong=language(request).say("console_desk.wall_needs"))
        sessions.end(connection, str(request.auth))
        note(city, connection, request.user.name, "wallMade", token=found.name)
    answer = Redirect("/wall", status_code=303)
    cookies.take(answer, city.settings)
    cookies.give_device(answer, city.settings, data["token"])
    return answer


def _number(field: str, text: str) -> int:
    number = whole(text.strip()) if len(text) <= 9 else None
    if number is None:
        raise Spoken("console_access.number_none", field=field)
    return number


def _page(request: Web, status: int = 200, **said: str) -> Template:
    city = city_of(request)
    with city.reading() as connection:
        shown = tokens.listed(connection)
    values = {"wrong": "", "once": "", "whose": "", "wall": "", **said}
    fixed = {"tokens": shown, "doors": tokens.DOORS, "bounds": tokens.BOUNDS, "now": int(city.wall())}
    page = render(request, "desk_tokens.html", **fixed, **values)
    page.status_code = status
    return page


ROUTES = [tokens_page, add_token, revoke_token, make_wall]
