"""The plans of a site's poles, by the poles' own calendar and sun: alike poles of one place share one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from host_tools.city.ledger.plan import MINUTE_S, Plan
from host_tools.site.model import Pole, Site
from host_tools.site.night_preview import EPOCH_2000, UNIX_2000, Night
from pole.lighting import sun

MOST = 4096  # nights of kinds of poles that stay in memory
PLACES = 2  # decimals of a degree: half a kilometre is 1.2 s of the sun's way
_Key = tuple[str, tuple[str, ...], float, float]


class Plans:
    """The nights of *site* as its files say them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.contract = site.contract
        self._zone = ZoneInfo(site.timezone)
        self._risen: tuple[date, int | None] | None = None
        self._nights: dict[tuple[_Key, date], tuple[bytes, bytes]] = {}
        self._power = {
            name: tuple(round(10 * kind.power_at(level)) for level in range(101))
            for name, kind in site.luminaires.items()
        }

    def of(self, name: str, night: date) -> Plan | None:
        """The plan of the pole *name* from the noon before that of *night* to the second one after it.

        None for a pole that the files do not have: nothing is asked of it.
        """
        pole = self.site.by_name.get(name)
        if pole is None or pole.luminaire not in self._power:
            return None
        first = night - timedelta(days=1)
        days = [self._night(pole, first + timedelta(days=day)) for day in range(3)]
        start = int(datetime.combine(first, time(12), self._zone).timestamp())
        return Plan(start, b"".join(one[0] for one in days), b"".join(one[1] for one in days),
                    self._power[pole.luminaire])  # fmt: skip

    def sunrise(self, night: date) -> int | None:
        """When the sun has risen on all poles after *night* (Unix s); None where it does not before the next noon."""
        if self._risen is None or self._risen[0] != night:
            noons = (datetime.combine(night + timedelta(days=day), time(12), self._zone) for day in (0, 1))
            begins, ends = (int(one.timestamp()) for one in noons)
            places = {(round(one.latitude, PLACES), round(one.longitude, PLACES)): one for one in self.site.poles}
            risen = [
                next((rises for _sets, rises in _suns(one, night) if begins < rises < ends), None)
                for one in places.values()
            ]
            known = [one for one in risen if one is not None]
            self._risen = night, max(known) if known and len(known) == len(risen) else None
        return self._risen[1]

    def rated_w(self, name: str) -> float:
        """Watts of the pole's luminaire at full light, of all its lamps."""
        return self.site.luminaires[self.site.by_name[name].luminaire].rated_w

    def old_w(self, name: str) -> float | None:
        """Watts of the luminaire that the pole had before; None where the contract does not name it."""
        pole = self.site.by_name[name]
        return self.contract.old_watts.get(pole.luminaire, self.contract.old_watts.get(pole.road_class))

    def _night(self, pole: Pole, night_of: date) -> tuple[bytes, bytes]:
        site = self.site
        near = replace(
            pole, latitude=round(pole.latitude, PLACES), longitude=round(pole.longitude, PLACES)
        )  # fmt: skip
        rules = tuple(rule.name for rule in site.rules if not rule.groups or set(rule.groups) & set(pole.groups))
        key = (site.programme_of(pole), rules, near.latitude, near.longitude), night_of
        if key not in self._nights:
            if len(self._nights) >= MOST:
                self._nights.clear()
            self._nights[key] = _minutes(site, near, night_of)
        return self._nights[key]


def _minutes(site: Site, pole: Pole, night_of: date) -> tuple[bytes, bytes]:
    night = Night(site, pole, night_of)
    count = (night.end - night.start) // MINUTE_S
    levels, down = bytearray(count), bytearray(count)
    switches = night.switches()
    for now, ends in zip(switches, [*(one.at for one in switches[1:]), night.end], strict=True):
        first, last = (-(-(at - night.start) // MINUTE_S) for at in (now.at, ends))
        levels[first:last] = bytes([now.level]) * (last - first)
    for sets, rises in _suns(pole, night_of):
        first, last = (min(max(-(-(at - night.start) // MINUTE_S), 0), count) for at in (sets, rises))
        if first < last:
            down[first:last] = b"\1" * (last - first)
    return bytes(levels), bytes(down)


def _suns(pole: Pole, night_of: date) -> Iterator[tuple[int, int]]:
    """Sunset and the sunrise after it, of each solar day that the night may touch: near the pole these are noons."""
    first = (night_of - EPOCH_2000).days
    for day in range(first - 2, first + 3):
        sets, rises = (
            sun.event(one, pole.latitude, pole.longitude, sun.SUNRISE_ZENITH, rising)
            for one, rising in ((day, False), (day + 1, True))
        )
        yield UNIX_2000 + day * 86400 + sets, UNIX_2000 + (day + 1) * 86400 + rises
