"""Finds feeders that a contactor seems to switch though the site's files do not say so: a hint, nothing is hidden.

A feeder whose poles go silent together around sunrise and come back around sunset, on most days, is more likely
switched than broken each day.  Until its files say so, each of its days stays an outage: a real one looks the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from host_tools.city.correlation.history import BROKER, SILENT, History, Silence
from host_tools.city.correlation.switched_feeders import DAY_S, UNIX_2000, Switched, sun_at
from host_tools.site.model import Pole

DAYS = 7  # that are examined ...
MOST = 4  # ... and on how many of them it must have been so
WINDOW_S = 5400  # around sunrise and sunset
SHARE = 0.8  # of the feeder's poles
LEAST_POLES = 2


def seeming(poles: Iterable[Pole], history: History, switched: Switched) -> list[tuple[str, int]]:
    """Feeders of the site's *poles* that seem switched, and on how many of the last DAYS days; *switched* are known."""
    today = (history.now - UNIX_2000) // DAY_S
    of: dict[str, set[str]] = defaultdict(set)
    for pole in poles:
        if pole.feeder and pole.name in history.known and pole.name not in switched.poles:
            of[pole.feeder].add(pole.name)
    off: dict[int, set[str]] = {day: set() for day in range(today - DAYS, today + 1)}
    for one in history.silences:
        if one.ends is not None and one.cause != BROKER:
            for day in off:
                if _by_day(one, day, switched):
                    off[day].add(one.pole)
    out = []
    for feeder, own in sorted(of.items()):
        days = sum(len(own & gone) >= SHARE * len(own) for gone in off.values())
        if len(own) >= LEAST_POLES and days >= MOST:
            out.append((feeder, min(days, DAYS)))
    return out


def sentence(feeder: str, days: int) -> str:
    """What to do about a feeder that seems switched."""
    return (
        f"feeder {feeder} was off from about sunrise to about sunset on {days} of the last {DAYS} days: if a contactor"
        f' switches it, write {feeder} = {{switched = "dusk-dawn"}} under [feeders] in site.toml, and its days are no'
        " outage any more"
    )


def _by_day(one: Silence, day: int, place: Switched) -> bool:
    gone = one.last_seen if one.cause == SILENT and one.last_seen is not None else one.begins
    if abs(gone - sun_at(day, place.latitude, place.longitude, rising=True)) > WINDOW_S or one.ends is None:
        return False
    return abs(one.ends - sun_at(day, place.latitude, place.longitude, rising=False)) <= WINDOW_S
