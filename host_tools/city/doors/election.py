"""Election webcasting: around a polling station the street is not dimmed from dusk to dawn of a given night; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

import msgspec

from host_tools.city.doors.door import NoSuch, Wish, address, reason, reference
from host_tools.language.language import Spoken
from host_tools.site.door_files import NamedPlace
from host_tools.site.model import Site
from host_tools.text import quoted
from pole.lighting import sun

NAME, OWNER, HEAD, LEVEL = "election", "lock", "EL", 100
RADIUS_M = 200
BEFORE_S = 30 * 60  # dusk
LONGEST_S = 16 * 3600
AHEAD_DAYS = 366
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
UNIX_2000, EPOCH_2000 = 946684800, date(2000, 1, 1)

Station = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]


class Stations(msgspec.Struct, forbid_unknown_fields=True):
    """The polling stations of a night, by their ids in stations.csv; left out: all of them."""

    stations: Annotated[list[Station], msgspec.Meta(max_length=10_000)] | None = None


def night_of(said: str) -> date:
    """The night that begins on the date *said*.  Raises Spoken."""
    try:
        if not _DATE.fullmatch(said):
            raise ValueError  # Python takes a date of a week too
        return date.fromisoformat(said)
    except ValueError:
        raise Spoken("doors.night_bad", value=quoted(said, 40)) from None


def station_of(stations: Mapping[str, NamedPlace], name: str) -> NamedPlace:
    """The polling station *name* of the site.  Raises NoSuch."""
    found = stations.get(name)
    if found is None:
        raise NoSuch("doors.no_station", name=quoted(name, 40))
    return found


def span(site: Site, night: date) -> tuple[int, int]:
    """From half an hour before dusk to dawn (civil twilight) of *night* at *site*: Unix s."""
    day = (night - EPOCH_2000).days
    place = (site.latitude, site.longitude, sun.TWILIGHT_ZENITH)
    dusk = UNIX_2000 + day * 86400 + sun.event(day, *place, False)
    dawn = UNIX_2000 + (day + 1) * 86400 + sun.event(day + 1, *place, True)
    begins = dusk - BEFORE_S
    return begins, min(dawn, begins + LONGEST_S)


def check_night(site: Site, night: date, now: int) -> None:
    """Raises Spoken where *night* is over at *now* (Unix s), or more than a year ahead."""
    begins, ends = span(site, night)
    if ends <= now:
        raise Spoken("doors.night_over", night=night.isoformat())
    if begins > now + AHEAD_DAYS * 86400:
        raise Spoken("doors.night_far", night=night.isoformat(), days=AHEAD_DAYS)


def wish(site: Site, station: NamedPlace, night: date, now: int) -> Wish:
    """The lock around *station* in *night*, as it is ordered at *now* (Unix s)."""
    begins, ends = span(site, night)
    where = {"latitude": station.latitude, "longitude": station.longitude, "radiusM": RADIUS_M}
    return Wish(
        NAME, OWNER, LEVEL, reason(f"polling station {station.id}"), ref(night, station.id),
        address("station", station.id), {"circle": where}, ends, begins if begins > now else None, RADIUS_M,
    )  # fmt: skip


def ref(night: date, station: str) -> str:
    """The reference of the lock around the station called *station* in *night*."""
    return reference(HEAD, f"{night.isoformat()}-{station}")


def night_before(night: date) -> date:
    return night - timedelta(days=1)
