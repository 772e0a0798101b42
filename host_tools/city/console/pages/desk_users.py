"""Users: add them, change what they may, give them another password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.console.access import passwords, sessions, users
from host_tools.city.console.access.noted import note
from host_tools.city.console.access.roles import ADMIN, ROLES, VIEWER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import MOST_FORM, Form, Web
from host_tools.city.console.threads import in_thread
from host_tools.language.language import Spoken

PATH = "/desk/users"


@get(PATH, guards=[needs(ADMIN)])
@in_thread
def users_page(request: Web) -> Template:
    """All users."""
    return _page(request)


@post(PATH, status_code=200, guards=[needs(ADMIN)], request_max_body_size=MOST_FORM)
@in_thread
def add_user(request: Web, data: Form) -> Template:
    """A new user, with a password for one login, which is shown on this page alone."""
    city = city_of(request)
    name, role = data.get("name", "").strip(), data.get("role", VIEWER)
    password = passwords.one_time()
    try:
        with city.writing() as connection:
            users.add(connection, name, role, password, int(city.wall()))
            note(city, connection, request.user.name, "userAdded", user=name, role=role)
    except Spoken as error:
        return _page(request, 422, wrong=language(request).tell(error))
    return _page(request, once=password, whose=name)


@post(PATH + "/{number:int}/role", status_code=303, guards=[needs(ADMIN)], request_max_body_size=MOST_FORM)
@in_thread
def change_role(request: Web, number: FromPath[int], data: Form) -> Response[Any]:
    """Another role, which ends his sessions."""
    role = data.get("role", "")

    def change(connection: Connection, row: RowMapping) -> None:
        users.set_role(connection, number, role)

    return _change(request, number, change, "userRole", role=role)


@post(PATH + "/{number:int}/disable", status_code=303, guards=[needs(ADMIN)])
@in_thread
def disable_user(request: Web, number: FromPath[int]) -> Response[Any]:
    """He cannot log in, and is logged out."""
    now = int(city_of(request).wall())
    return _change(request, number, lambda connection, _row: users.disable(connection, number, now), "userDisabled")


@post(PATH + "/{number:int}/enable", status_code=303, guards=[needs(ADMIN)])
@in_thread
def enable_user(request: Web, number: FromPath[int]) -> Response[Any]:
    """He can log in again."""
    return _change(request, number, lambda connection, _row: users.disable(connection, number, None), "userEnabled")


@post(PATH + "/{number:int}/codes", status_code=303, guards=[needs(ADMIN)])
@in_thread
def forget_codes(request: Web, number: FromPath[int]) -> Response[Any]:
    """His phone's codes count no more: it was lost."""
    return _change(request, number, lambda connection, _row: users.set_codes(connection, number, ""), "userCodes")


@post(PATH + "/{number:int}/password", status_code=200, guards=[needs(ADMIN)])
@in_thread
def reset_password(request: Web, number: FromPath[int]) -> Response[Any]:
    """A password for one login, which is shown on this page alone."""
    password, city = passwords.one_time(), city_of(request)
    with city.writing() as connection:
        row = users.numbered(connection, number)
        users.set_password(connection, number, password, given=True)
        note(city, connection, request.user.name, "userPassword", user=row["name"])
    return _page(request, once=password, whose=row["name"])


def _change(
    request: Web, number: int, change: Callable[[Connection, RowMapping], None], what: str,
    **detail: Any,
) -> Response[Any]:  # fmt: skip
    city = city_of(request)
    try:
        with city.writing() as connection:
            row = users.numbered(connection, number)
            change(connection, row)
            note(city, connection, request.user.name, what, user=row["name"], **detail)
    except Spoken as error:
        return _page(request, 422, wrong=language(request).tell(error))
    return Redirect(PATH, status_code=303)


def _page(request: Web, status: int = 200, **said: str) -> Template:
    city = city_of(request)
    with city.reading() as connection:
        shown = users.listed(connection)
    now = int(city.wall())
    values = {"wrong": "", "once": "", "whose": "", **said}
    page = render(request, "desk_users.html", users=shown, roles=ROLES, live_since=now - sessions.IDLE_S, **values)
    page.status_code = status
    return page


ROUTES = [users_page, add_user, change_role, disable_user, enable_user, forget_codes, reset_password]
