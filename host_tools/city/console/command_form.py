"""An order as a form of the console gives it: pure, from the fields to an Order, in the name of the user's role."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from host_tools import durations
from host_tools.city.commands.order import CANCEL, CANCEL_S, OVERRIDE, Order, check
from host_tools.city.console.access.roles import ENGINEER, OPERATOR, may
from host_tools.city.console.access.users import User
from host_tools.errors import CommandError
from host_tools.language.refusal import Refusal
from host_tools.text import quoted

DOOR, ADDRESS = "console", "console:{}"
OWNERS = {  # role of the limits: the owners that its form offers
    OPERATOR: ("operator",),
    ENGINEER: ("operator", "emergency", "incident", "lock"),
}
REFERENCES = {"operator": "OP", "emergency": "EM", "incident": "IN", "lock": "LK"}


@dataclass(frozen=True)
class Asked:
    """What the form says.  ``until``: a span (2h) or a time (04:00)."""

    scope: Mapping[str, Any]
    level: str = "100"
    owner: str = "operator"
    until: str = "1h"
    reason: str = ""


def role_of(user: User) -> str:
    """The role whose limits are *user*'s: an admin has those of an engineer."""
    return ENGINEER if may(user.role, ENGINEER) else OPERATOR


def asked_of(form: Mapping[str, str], scope: Mapping[str, Any]) -> Asked:
    """The other fields of the form."""
    names = ("level", "owner", "until", "reason")
    return Asked(scope, **{name: form[name].strip() for name in names if form.get(name)})


def order_of(asked: Asked, user: User, now: int, zone: ZoneInfo, ref: str = "") -> Order:
    """The order, given at *now* (Unix s at the site).  Without *ref* it gets a new one.  Raises CommandError."""
    try:
        level = int(asked.level)
    except ValueError:
        raise Refusal("commands.form_level", value=quoted(asked.level, 20)) from None
    if not asked.reason:
        raise Refusal("commands.form_reason")
    order = Order(
        who=user.name, role=role_of(user), kind=OVERRIDE, owner=asked.owner, door=DOOR, level=level,
        reason=asked.reason, ref=ref or f"{REFERENCES.get(asked.owner, 'OP')}-{secrets.token_hex(4)}",
        ref_address=ADDRESS.format(user.name), scope=asked.scope, written_at=now, expiration=_end(asked, now, zone),
    )  # fmt: skip
    check(order)
    order.body()
    return order


def cancel(owner: str, ref: str, scope: Mapping[str, Any], user: User, now: int) -> Order:
    """What ends the orders of *owner* under *ref* on the poles of *scope*, given by *user*.  Raises CommandError."""
    ended = Order(
        who=user.name, role=role_of(user), kind=CANCEL, owner=owner, door=DOOR, ref=ref,
        ref_address=ADDRESS.format(user.name), scope=scope, written_at=now, expiration=now + CANCEL_S,
    )  # fmt: skip
    check(ended)
    return ended


def _end(asked: Asked, now: int, zone: ZoneInfo) -> int:
    try:
        return now + durations.span(asked.until)
    except CommandError:
        return durations.moment(asked.until, now, zone)
