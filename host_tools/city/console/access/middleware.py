"""Puts the user of a request's session into its scope; routes without a guard are the login and the static files."""

from __future__ import annotations

from litestar.connection import ASGIConnection
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from host_tools.city.console.access import sessions
from host_tools.city.console.city import City, city_of

SEEN_S = 60  # how often a session in use is written


class SessionMiddleware(AbstractAuthenticationMiddleware):
    """Nothing is refused here: the guard of each route does that."""

    async def authenticate_request(self, connection: ASGIConnection) -> AuthenticationResult:  # type: ignore[type-arg]
        from anyio.to_thread import run_sync

        cookie = connection.cookies.get(sessions.COOKIE, "")
        if not cookie:
            return AuthenticationResult(user=None, auth=None)
        return AuthenticationResult(user=await run_sync(self._user, city_of(connection), cookie), auth=cookie)

    def _user(self, city: City, cookie: str) -> object:
        now = int(city.wall())
        with city.reading() as connection:
            return sessions.user_of(connection, cookie, now)
