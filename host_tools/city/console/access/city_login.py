"""Log in by the city's own directory: to it, and back."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Redirect

from host_tools.city.console.access import cookies, login, open_id
from host_tools.city.console.access.directory import Directory
from host_tools.city.console.access.open_id import Begun
from host_tools.city.console.access.own_path import own
from host_tools.city.console.access.pages import address_of, agent_of, half_way, paced
from host_tools.city.console.city import city_of
from host_tools.city.console.own_address import own_address
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.language.language import Spoken

BACK = "/login/city/back"
LONGEST_S = 600  # a person at the directory, who may have to look for his telephone


@get("/login/city")
@in_thread
def to_directory(request: Web, next: FromQuery[str] = "/") -> Response[Any]:
    """Sends the browser to the directory."""
    directory, city = _directory(request), city_of(request)
    paced(request)
    where, begun = open_id.begin(directory, open_id.ask, own_address(request, BACK), own(next), int(city.wall()))
    answer = Redirect(where, status_code=303)
    _give(request, answer, _signed(_secret(request), begun.text()), LONGEST_S)
    return answer


@get(BACK)
@in_thread
def back(request: Web) -> Response[Any]:
    """A session of who comes back from the directory, or the form of the code."""
    directory, city = _directory(request), city_of(request)
    paced(request)
    kept = _read(_secret(request), request.cookies.get(cookies.city_name(city.settings), ""))
    begun = Begun.read(kept) if kept else None
    now = int(city.wall())
    if begun is None or not 0 <= now - begun.at <= LONGEST_S:
        raise Spoken("console_access.city_again")
    claims = open_id.finish(directory, open_id.ask, begun, request.url.query, now)
    former = cookies.session_cookie(request, city.settings)
    tried = login.by_directory(
        city, directory.issuer, directory.person(claims), address_of(request), agent_of(request), former
    )
    answer = half_way(request, tried, begun.next)
    if answer is None:
        answer = Redirect(begun.next, status_code=303)
        cookies.give(answer, city.settings, tried.cookie)
    _give(request, answer, "", 0)
    return answer


def _directory(request: Web) -> Directory:
    found = request.app.state.directory
    if not found:
        raise NotFoundException("this console has no directory to log in by")
    directory: Directory = found
    return directory


def _secret(request: Web) -> bytes:
    config = request.app.csrf_config
    return hashlib.sha256(b"city login " + (config.secret if config else "").encode()).digest()


def _give(request: Web, answer: Response[Any], value: str, seconds: int) -> None:
    settings = city_of(request).settings
    name = cookies.city_name(settings)
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=settings.secure)


def _signed(secret: bytes, text: str) -> str:
    body = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{body}.{hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()}"


def _read(secret: bytes, cookie: str) -> str:
    """What was signed; "" where it was not."""
    body, _, seal = cookie.partition(".")
    right = hmac.new(secret, body.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(seal.encode("utf-8", "replace"), right.encode()):
        return ""
    return base64.urlsafe_b64decode(body).decode()


ROUTES = [to_directory, back]
