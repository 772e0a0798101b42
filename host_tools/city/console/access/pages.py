"""Log in, log out, and the first password."""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.response import Redirect, Template

from host_tools.city.console.access import sessions, users
from host_tools.city.console.city import city_of
from host_tools.city.console.page import render
from host_tools.city.console.threads import in_thread
from host_tools.city.store.console_tables import user as user_table

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/login")
@in_thread
def login_page(request: Request[Any, Any, Any], next: FromQuery[str] = "/") -> Template:
    """The form."""
    return render(request, "login.html", next=_own(next), wrong="")


@post("/login", status_code=303)
@in_thread
def login(request: Request[Any, Any, Any], data: Form) -> Response[Any]:
    """A session, where name and password are right."""
    city = city_of(request)
    now = int(city.wall())
    client = request.client.host if request.client else ""
    with city.writing() as connection:
        row = (
            connection.execute(sa.select(user_table).where(user_table.c.name == data.get("name", "")))
            .mappings()
            .first()
        )
        if row is None or row["disabled_at"] or not users.matches(row["password"], data.get("password", "")):
            page = render(request, "login.html", next=_own(data.get("next", "/")), wrong="console.login_wrong")
            page.status_code = 401
            return page
        cookie = sessions.begin(connection, row["id"], now, client, request.headers.get("user-agent", ""))
    answer = Redirect(_own(data.get("next", "/")), status_code=303)
    answer.set_cookie(
        sessions.COOKIE, cookie, max_age=sessions.LONGEST_S, httponly=True, samesite="lax", secure=city.settings.secure
    )
    return answer


@post("/logout", status_code=303)
@in_thread
def logout(request: Request[Any, Any, Any]) -> Response[Any]:
    """Ends the session."""
    with city_of(request).writing() as connection:
        sessions.end(connection, str(request.auth or ""))
    answer = Redirect("/login", status_code=303)
    answer.delete_cookie(sessions.COOKIE)
    return answer


def _own(path: str) -> str:
    """*path* where it is one of this console, else the map."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


ROUTES = [login_page, login, logout]
