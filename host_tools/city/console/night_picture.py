"""A night as a picture: the levels of its switches as an SVG path from two hours before sunset to two after sunrise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from host_tools.site.model import Luminaire, Site
from host_tools.site.night_preview import Course, Switch

WIDTH, HEIGHT, MARGIN_S = 720, 140, 2 * 3600


@dataclass(frozen=True)
class Tick:
    """A place on the axis: *x* in units of the picture."""

    x: float
    text: str


@dataclass(frozen=True)
class NightPicture:
    """One kind of pole through one night.  ``kwh`` of all its poles, ``full_kwh`` where they burnt fully all night."""

    name: str
    poles: int
    path: str
    dark: tuple[float, float]  # x of sunset, and of sunrise
    ticks: tuple[Tick, ...]
    switches: tuple[Switch, ...]
    kwh: float
    full_kwh: float

    @property
    def saved(self) -> int:
        """Percent of the energy of a full night that is not taken."""
        return round(100 * (1 - self.kwh / self.full_kwh)) if self.full_kwh else 0


def picture(site: Site, course: Course, zone: ZoneInfo) -> NightPicture:
    """The picture of *course*."""
    marks = {mark.label: mark.at for mark in course.night.sun()}
    sunset, sunrise = marks["sunset"], marks["sunrise"]
    since, until = sunset - MARGIN_S, sunrise + MARGIN_S

    def x(at: int) -> float:
        return round(WIDTH * (min(max(at, since), until) - since) / (until - since), 1)

    before = [one for one in course.switches if one.at <= since] or course.switches[:1]
    steps = [f"H{x(one.at)}V{_y(one.level)}" for one in course.switches if since < one.at < until]
    first = datetime.fromtimestamp(since, zone).replace(minute=0, second=0) + timedelta(hours=1)
    hours = range(int(first.timestamp()), until, 2 * 3600)
    after = [*(one.at for one in course.switches[1:]), course.night.end]
    spans = [(one.level, end - one.at) for one, end in zip(course.switches, after, strict=True)]
    lamps = [site.luminaires[pole.luminaire] for pole in course.poles]
    return NightPicture(
        course.name, len(course.poles), f"M0 {_y(before[-1].level)}{''.join(steps)}H{WIDTH}", (x(sunset), x(sunrise)),
        tuple(Tick(x(at), f"{datetime.fromtimestamp(at, zone):%H:%M}") for at in hours), tuple(course.switches),
        _kwh(lamps, spans), _kwh(lamps, [(100, sunrise - sunset)]),
    )  # fmt: skip


def _y(level: int) -> float:
    return round(HEIGHT - (HEIGHT - 10) * level / 100, 1)


def _kwh(lamps: list[Luminaire], spans: list[tuple[int, int]]) -> float:
    """*spans* are (level, seconds)."""
    return sum(lamp.power_at(level) * seconds for lamp in lamps for level, seconds in spans) / 3.6e6
