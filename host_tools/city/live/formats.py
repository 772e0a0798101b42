"""Formats times, ages and levels for the live view and the plain lines."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo


def ago(seconds: float) -> str:
    """A span in its largest whole unit: ``45 s``, ``3 min``, ``2 h``, ``9 d``."""
    whole = max(0, int(seconds))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def clock(unix: float, zone: ZoneInfo) -> str:
    """Local time of day with seconds; a dash for a time no calendar holds."""
    moment = _moment(unix, zone)
    return moment.strftime("%H:%M:%S") if moment else "-"


def until(unix: int | None, now: float, zone: ZoneInfo) -> str:
    """When something ends: the local time, with the date where it is not within the next 20 hours."""
    if unix is None:
        return "-"
    moment = _moment(unix, zone)
    if moment is None:
        return "-"
    return moment.strftime("%H:%M" if abs(unix - now) < 20 * 3600 else "%d %b %H:%M")


def watts(power: float | None) -> str:
    return "-" if power is None else f"{power:.1f} W"


def natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """A key that sorts W2 before W10."""
    parts = re.split(r"([0-9]{1,18})", name)
    return tuple((place % 2 == 1, int(part) if place % 2 else 0, part) for place, part in enumerate(parts))


def faults(count: int, unknown: int, poles: int) -> str:
    """How many faults are open, where *unknown* of *poles* do not report which of theirs are."""
    if not unknown:
        return f"{count} fault{'' if count == 1 else 's'}"
    if unknown == poles and not count:
        return "faults not known from the broker alone"
    return f"{count} fault{'' if count == 1 else 's'}, not known of {unknown} poles"


def _moment(unix: float, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.fromtimestamp(unix, zone)
    except (OverflowError, ValueError, OSError):
        return None
