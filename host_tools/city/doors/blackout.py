"""A blackout drill: lamps of an area off for two hours at most, by an engineer and a second person; pure."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from host_tools.city.commands.order import OVERRIDE, Order, check
from host_tools.errors import CommandError

REASON, OWNER, HEAD, ROLE, DOOR = "blackout drill", "emergency", "BL", "engineer", "console"
MOST_MINUTES = 120


def order_of(who: str, poles: Iterable[str], minutes: int, now: int, begins: int | None = None) -> Order:
    """The order of the engineer *who* at *now* (Unix s at the site).  Raises CommandError.

    It is for each of *poles* alone, never for a group: no key that many poles share puts out a lamp.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise CommandError(f"a blackout drill is for {minutes} minutes and must be for 1 to {MOST_MINUTES}")
    since = begins if begins is not None else now
    order = Order(
        who=who, role=ROLE, kind=OVERRIDE, owner=OWNER, door=DOOR, level=0, reason=REASON,
        ref=f"{HEAD}-{secrets.token_hex(4)}", ref_address=f"console:{who}", scope={"poles": list(poles)},
        written_at=now, start=begins, expiration=since + minutes * 60,
    )  # fmt: skip
    check(order)
    order.body()
    return order
