"""Feeders that a contactor switches: their poles have no supply by day, and that is no fault.

A feeder `switched = "dusk-dawn"` must have supply from MARGIN_S after sunset to MARGIN_S before sunrise; a contactor is
set by an astronomical clock or a photocell, and either is some half an hour beside them.  At any other time its poles
may be silent.  A pole that is not back MARGIN_S after sunset counts as missing from that moment on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from host_tools.city.correlation.history import BROKER, Absence
from host_tools.site.model import Pole, Site
from pole.lighting import sun

MARGIN_S = 2700
DAY_S = 86400
UNIX_2000 = 946684800
MOST_DAYS = 400  # of one absence that are examined, the latest


@dataclass(frozen=True)
class Switched:
    """The poles on switched feeders of a place (degrees north and east)."""

    poles: frozenset[str]
    latitude: float
    longitude: float

    def dark(self, pole: str, at: int) -> bool:
        """Whether *pole* may be without supply at *at* (Unix s)."""
        return pole in self.poles and self.by_day(at)

    def by_day(self, at: int) -> bool:
        """Whether these feeders may be off at *at* (Unix s)."""
        return bool(self.poles) and _by_day(self.latitude, self.longitude, at)

    def missed(self, absences: Iterable[Absence], now: int) -> list[Absence]:
        """*absences* as they are at *now*, without the time at which they are expected; in order."""
        out: list[Absence] = []
        for one in absences:
            if one.pole in self.poles and one.cause != BROKER:
                out += self._missed(one, now)
            else:
                out.append(one)
        return sorted(out, key=lambda one: one.order)

    def _missed(self, one: Absence, now: int) -> Iterator[Absence]:
        until = now if one.ends is None else one.ends
        since = max(one.begins, until - MOST_DAYS * DAY_S)
        for begins, ends in _nights(self.latitude, self.longitude, since, until):
            if one.begins >= ends or until < begins or (until == begins and one.begins < begins):
                continue
            part = one
            if one.begins < begins:  # it was not back when it had to be
                part = replace(part, begins=begins, earliest=begins, alive=None)
            elif one.earliest < begins:  # noticed within this night, and expected before it
                part = replace(part, earliest=begins)
            yield part if until < ends else replace(part, ends=ends)


@lru_cache(maxsize=16)
def _by_day(latitude: float, longitude: float, at: int) -> bool:
    return not any(begins <= at < ends for begins, ends in _nights(latitude, longitude, at, at))


def _nights(latitude: float, longitude: float, since: int, until: int) -> Iterator[tuple[int, int]]:
    """When there must be supply, in all nights that touch *since* to *until*."""
    for day in range((since - UNIX_2000) // DAY_S - 2, (until - UNIX_2000) // DAY_S + 2):
        begins = sun_at(day, latitude, longitude, rising=False) + MARGIN_S
        ends = sun_at(day + 1, latitude, longitude, rising=True) - MARGIN_S
        if begins < ends and ends > since and begins <= until:
            yield begins, ends


def sun_at(day: int, latitude: float, longitude: float, *, rising: bool) -> int:
    """Sunrise or sunset (Unix s) of the UTC *day* since 2000."""
    return UNIX_2000 + day * DAY_S + int(sun.event(day, latitude, longitude, sun.SUNRISE_ZENITH, rising))


def switched(site: Site, poles: Iterable[Pole] | None = None) -> Switched:
    """The poles of *site* whose feeder is switched."""
    own = site.poles if poles is None else poles
    return Switched(frozenset(pole.name for pole in own if pole.feeder in site.switched), site.latitude, site.longitude)


NOTHING = Switched(frozenset(), 0.0, 0.0)  # of a site that has no switched feeder, or no files
