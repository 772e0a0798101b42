"""What the record holds, a line each, for a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.city.record.query import Reader
from host_tools.text import safe
from host_tools.wire.chatter import chatter_of, words


def event(row: dict[str, Any], reader: Reader) -> str:
    """An event."""
    word = {True: "begins", False: "ends", None: "noted"}[row["startEndFlag"]]
    sound = reader.believed.sound(row["timestamp"])
    when = _time(row["timestamp"], reader.zone) if sound else f"came {_time(row['receivedAt'], reader.zone)}"
    number = f"{row['epoch']}-{row['sequence']}"
    later = ", replayed" if row["replayed"] else ""
    chatter = chatter_of(row["attributes"], row["startEndFlag"] is True)
    often = f", {words(chatter, reader.zone)}" if chatter else ""
    return safe(f"{when} {row['pole']} {row['eventType']} {word}{often} ({number}{later})")


def gap(row: dict[str, Any], reader: Reader) -> str:
    """Records that are missing, or gone for good."""
    state = f"missing, asked for {row['tries']} times" if row["state"] == "missing" else f"gone: {row['state']}"
    return f"{row['pole']} {row['epoch']} {row['from']} to {row['to']}: {state}"


def pole(row: dict[str, Any], reader: Reader) -> str:
    """What is known of a pole."""
    state = row["state"] or {}
    word = {True: "online", False: "offline", None: "unknown"}[row["online"]]
    if row["online"] is False and reader.dark(row["pole"]):
        word = "off, for its feeder is switched off by day"
    seen = _time(row["lastSeen"], reader.zone) or "never"
    malformed = f", {row['malformed']} messages without sense" if row["malformed"] else ""
    twice = f", {row['conflicts']} ids given twice" if row["conflicts"] else ""
    light = f", {state.get('level')} % {state.get('owner')}: {state.get('reason')}" if state else ""
    often = {name: f" ({one['count']} times)" for name, one in row["chatter"].items()}
    faults = f", open: {', '.join(name + often.get(name, '') for name in row['faults'])}" if row["faults"] else ""
    return safe(f"{row['pole']} {word}, last heard {seen}{light}{faults}{malformed}{twice}")


def _time(unix: int | None, zone: ZoneInfo) -> str:
    """Local time; empty for none, a dash for one that no calendar holds."""
    if unix is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(unix, zone):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        return "-"
