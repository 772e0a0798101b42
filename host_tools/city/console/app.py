"""The console as an ASGI application: all routes, and what each request passes through."""

from __future__ import annotations

import time
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from anyio import CapacityLimiter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Response
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.middleware import DefineMiddleware
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import ASGIApp

from host_tools import drawing
from host_tools.city.console.access import cookies
from host_tools.city.console.access.directory import read_directory
from host_tools.city.console.access.form_secret import FormCookies, form_secret
from host_tools.city.console.access.middleware import FILES, SessionMiddleware
from host_tools.city.console.access.origin import check_origin
from host_tools.city.console.access.own_path import PlainPaths
from host_tools.city.console.access.pace import Pace
from host_tools.city.console.access.passwords import AT_ONCE
from host_tools.city.console.access.proxy import BehindProxy
from host_tools.city.console.access.roles import MustFirst
from host_tools.city.console.city import City
from host_tools.city.console.geography import Geography
from host_tools.city.console.headers import SecureHeaders
from host_tools.city.console.live.hub import Hub
from host_tools.city.console.live.tracker import Tracker
from host_tools.city.console.page import language, render
from host_tools.city.console.pages import api
from host_tools.city.console.request_types import Web
from host_tools.city.console.routes import routes
from host_tools.city.console.settings import Settings, from_environment
from host_tools.errors import CommandError, DiyaError, RecordError
from host_tools.language.language import Spoken

HERE = Path(__file__).parent
FONTS = Path(drawing.__path__[0]) / "fonts"


def make(settings: Settings, wall: Callable[[], float] = time.time) -> Litestar:
    """The application of *settings*; *wall*: Unix s of real time."""
    city = City(settings, wall)
    app = unopened(settings.hosts, settings.secure, form_secret(city))
    open_city(app, city)
    return app


def unopened(hosts: Sequence[str], secure: bool, secret: str) -> Litestar:
    """An application that has no city yet: its routes, which take most of the time of a start.

    *hosts* and *secure* as in Settings; *secret*: of the forms (access/form_secret.py).
    """
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    return Litestar(
        route_handlers=routes()
        + [
            create_static_files_router("/static", [HERE / "static"], name="static"),
            create_static_files_router("/fonts", [FONTS], name="fonts"),
        ],
        middleware=[DefineMiddleware(SessionMiddleware, exclude=FILES)],
        csrf_config=CSRFConfig(
            secret=secret, cookie_name=cookies.form_name(secure), cookie_secure=secure,
            cookie_httponly=True, cookie_samesite="lax", header_name="x-csrftoken",
        ),
        allowed_hosts=AllowedHostsConfig(allowed_hosts=list(hosts)),
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment)),
        exception_handlers={
            HTTPException: _refused, CommandError: _wrong, Spoken: _wrong, RecordError: _away, Exception: _broken,
        },
        openapi_config=api.OPENAPI,
        include_in_schema=False,
        on_shutdown=[_close],
        lifespan=[_watched],
        before_request=_begin,
    )  # fmt: skip


def open_city(app: Litestar, city: City) -> None:
    """*app* is from now on the console of *city*; call it before the application starts, or after it has ended."""
    directory = city.settings.directory
    app.state = State({
        "city": city, "hub": Hub(Tracker(city, time.monotonic)), "geography": Geography(city), "pace": Pace(),
        "hashing": CapacityLimiter(AT_ONCE),
        "directory": read_directory(Path(directory)) if directory else None,
    })  # fmt: skip


def _close(app: Litestar) -> None:
    city: City = app.state.city
    city.close()


@asynccontextmanager
async def _watched(app: Litestar) -> AsyncIterator[None]:
    hub: Hub = app.state.hub
    async with hub.lifespan(app):
        yield


def whole(app: Litestar) -> ASGIApp:
    """*app* with what each request and answer passes outside of it."""
    settings: Settings = app.state.city.settings
    forms = app.csrf_config
    out: ASGIApp = FormCookies(app, cookies.form_name(settings.secure), forms.secret if forms else "")
    return SecureHeaders(PlainPaths(BehindProxy(out) if settings.proxied else out))


def _begin(request: Web) -> None:
    """Refuse what a page of another site sends; let the page know from which revision on it must be told.

    What the page shows is read after this.
    """
    check_origin(request)
    request.scope["state"]["revision"] = request.app.state.hub.tracker.view.revision


def from_settings() -> ASGIApp:
    """For granian, whose worker processes get their settings through the environment."""
    return whole(make(from_environment()))


def _refused(request: Web, error: HTTPException) -> Response[Any]:
    """A page for a person, a problem (RFC 9457) for a program."""
    page = "text/html" in request.headers.get("accept", "") and "authorization" not in request.headers
    if page and request.method == "GET" and isinstance(error, NotAuthorizedException):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return Redirect("/login" if asked == "/" else f"/login?next={quote(asked, safe='/')}")
    if page and request.method == "GET" and isinstance(error, MustFirst):
        return Redirect(error.path)
    answer = _said(request, error.status_code, error.detail)
    answer.headers.update(error.headers or {})
    return answer


def _wrong(request: Web, error: DiyaError) -> Response[Any]:
    return _said(request, 422, language(request).tell(error))


def _away(request: Web, error: RecordError) -> Response[Any]:
    return _said(request, 503, str(error))


def _broken(request: Web, error: Exception) -> Response[Any]:
    """A fault of ours: all of it goes to the log, and a sentence to the browser."""
    traceback.print_exception(error)
    return _said(request, 500, f"{type(error).__name__} at {request.url.path}: a fault of Diya, see the console's log")


def _said(request: Web, status: int, sentence: str) -> Response[Any]:
    if "text/html" in request.headers.get("accept", ""):
        page = render(request, "refused.html", status=status, sentence=sentence)
        page.status_code = status
        return page
    problem = {"type": "about:blank", "status": status, "detail": sentence}
    return Response(problem, status_code=status, media_type="application/problem+json")
