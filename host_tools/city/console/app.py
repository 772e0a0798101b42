"""The console as an ASGI application: all routes, and what each request passes through."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, Response
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import ASGIApp

from host_tools import drawing
from host_tools.city.console.access import pages as access_pages
from host_tools.city.console.access.form_secret import form_secret
from host_tools.city.console.access.middleware import SessionMiddleware
from host_tools.city.console.city import City
from host_tools.city.console.geography import Geography
from host_tools.city.console.headers import SecureHeaders
from host_tools.city.console.live.hub import Hub
from host_tools.city.console.live.tracker import Tracker
from host_tools.city.console.page import render
from host_tools.city.console.pages import alarms, gis, live, map, preferences, search, wall
from host_tools.city.console.settings import Settings, from_environment
from host_tools.errors import CommandError, RecordError

HERE = Path(__file__).parent
FONTS = Path(drawing.__path__[0]) / "fonts"
PAGES = (access_pages, map, gis, live, search, wall, alarms, preferences)


def make(settings: Settings) -> Litestar:
    """The application of *settings*."""
    city = City(settings)
    hub = Hub(Tracker(city, time.monotonic))
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    return Litestar(
        route_handlers=[route for page in PAGES for route in page.ROUTES]
        + [
            create_static_files_router("/static", [HERE / "static"], name="static"),
            create_static_files_router("/fonts", [FONTS], name="fonts"),
        ],
        middleware=[SessionMiddleware],
        csrf_config=CSRFConfig(
            secret=form_secret(city), cookie_secure=settings.secure, cookie_samesite="strict", header_name="x-csrftoken"
        ),
        allowed_hosts=AllowedHostsConfig(allowed_hosts=list(settings.hosts)),
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment)),
        exception_handlers={HTTPException: _refused, CommandError: _wrong, RecordError: _away},
        openapi_config=None,
        on_shutdown=[lambda: city.close()],
        lifespan=[hub.lifespan],
        before_request=_note_revision,
        state=State({"city": city, "hub": hub, "geography": Geography(city)}),
    )


def _note_revision(request: Request[Any, Any, Any]) -> None:
    """Let the page know from which revision on it must be told: what it shows is read after this."""
    request.scope["state"]["revision"] = request.app.state.hub.tracker.view.revision


def from_settings() -> ASGIApp:
    """For granian, whose worker processes get their settings through the environment."""
    return SecureHeaders(make(from_environment()))


def _refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """A page for a person, a problem (RFC 9457) for a program."""
    page = "text/html" in request.headers.get("accept", "")
    if isinstance(error, NotAuthorizedException) and page and request.method == "GET":
        return Redirect("/login" if request.url.path == "/" else f"/login?next={request.url.path}")
    return _said(request, error.status_code, error.detail)


def _wrong(request: Request[Any, Any, Any], error: CommandError) -> Response[Any]:
    return _said(request, 422, str(error))


def _away(request: Request[Any, Any, Any], error: RecordError) -> Response[Any]:
    return _said(request, 503, str(error))


def _said(request: Request[Any, Any, Any], status: int, sentence: str) -> Response[Any]:
    if "text/html" in request.headers.get("accept", ""):
        page = render(request, "refused.html", status=status, sentence=sentence)
        page.status_code = status
        return page
    problem = {"type": "about:blank", "status": status, "detail": sentence}
    return Response(problem, status_code=status, media_type="application/problem+json")
