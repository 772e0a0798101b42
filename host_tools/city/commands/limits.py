"""Judges whether a role may give an order, and whether a second person has to agree; pure.

The same function is asked by the page before an order is written, and by the receiver, which trusts no row, before
anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from host_tools.city.commands.order import CANCEL, CANCEL_S, Order
from host_tools.site.limit import Limit
from host_tools.site.model import Site
from host_tools.text import quoted
from pole.lighting import sun

DARKENED = 50  # poles that one person may darken at night
EMERGENCY_S = 24 * 3600
AHEAD_S = 7 * 86400  # latest beginning
DAY_S, UNIX_2000 = 86400, 946684800


@dataclass(frozen=True)
class Ruling:
    """*refused*: why it may not be given at all.  *second*: why a second person has to agree.  Empty: neither."""

    refused: str = ""
    second: str = ""


def judge(
    order: Order, targets: Mapping[str, int | None], limits: Mapping[str, Limit], floor: int, night: bool, now: int,
    others: int = 0,
) -> Ruling:  # fmt: skip
    """The ruling on *order*, which is given *now* (Unix s).

    *targets*: its poles, each with the percent it is to have at the moment, None where that is not known.  *floor*: the
    site's, percent.  *night*: whether any of its time is in the night.  *others*: poles beside them that orders of one
    person darken already.
    """
    limit = limits.get(order.role)
    if limit is None:
        return Ruling(f"the role is {quoted(order.role, 40)} and must be one of {', '.join(sorted(limits))}")
    if not targets:
        return Ruling("it is for no pole, and must be for one at least")
    if order.owner not in limit.owners:
        return Ruling(f"the owner is {order.owner} and must be, for {order.role}, {' or '.join(limit.owners)}")
    if order.expiration <= now:
        return Ruling(f"the expiration is {order.expiration} and must be after now, {now}")
    if order.kind == CANCEL:
        latest = now + CANCEL_S + DAY_S
        late = order.expiration > latest
        return Ruling(f"the expiration is {order.expiration} and must be at most {latest}") if late else Ruling()
    refused = _outside(order, limit, now)
    return Ruling(refused) if refused else Ruling(second=_grave(order, targets, limit, floor, night, others))


def _outside(order: Order, limit: Limit, now: int) -> str:
    level = order.level or 0
    if not limit.lowest <= level <= limit.highest:
        return f"the level is {level} and must be, for {order.role}, {limit.lowest} to {limit.highest} percent"
    begins = max(now, order.begins)
    if begins > now + AHEAD_S:
        return f"the start is {order.start} and must be at most 7 days ahead, {now + AHEAD_S}"
    longest = min(limit.longest_s, EMERGENCY_S) if order.owner == "emergency" else limit.longest_s
    if order.expiration - begins > longest:
        return (
            f"it would hold for {_span(order.expiration - begins)} and must hold, for {order.role}"
            f"{' as emergency' if longest < limit.longest_s else ''}, for at most {_span(longest)}"
        )
    return ""


def _grave(
    order: Order, targets: Mapping[str, int | None], limit: Limit, floor: int, night: bool, others: int
) -> str:  # fmt: skip
    level = order.level or 0
    if len(targets) > limit.poles:
        return f"it is for {len(targets)} poles, and {order.role} alone may command {limit.poles}"
    if order.owner == "emergency" and level < floor:
        return f"its level is {level} percent, and below the site's floor, {floor}, an emergency needs two"
    if order.owner == "emergency" and level == 0:
        return "an emergency that puts lamps out needs two"
    darkened = 0 if order.raises or not night else len(darkens(level, targets))
    if darkened and darkened + others > DARKENED:
        more = f", and other orders of one person {others} more" if others else ""
        return f"it darkens {darkened} poles at night{more}, and one person alone may darken {DARKENED}"
    return ""


def darkens(level: int, targets: Mapping[str, int | None]) -> list[str]:
    """Those of *targets* {pole: percent it is to have now} that get less light by *level*.

    One that is off now, or that is not known, may be on later: it counts for any level below 100.
    """
    return [pole for pole, target in targets.items() if level < (target or 100)]


def touches_night(site: Site, since: int, until: int) -> bool:
    """Whether the sun is below the horizon of *site* at any time from *since* to *until* (Unix s)."""
    noon = 43200 - int(site.longitude * 240)
    day = (since - UNIX_2000 - noon) // DAY_S  # of the solar noon before it
    place = (site.latitude, site.longitude, sun.SUNRISE_ZENITH)
    for each in (day, day + 1):
        sets = UNIX_2000 + each * DAY_S + sun.event(each, *place, False)
        rises = UNIX_2000 + (each + 1) * DAY_S + sun.event(each + 1, *place, True)
        if max(since, sets) < min(max(until, since + 1), rises):
            return True
    return until - since > DAY_S


def _span(seconds: int) -> str:
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return f"{hours} h" + (f" {minutes} min" if minutes else "")
