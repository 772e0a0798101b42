"""What every door that commands light shares: from a token and a message's values to an order, or a refusal; pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from host_tools.city.commands.order import CANCEL, CANCEL_S, OVERRIDE, Order, check
from host_tools.language.language import Spoken
from host_tools.text import text

MOST_REASON, MOST_REF = 80, 64  # characters, as on the wire
MOST_BYTES = 240  # of a reason: 80 letters of Devanagari
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:~+-]*")


class NoSuch(Spoken):
    """What a message refers to is not there."""


class Conflict(Spoken):
    """Another system has ordered under the same reference."""


@dataclass(frozen=True)
class Grant:
    """How far *who*, a token or a person at the desk, may go.  *zones*: names of zones, wards or groups; empty: all.

    *highest* percent, *radius_m* metres around a point, *minutes* from the beginning to the end.
    """

    who: str
    zones: frozenset[str] = frozenset()
    highest: int = 100
    radius_m: int = 50_000
    minutes: int = 1440


@dataclass(frozen=True)
class Wish:
    """What a message comes to: *level* percent for the poles of *scope* (commands/who.py) until *until*, Unix s.

    *begins*: where it is not at once.  *radius_m*: where the scope is a circle around a point.
    """

    door: str
    owner: str
    level: int
    reason: str
    ref: str
    address: str
    scope: Mapping[str, Any]
    until: int
    begins: int | None = None
    radius_m: float = 0.0


def order_of(wish: Wish, grant: Grant, now: int) -> Order:
    """The order of *wish*, given by *grant* at *now* (Unix s at the site).  Raises Spoken where the grant ends before
    it, CommandError.
    """
    if wish.level > grant.highest:
        raise Spoken("doors.level", level=wish.level, who=grant.who, highest=grant.highest)
    if wish.radius_m > grant.radius_m:
        raise Spoken("doors.radius", metres=f"{wish.radius_m:g}", who=grant.who, most=grant.radius_m)
    minutes = -(-(wish.until - max(now, wish.begins or 0)) // 60)
    if minutes > grant.minutes:
        raise Spoken("doors.minutes", minutes=minutes, who=grant.who, most=grant.minutes)
    order = Order(
        who=grant.who, role=wish.door, kind=OVERRIDE, owner=wish.owner, door=wish.door, level=wish.level,
        reason=wish.reason, ref=wish.ref, ref_address=wish.address, scope=wish.scope, written_at=now,
        start=wish.begins, expiration=wish.until,
    )  # fmt: skip
    check(order)
    order.body()
    return order


def cancel_of(door: str, owner: str, ref: str, who: str, role: str, now: int, scope: Mapping[str, Any]) -> Order:
    """What ends the orders of *door* under *ref*.  Raises CommandError."""
    order = Order(
        who=who, role=role, kind=CANCEL, owner=owner, door=door, ref=ref, scope=scope, written_at=now,
        expiration=now + CANCEL_S,
    )  # fmt: skip
    check(order)
    order.body()
    return order


def check_zones(names: Iterable[str], grant: Grant, members: Callable[[str], Iterable[str]]) -> None:
    """Raises Spoken where some of the poles *names* lie in none of the grant's zones.  *members*: of a group."""
    if not grant.zones:
        return
    inside = {name for zone in grant.zones for name in members(zone)}
    outside = [name for name in names if name not in inside]
    if outside:
        some, zones = ", ".join(outside[:5] + ["..."][: len(outside) > 5]), ", ".join(sorted(grant.zones))
        raise Spoken("doors.zones", count=len(outside), poles=some, who=grant.who, zones=zones)


def reference(head: str, said: object) -> str:
    """*head* and what another system calls its message, fit for a reference and a path: as it is, or with a digest."""
    known = str(said)
    if len(head) + 1 + len(known) <= MOST_REF and _PLAIN.fullmatch(known):
        return f"{head}-{known}"
    plain = re.sub(r"[^A-Za-z0-9_.~+-]+", "-", known)[:24].strip("-")
    digest = hashlib.sha256(known.encode("utf-8", "replace")).hexdigest()[:12]
    return "-".join(part for part in (head, plain, digest) if part)


def address(kind: str, said: object) -> str:
    """Who asks, as a pole keeps it: *kind* and what it is called, cut to what the wire takes."""
    return f"{kind}:{text(str(said), MOST_REF - len(kind) - 1)}"


def reason(said: str) -> str:
    """*said* on one line as a pole can say it: 80 letters and 240 bytes at most, cut between two letters."""
    most = MOST_REASON
    while len((short := text(" ".join(said.split()), most)).encode()) > MOST_BYTES:
        most -= 1
    return short


def digest_of(*parts: object) -> str:
    """SHA-256 of *parts*, by which the same message is known again."""
    whole = b"\0".join(part if isinstance(part, bytes) else str(part).encode("utf-8", "replace") for part in parts)
    return hashlib.sha256(whole).hexdigest()
