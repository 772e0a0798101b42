"""The names of the cookies, and how they are set.

All are ``lax``: a link in a message leads to its page while one is logged in, and a form of another site brings none.
(With ``strict`` the cookie of the forms would be made anew by such a link, and every page already open would have a
secret that is no longer right.)  Where browsers come by HTTPS the names begin with ``__Host-``, which no neighbour of
the same domain can set.
"""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.connection import ASGIConnection

from host_tools.city.console.access import sessions
from host_tools.city.console.settings import Settings

FORM, DEVICE, CITY = "diya_form", "diya_device", "diya_city"
DEVICE_S = 400 * 86400  # the longest that browsers keep a cookie


def session_name(settings: Settings) -> str:
    """Of the cookie of a session."""
    return _host(settings.secure, sessions.COOKIE)


def form_name(secure: bool) -> str:
    """Of the cookie with the secret of the forms; *secure* as in Settings."""
    return _host(secure, FORM)


def session_cookie(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> str:
    """The session's cookie of a request; "" where it has none."""
    return connection.cookies.get(session_name(settings), "")


def device_name(settings: Settings) -> str:
    """Of the cookie with the token of a video wall."""
    return _host(settings.secure, DEVICE)


def give_device(answer: Response[Any], settings: Settings, token: str) -> None:
    """*answer* makes the browser that of a video wall."""
    answer.set_cookie(
        device_name(settings), token, max_age=DEVICE_S, httponly=True, samesite="lax", secure=settings.secure
    )


def give(answer: Response[Any], settings: Settings, cookie: str, longest_s: int = sessions.LONGEST_S) -> None:
    """*answer* takes the session to the browser."""
    answer.set_cookie(
        session_name(settings), cookie, max_age=longest_s, httponly=True, samesite="lax", secure=settings.secure
    )


def take(answer: Response[Any], settings: Settings) -> None:
    """*answer* takes it away."""
    give(answer, settings, "", 0)


def city_name(settings: Settings) -> str:
    """Of the cookie of a login that is at the city's directory."""
    return _host(settings.secure, CITY)


def _host(secure: bool, name: str) -> str:
    return f"__Host-{name}" if secure else name
