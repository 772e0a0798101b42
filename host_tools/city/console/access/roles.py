"""The roles, each of which may all that the one before may, and the guards of routes."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

VIEWER, OPERATOR, ENGINEER, ADMIN = "viewer", "operator", "engineer", "admin"
ROLES = (VIEWER, OPERATOR, ENGINEER, ADMIN)


def may(role: str, needed: str) -> bool:
    """Whether *role* includes *needed*."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def needs(role: str) -> Guard:
    """A guard that lets through users of *role* and above.

    Raises NotAuthorizedException without a session, PermissionDeniedException below *role*.
    """

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        user = connection.scope.get("user")
        if user is None:
            raise NotAuthorizedException("not logged in")
        if not may(user.role, role):
            raise PermissionDeniedException(f"this needs the role {role}, and yours is {user.role}")

    guard.needs = role  # type: ignore[attr-defined]  # a test reads it of each route
    return guard
