"""Puts the user of a request's session, or the token of a program, into its scope."""

from __future__ import annotations

from typing import Any

from anyio.to_thread import run_sync
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from host_tools.city.console.access import cookies, sessions, tokens
from host_tools.city.console.access.users import User
from host_tools.city.console.city import City, city_of
from host_tools.errors import RecordError

WATCHED = ("/live", "/live/changes", "/live/said")  # what open pages ask for by themselves: see sessions.py
FILES = ["^/static/", "^/fonts/", "^/health$"]


class SessionMiddleware(AbstractAuthenticationMiddleware):
    """The guard of each route refuses; here only a token that does not hold is, since it says who is meant.

    ``auth`` is the session's cookie, or the Token.
    """

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        city = city_of(connection)
        said = connection.headers.get("authorization", "")
        if said:
            scheme, _, text = said.partition(" ")
            token = await run_sync(_token, city, text.strip()) if scheme.lower() == "bearer" else None
            if token is None:
                raise NotAuthorizedException("the token does not hold, was revoked or is over")
            return AuthenticationResult(user=None, auth=token)
        cookie = cookies.session_cookie(connection, city.settings)
        if not cookie:
            return AuthenticationResult(user=None, auth=None)
        watches = connection.url.path in WATCHED
        return AuthenticationResult(user=await run_sync(_user, city, cookie, watches), auth=cookie)


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
