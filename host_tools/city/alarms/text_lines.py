"""Alarms in plain words, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.city.alarms.alarm import Alarm
from host_tools.city.alarms.severity import NAMES
from host_tools.city.correlation import fault
from host_tools.city.correlation.text import moment, names, span
from host_tools.wire import chatter
from host_tools.wire.event_types import ending
from host_tools.wire.payload import text

_UNITS = {
    "level": "%", "activePower": "W", "expectedPower": "W expected", "supplyVoltage": "V", "supplyCurrent": "A",
    "powerFactor": "power factor", "temperature": "°C",
}  # fmt: skip


def kinds() -> set[str]:
    """Every kind of alarm that there is a sentence for."""
    return {*ending(), *fault.KINDS}


def head(shown: Iterable[Alarm], now: int, zone: ZoneInfo) -> str:
    """How many alarms are open, by severity."""
    count = Counter(one.severity for one in shown if one.ended is None)
    total = sum(count.values())
    by = ", ".join(f"{number} {NAMES[severity]}" for severity, number in sorted(count.items()))
    return f"{moment(now, zone)}: {total or 'no'} open alarm{'' if total == 1 else 's'}{': ' + by if by else ''}."


def lines(one: Alarm, now: int, zone: ZoneInfo) -> list[str]:
    """*one* at *now* (Unix s)."""
    called = f"{one.kind} {one.name}".strip()
    many = f", {len(one.poles)} poles" if len(one.poles) > 1 else ""
    since = "from before the record" if one.since is None else f"since {moment(one.since, zone)}"
    seconds = -1 if one.since is None else (now if one.ended is None else one.ended) - one.since
    lasted = f" ({span(seconds)})" if seconds >= 0 else ""  # below 0: a clock was set back since
    until = "" if one.ended is None else f" until {moment(one.ended, zone)}"
    out = [f"{NAMES[one.severity] if one.ended is None else 'closed':9} {called}{many} {since}{until}{lasted}"]
    if one.chatter:
        away = ", not there just now" if one.ended is None and not one.chatter.there else ""
        word = "comes and goes" if one.ended is None else "came and went"
        out.append(f"          {word}: {chatter.words(one.chatter, zone)}{away}")
    elif one.times > 1:
        out.append(f"          came {one.times} times")
    shown = [f"{value:g} {_UNITS[key]}" for key, value in one.evidence.items() if key in _UNITS and _is_number(value)]
    if "measured" in one.evidence:
        shown.append(f"measured {text(str(one.evidence['measured']), 40)}")
    if shown:
        out.append(f"          evidence: {', '.join(shown)}")
    effects = one.evidence.get("effects")
    if effects:
        out.append(f"          with it: {', '.join(effects)}")
    if one.cause:
        out.append(f"          probable cause: {text(one.cause, 300)}")
    if one.carry and one.ended is None:
        out.append(f"          carry: {text(one.carry, 200)}")
    if len(one.poles) > 1:
        out.append(f"          poles: {names(one.poles)}")
    return out


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
