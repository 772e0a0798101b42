"""Who is logged in, and from where."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect, Template

from host_tools.city.console.access import sessions
from host_tools.city.console.access.noted import note
from host_tools.city.console.access.roles import ADMIN, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.page import render
from host_tools.city.console.request_types import MOST_FORM, Form, Web
from host_tools.city.console.threads import in_thread


@get("/desk/sessions", guards=[needs(ADMIN)])
@in_thread
def sessions_page(request: Web) -> Template:
    """All sessions that hold."""
    city = city_of(request)
    with city.reading() as connection:
        shown = sessions.listed(connection, int(city.wall()))
    return render(request, "desk_sessions.html", sessions=shown, mine=sessions.called(str(request.auth)))


@post("/desk/sessions/end", status_code=303, guards=[needs(ADMIN)], request_max_body_size=MOST_FORM)
@in_thread
def end_one(request: Web, data: Form) -> Response[Any]:
    """Ends a session."""
    city = city_of(request)
    with city.writing() as connection:
        whose = sessions.end_called(connection, data.get("called", ""))
        if whose:
            note(city, connection, request.user.name, "sessionEnded", user=whose)
    return Redirect("/desk/sessions", status_code=303)


ROUTES = [sessions_page, end_one]
