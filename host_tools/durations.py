"""Parses spans and moments as people type them: ``30m``, ``1h30m``, ``22:30``, ``2026-11-08T22:30``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from host_tools.language.refusal import Refusal

_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+)s)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def span(text: str) -> int:
    """Seconds of ``1d``, ``2h``, ``30m``, ``90s`` or several of them in this order.  Raises CommandError."""
    found = _SPAN.fullmatch(text.replace(" ", "")) if text and len(text) <= 32 else None
    parts = [int(part or 0) for part in found.groups()] if found else [0]
    seconds = sum(part * size for part, size in zip(parts, (86400, 3600, 60, 1), strict=False))
    if seconds <= 0:
        raise Refusal("commands.span", value=repr(text))
    return seconds


def moment(text: str, now: float, zone: ZoneInfo) -> int:
    """Unix seconds of *text*, local time in *zone*: the next ``22:30``, or ``2026-11-08T22:30``.  Raises CommandError.

    A local time that comes twice is the first of the two.
    """
    found = _CLOCK.fullmatch(text)
    if found:
        today = datetime.fromtimestamp(now, zone)
        for days in (0, 1, 2):  # two where clocks going forward jump over it tomorrow
            day = today.date() + timedelta(days=days)
            at = datetime(day.year, day.month, day.day, int(found[1]), int(found[2]), tzinfo=zone)
            if at.timestamp() > now:
                return int(at.timestamp())
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("commands.time", value=repr(text)) from None
    unix = int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp())
    if unix <= now:
        here = datetime.fromtimestamp(now, zone)
        raise Refusal("commands.time_past", value=repr(text), now=f"{here:%Y-%m-%dT%H:%M}")
    return unix
