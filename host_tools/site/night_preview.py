"""Previews one night of a pole: the levels of its own calendar, and the power they take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from host_tools.drawing.terminal_plot import Mark, Series
from host_tools.site.model import Pole, Site
from host_tools.site.pole_settings import pole_config
from pole.lighting import sun
from pole.lighting.calendar import Calendar
from pole.settings import schema

EPOCH_2000 = date(2000, 1, 1)
UNIX_2000 = 946684800
OFF_BY_DAY = ", off by day"  # behind the reason of such a switch (pole/lighting/calendar.py)


@dataclass(frozen=True)
class Switch:
    """From ``at`` (Unix s) on ``level`` percent, because of ``reason``."""

    at: int
    level: int
    reason: str


def calendar_of(site: Site, pole: Pole, start_unix: int) -> Calendar:
    """The pole's own calendar with the settings *pole* would get, good for a year from *start_unix* on."""
    return Calendar(schema.complete(pole_config(site, pole, start_unix, years=1)))


class Night:
    """The night of *pole* that starts at noon, local time, of *night_of*; ``start`` and ``end`` are Unix seconds."""

    def __init__(self, site: Site, pole: Pole, night_of: date, calendar: Calendar | None = None) -> None:
        zone = ZoneInfo(site.timezone)
        after = night_of + timedelta(days=1)
        self.date = night_of
        self.start = int(datetime(night_of.year, night_of.month, night_of.day, 12, tzinfo=zone).timestamp())
        self.end = int(datetime(after.year, after.month, after.day, 12, tzinfo=zone).timestamp())
        self._pole = pole
        self.calendar = calendar or calendar_of(site, pole, self.start)

    def switches(self) -> list[Switch]:
        """What the pole will do, from noon to noon; the first is what holds at noon."""
        return self._switches

    @cached_property
    def _switches(self) -> list[Switch]:
        out: list[Switch] = []
        at = self.start
        while at < self.end:
            now = self.calendar.at(at)
            out.append(Switch(at, now.level, now.reason))
            at = max(now.until, at + 1)
        return out

    def sun(self) -> list[Mark]:
        """Sunset, dusk (civil), dawn and sunrise of this night, by the pole's own sun."""
        return self._marks

    @cached_property
    def _marks(self) -> list[Mark]:
        return [
            Mark(self._sun(sun.SUNRISE_ZENITH, False), "sunset"),
            Mark(self._sun(sun.TWILIGHT_ZENITH, False), "dusk"),
            Mark(self._sun(sun.TWILIGHT_ZENITH, True), "dawn"),
            Mark(self._sun(sun.SUNRISE_ZENITH, True), "sunrise"),
        ]

    def first_below(self, level: int) -> tuple[int, int] | None:
        """When between dusk and dawn less than *level* percent is first asked for, and what is; None if never."""
        _, dusk, dawn, _ = (mark.at for mark in self.sun())
        switches = self.switches()
        for now, after in zip(switches, [*(one.at for one in switches[1:]), self.end], strict=True):
            if now.level < level and now.at < dawn and after > dusk:
                return max(now.at, dusk), now.level
        return None

    def kept_off(self) -> list[Switch]:
        """The points at a fixed time that would light the lamp by day, and do not."""
        return [switch for switch in self.switches() if switch.reason.endswith(OFF_BY_DAY)]

    def burns_by_day(self) -> tuple[Switch, int] | None:
        """The first switch by which the lamp burns while the sun is up, and for how many seconds of this night it does;
        None if it does not.
        """
        sunset, _, _, sunrise = (mark.at for mark in self.sun())
        first, seconds = None, 0
        for now, after in zip(self.switches(), [*(one.at for one in self.switches()[1:]), self.end], strict=True):
            lit = max(0, min(after, sunset) - now.at) + max(0, after - max(now.at, sunrise)) if now.level else 0
            first = first or (now if lit else None)
            seconds += lit
        return (first, seconds) if first else None

    def _sun(self, zenith: float, rising: bool) -> int:
        """Unix seconds of the event that falls between this noon and the next."""
        first = (self.date - EPOCH_2000).days + (1 if rising else 0)
        for day in (first, first - 1, first + 1):  # beside the date line, solar days have another date
            at: int = UNIX_2000 + day * 86400
            at += sun.event(day, self._pole.latitude, self._pole.longitude, zenith, rising)
            if self.start <= at < self.end:
                return at
        return self.start if rising else self.end  # a night that begins or ends outside these two noons


@dataclass(frozen=True)
class Course:
    """A kind of pole through one night: how many of them, by what programme, and when they do what."""

    name: str
    poles: tuple[Pole, ...]
    night: Night
    switches: list[Switch]


def courses(site: Site, poles: Iterable[Pole], night_of: date) -> list[Course]:
    """*poles* put together by what they will do in the night of *night_of*, most poles first."""
    grouped: dict[tuple[str, tuple[str, ...]], list[Pole]] = {}
    for pole in poles:
        rules = tuple(rule.name for rule in site.rules if not rule.groups or set(rule.groups) & set(pole.groups))
        grouped.setdefault((site.programme_of(pole), rules), []).append(pole)
    out: dict[str, Course] = {}
    for members in grouped.values():
        night = Night(site, members[0], night_of)
        switches = night.switches()
        # the reason in force at midnight names the programme, or the rule which replaced it
        name = next(one.reason for one in reversed(switches) if one.at <= night.start + 12 * 3600).split(":")[0]
        known = out.get(name)
        # the same night, apart from the seconds that the sun takes from one end of the city to the other
        if known and _shape(known.switches) == _shape(switches):
            out[name] = Course(name, (*known.poles, *members), known.night, known.switches)
        else:
            name = name if not known else f"{name} ({members[0].road_class})"
            out[name] = Course(name, tuple(members), night, switches)
    return sorted(out.values(), key=lambda course: (-len(course.poles), course.name))


def _shape(switches: list[Switch]) -> list[tuple[int, str]]:
    return [(switches[0].level, ""), *((one.level, one.reason) for one in switches[1:])]


def power_of(site: Site, shown: Iterable[Course]) -> Series:
    """Watts that the poles of *shown* take together through the night, from the luminaires' tables."""
    changes: dict[int, float] = {}
    for course in shown:
        kinds: dict[str, int] = {}
        for pole in course.poles:
            kinds[pole.luminaire] = kinds.get(pole.luminaire, 0) + 1
        before = 0.0
        for switch in course.switches:
            watts = sum(site.luminaires[kind].power_at(switch.level) * count for kind, count in kinds.items())
            changes[switch.at] = changes.get(switch.at, 0.0) + watts - before
            before = watts
    times = sorted(changes)
    values, total = [], 0.0
    for at in times:
        total += changes[at]
        values.append(round(total, 1))
    return Series("all of them", times, values, "power")


def energy_wh(power: Series, end: int) -> float:
    """Watt-hours under a stepped *power* until *end* (Unix s)."""
    ends = [*power.times[1:], end]
    return sum(value * (after - at) for at, after, value in zip(power.times, ends, power.values, strict=True)) / 3600
