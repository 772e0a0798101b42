"""Puts the user of a request's session, or the token of a program, into its scope."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from anyio.to_thread import run_sync
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult
from sqlalchemy.engine import Connection

from host_tools.city.console.access import cookies, sessions, tokens
from host_tools.city.console.access.roles import VIEWER
from host_tools.city.console.access.users import User
from host_tools.city.console.city import City, city_of
from host_tools.errors import RecordError

WATCHED = (  # what open pages ask for by themselves: see sessions.py
    "/live", "/live/changes", "/live/said", "/gis/state.json", "/gis/places.json", "/gis/streets.geojson", "/map/list",
    "/map/pole", "/wall", "/wall/worst", "/wall/power.json", "/desk/doors/now",
)  # fmt: skip
WALL = ("/wall", "/live", "/gis")  # what the token of a device opens, and what is below it
FILES = ["^/static/", "^/fonts/", "^/health$"]


class SessionMiddleware(AbstractAuthenticationMiddleware):
    """The guard of each route refuses; here only a token that does not hold is, since it says who is meant.

    ``auth`` is the session's cookie, or the Token.
    """

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        city = city_of(connection)
        said = connection.headers.get("authorization", "")
        if said:
            text = _text_of(said, str(connection.scope.get("method", "")))
            token = await run_sync(_token, city, text) if text else None
            if token is None:
                raise NotAuthorizedException("the token does not hold, was revoked or is over")
            return AuthenticationResult(user=None, auth=token)
        cookie = cookies.session_cookie(connection, city.settings)
        if cookie:
            watches = connection.url.path in WATCHED
            user = await run_sync(_user, city, cookie, watches)
            if user is not None:
                return AuthenticationResult(user=user, auth=cookie)
        return await run_sync(_device, city, connection)


def _text_of(said: str, method: str) -> str:
    """The token in a header Authorization; "" where there is none.

    Basic has it as the password, of any user: a GIS such as QGIS sends that and nothing else with an address.  Only to
    look: a browser repeats such a password by itself, also for a page of another site.
    """
    scheme, _, text = said.partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    if scheme.lower() == "basic" and method in ("GET", "HEAD"):
        try:
            return base64.b64decode(text.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return ""


def lasts(connection: Connection, auth: object, now: int) -> bool:
    """Whether *auth*, the session's cookie or the Token of a request whose answer goes on and on, still holds."""
    if isinstance(auth, tokens.Token):
        return tokens.holds(connection, auth.id, now)
    return sessions.user_of(connection, str(auth or ""), now, watches=True) is not None


def _device(city: City, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
    """The viewer that a video wall is, whose browser has the cookie of a token for reading, and on its pages alone."""
    text, path = connection.cookies.get(cookies.device_name(city.settings), ""), connection.url.path
    if (
        text
        and connection.scope.get("method") == "GET"
        and any(path == one or path.startswith(f"{one}/") for one in WALL)
    ):
        token = _token(city, text)
        if token is not None and tokens.READ in token.doors:
            return AuthenticationResult(user=User(-token.id, token.name, VIEWER), auth=token)
    return AuthenticationResult(user=None, auth=None)


def _user(city: City, cookie: str, watches: bool) -> User | None:
    now = int(city.wall())
    with city.reading() as connection:
        found = sessions.find(connection, cookie, now, watches=watches)
    if found is None:
        return None
    if not watches and now - found.seen_at >= sessions.SEEN_S:
        try:
            with city.writing() as connection:
                sessions.seen(connection, cookie, now)
        except RecordError:
            pass  # who only looks is not to suffer from a store that cannot be written now
    return found.user


def _token(city: City, text: str) -> tokens.Token | None:
    now = int(city.wall())
    with city.reading() as connection:
        found = tokens.find(connection, text, now)
    if found and now - found.used_at >= tokens.USED_S:
        try:
            with city.writing() as connection:
                tokens.used(connection, found.id, now)
        except RecordError:
            pass
    return found
