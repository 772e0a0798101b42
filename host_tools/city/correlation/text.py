"""Faults of a street in plain words, for the operator on duty."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from host_tools.city.correlation import fault
from host_tools.city.correlation.fault import Fault

NAMED = 8  # the most poles, or runs of them, on a line

# kind: sentence for a fault that is open, and for one that is over
_HEADS = {
    fault.BROKER: ("The broker cannot be reached", "The broker could not be reached"),
    fault.NETWORK: ("The network is down", "The network was down"),
    fault.ACCESS_POINT: ("Access point {} is down", "Access point {} was down"),
    fault.WEAK_ACCESS_POINT: ("Access point {} is weak", "Access point {} was weak"),
    fault.FEEDER: ("Feeder {} is off", "Feeder {} was off"),
    fault.POLE: ("Pole {} is silent", "Pole {} was silent"),
}


def lines(now: int, since: int, faults: list[Fault], zone: ZoneInfo) -> list[str]:
    """*faults* as known at *now*, those over being over since *since* (Unix s); times are in *zone*."""
    going = sum(one.ends is None for one in faults)
    out = [
        f"{moment(now, zone)}: {_count(going, 'fault')} now, {len(faults) - going} over since {moment(since, zone)}."
    ]
    for one in faults:
        out += _lines(one, now, zone)
    return out


def _lines(one: Fault, now: int, zone: ZoneInfo) -> list[str]:
    over = one.ends is not None
    until = f" until {moment(one.ends, zone)}" if one.ends is not None else ""
    lasted = span((now if one.ends is None else one.ends) - one.begins)
    again = f", {one.times} times" if one.times > 1 else ""
    out = [
        "",
        f"{'OVER' if over else 'NOW '} {_head(one.kind, one.name, over)}{_or_else(one, over)}: {_figures(one, zone)}",
        f"     since {moment(one.begins, zone)}{until} ({lasted}{again})",
        f"     probable cause: {one.cause}",
    ]
    if not over:
        out.append(f"     carry: {one.carry}")
    if one.kind != fault.POLE:
        out.append(f"     poles: {names(one.poles if over else one.silent or one.poles)}")
    return out


def _head(kind: str, name: str, over: bool) -> str:
    return _HEADS[kind][over].format(name)


def _or_else(one: Fault, over: bool) -> str:
    """The other possible cause, while no pole is back to report which it is."""
    kind, _, name = one.evidence.get("orElse", "").partition(" ")
    if not kind:
        return ""
    head = _head(kind, name, over)
    return f", or {head[0].lower()}{head[1:]}"


def _figures(one: Fault, zone: ZoneInfo) -> str:
    there, drops = one.evidence["polesThere"], one.evidence["drops"]
    of = f"{len(one.poles)} of {_count(there, 'pole')}"
    if one.kind == fault.POLE:
        return "it fell silent alone" if drops == 1 else f"it fell silent alone, {drops} times"
    if one.kind == fault.WEAK_ACCESS_POINT:
        other = one.evidence["unsteadyElsewhere"]
        return f"{of} dropped and rejoined, {drops} drops in all; elsewhere {other['poles']} of {other['of']} do"
    lost = one.evidence["supplyLost"]
    told = f", {lost} say that they lost their supply" if lost else ""
    if "lastAlive" in one.evidence:
        told += f" after {moment(one.evidence['lastAlive'], zone)}"
    return f"{of} fell silent{told}" + ("" if one.ends is not None else f", {len(one.silent)} still are")


def names(poles: Iterable[str]) -> str:
    """`P0001 to P0020, P0033`: runs by number, NAMED of them at most, and how many more poles."""
    runs: list[list[str]] = []
    for pole in sorted(poles):
        if runs and _next(runs[-1][-1]) == pole:
            runs[-1].append(pole)
        else:
            runs.append([pole])
    shown = [run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs[:NAMED]]
    more = sum(len(run) for run in runs[NAMED:])
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _next(pole: str) -> str:
    found = re.fullmatch(r"(.*?)(\d+)", pole)
    return f"{found[1]}{int(found[2]) + 1:0{len(found[2])}d}" if found else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def span(seconds: int) -> str:
    """*seconds* in days, hours and minutes; below a minute in seconds."""
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    days, hours = divmod(hours, 24)
    return " ".join(f"{value} {unit}" for value, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if value)


def moment(unix: int, zone: ZoneInfo) -> str:
    """Local date and time, to the minute."""
    return f"{datetime.fromtimestamp(unix, zone):%Y-%m-%d %H:%M}"
