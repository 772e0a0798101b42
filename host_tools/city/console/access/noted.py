"""Notes in the audit, which the receiver chains, what is done with users, sessions and tokens."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from host_tools.city.commands import audit
from host_tools.city.console.city import City
from host_tools.city.store.receiver_status import statuses

# what is noted, each with its sentence `console_desk.audit_...`
WHAT = (
    "userAdded", "userRole", "userDisabled", "userEnabled", "userPassword", "userCodes", "ownPassword", "ownCodes",
    "loggedIn", "loginWaits", "sessionEnded", "tokenMade", "tokenRevoked", "wallMade", "alertRefused",
    "electionAsked", "electionEnded",
)  # fmt: skip


def note(city: City, connection: Connection, who: str, what: str, door: str = "console", **detail: Any) -> None:
    """*who* has done *what*, one of WHAT, by *door*.  *detail* has no secret in it."""
    write(connection, city.now(connection), who, what, door, **detail)


def write(connection: Connection, at: int, who: str, what: str, door: str, **detail: Any) -> None:
    """As `note`, at *at* (Unix s at the site)."""
    zone = next((one.zone for one in statuses(connection)), "")  # whose receiver is to chain it
    audit.add(connection, zone, at, who, door, what, None, detail)


def site_now(connection: Connection, wall: float) -> int:
    """Unix s at the site where it is *wall* (Unix s) in the world, as a receiver last said it."""
    said = max(statuses(connection), key=lambda one: one.said, default=None)
    return said.now if said is not None and said.simulated else int(wall)
