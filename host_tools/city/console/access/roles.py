"""The roles, each of which may all that the one before may, and the guards of routes.

Each route has a guard, but those few that are open to all by intent.
"""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException, TooManyRequestsException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

from host_tools.city.console.access.pace import Pace
from host_tools.city.console.access.tokens import READ, Token

VIEWER, OPERATOR, ENGINEER, ADMIN = "viewer", "operator", "engineer", "admin"
ROLES = (VIEWER, OPERATOR, ENGINEER, ADMIN)
A_MINUTE = 1200  # requests of one user in a minute; a page with its lists and pictures is about ten


def may(role: str, needed: str) -> bool:
    """Whether *role* includes *needed*."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


class MustFirst(PermissionDeniedException):
    """The user has to do something else first, at *path*."""

    def __init__(self, path: str) -> None:
        super().__init__(f"your account has to be made safe first, at {path}")
        self.path = path


def needs(role: str) -> Guard:
    """A guard that lets through users of *role* and above.

    Raises NotAuthorizedException without a session; PermissionDeniedException below *role*; MustFirst, which is one
    too, where the user has to choose his password or to set up his codes.
    """

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        _role(connection, role)

    guard.needs = role  # type: ignore[attr-defined]  # a test reads it of each route
    return guard


def needs_session() -> Guard:
    """A guard of a user's own account: it lets through one who has to choose his password first, too."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        _user(connection)

    guard.needs = VIEWER  # type: ignore[attr-defined]
    guard.own = True  # type: ignore[attr-defined]
    return guard


def needs_token(door: str) -> Guard:
    """A guard that lets through a token for *door*, and no session.

    So no browser can be led to such a route, which has no secret of a form: give it ``exclude_from_csrf=True``.
    Raises NotAuthorizedException without a token, PermissionDeniedException where it is not for *door*,
    TooManyRequestsException.
    """

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        token = token_of(connection)
        if token is None:
            raise NotAuthorizedException("a token is needed, as `Authorization: Bearer ...`")
        _door(connection, token, door)

    guard.door = door  # type: ignore[attr-defined]
    return guard


def reads() -> Guard:
    """A guard of what may be looked at by any user, and by a token for READ."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        token = token_of(connection)
        if token is None:
            _role(connection, VIEWER)
        else:
            _door(connection, token, READ)

    guard.needs, guard.door = VIEWER, READ  # type: ignore[attr-defined]
    return guard


def token_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Token | None:
    """The token of a request; None where it has none that is valid."""
    auth = connection.scope.get("auth")
    return auth if isinstance(auth, Token) else None


def _user(connection: ASGIConnection[Any, Any, Any, Any]) -> Any:
    user = connection.scope.get("user")
    if user is None:
        raise NotAuthorizedException("you are not logged in")
    _paced(connection, f"user {user.id}", A_MINUTE)
    return user


def _role(connection: ASGIConnection[Any, Any, Any, Any], role: str) -> None:
    user = _user(connection)
    if user.must:
        raise MustFirst(user.must)
    if not may(user.role, role):
        raise PermissionDeniedException(f"this needs the role {role}, and yours is {user.role}")


def _door(connection: ASGIConnection[Any, Any, Any, Any], token: Token, door: str) -> None:
    if door not in token.doors:
        raise PermissionDeniedException(f"the token {token.name} is not for {door}")
    _paced(connection, f"token {token.id}", token.calls)


def _paced(connection: ASGIConnection[Any, Any, Any, Any], who: str, a_minute: int) -> None:
    pace: Pace = connection.app.state.pace
    wait = pace.wait(who, a_minute)
    if wait:
        raise TooManyRequestsException(
            f"at most {a_minute} requests a minute: wait {wait} s", headers={"retry-after": str(wait)}
        )
