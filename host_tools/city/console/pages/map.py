"""The map of the city: its streets, its poles by level, what is wrong with them."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.response import Template

from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.page import render
from host_tools.city.console.threads import in_thread


@get("/", guards=[needs(VIEWER)])
@in_thread
def map_page(request: Request[Any, Any, Any]) -> Template:
    """The page; what it shows comes by `/live` and `/gis`."""
    return render(request, "map.html")


ROUTES = [map_page]
