"""The alarms, the worst first, and what people do with them."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.response import Template

from host_tools.city.alarms.listing import Wanted, listed
from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.page import render
from host_tools.city.console.threads import in_thread


@get("/alarms", guards=[needs(VIEWER)])
@in_thread
def alarms_page(request: Request[Any, Any, Any]) -> Template:
    """The open alarms."""
    city = city_of(request)
    with city.reading() as connection:
        shown = listed(connection, Wanted(), city.now(connection))
    return render(request, "alarms.html", alarms=shown)


ROUTES = [alarms_page]
