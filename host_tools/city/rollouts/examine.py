"""Examines other programmes for a site: the mistakes, the poles that get other settings, and those that get darker.

By the site's own loader and the poles' own check and calendar; pure but for the site's folder, which is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from host_tools.errors import CommandError
from host_tools.site import sections
from host_tools.site.check import refusals
from host_tools.site.load import SITE_FILE, read_text
from host_tools.site.model import Pole, Problem, Site
from host_tools.site.night_preview import Night
from host_tools.site.pole_settings import pole_config
from host_tools.site.section_splice import spliced

NIGHTS = 366  # about a second for a kind of poles that gets no darker
_LIGHT = ("programme", "programmes", "rules", "byDay")  # the settings of a pole that a rollout may change


@dataclass(frozen=True)
class Examined:
    """*site* with the new programmes; None where they, or its own files, hold *problems*.

    *touched*: {pole: its kind} of those that get other settings; those of a kind get the same.  *darker*: those of
    them that have less light at some time of a night of the coming year.  *before*: the sections as they are, and
    *now* the site with these.
    """

    site: Site | None
    problems: tuple[Problem, ...] = ()
    touched: Mapping[str, str] = field(default_factory=dict)
    darker: frozenset[str] = frozenset()
    before: Mapping[str, object] = field(default_factory=dict)
    now: Site | None = None


def examine(
    folder: Path, values: sections.Values, today: date, present: sections.Values | None = None
) -> Examined:  # fmt: skip
    """Examines the sections *values* for the site in *folder*, for the year from *today* on.  Raises CommandError.

    *present*: the sections that are in force, where they are not those of the folder.
    """
    text = read_file(folder) if present is None else spliced(read_file(folder), present)
    before = sections.values_of(text)
    now, mistakes = read_text(text, folder)
    if now is None or mistakes:
        return Examined(None, tuple(mistakes), before=before)
    site, mistakes = read_text(spliced(text, values), folder)
    if site is None or mistakes:
        return Examined(None, tuple(mistakes), before=before)
    start = int(datetime(today.year, today.month, today.day, 12, tzinfo=ZoneInfo(site.timezone)).timestamp())
    touched: dict[str, str] = {}
    darker: set[str] = set()
    for poles in _kinds(now, site):
        one = poles[0]
        if found := list(refusals(site, one, start)):
            return Examined(None, tuple(found), before=before)
        if _light(now, one, start) == _light(site, one, start):
            continue
        touched |= {pole.name: f"{site.programme_of(one)} {one.name}" for pole in poles}
        if gets_darker(now, site, one, today):
            darker |= {pole.name for pole in poles}
    return Examined(site, (), touched, frozenset(darker), before, now)


def read_file(folder: Path) -> str:
    """The text of the site file in *folder*.  Raises CommandError."""
    try:
        return (folder / SITE_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"the file {folder / SITE_FILE} cannot be read: {error}") from error


def gets_darker(present: Site, site: Site, pole: Pole, today: date) -> bool:
    """Whether *pole* has less light by *site* than by *present* at any time with the sun down in the year from *today*
    on."""
    before = after = None
    for day in range(NIGHTS):
        night_of = today + timedelta(days=day)
        was = Night(present, pole, night_of, before.calendar if before else None)
        will = Night(site, pole, night_of, after.calendar if after else None)
        before, after = was, will
        if any(new < old for old, new in _levels(was, will)):
            return True
    return False


def _levels(was: Night, will: Night) -> Iterator[tuple[int, int]]:
    """The level by each, at every moment between sunset and sunrise at which one of them changes."""
    sunset, _, _, sunrise = (mark.at for mark in was.sun())
    moments = {sunset, *(one.at for night in (was, will) for one in night.switches() if sunset <= one.at < sunrise)}
    for at in sorted(moments):
        yield _level(was, at), _level(will, at)


def _level(night: Night, at: int) -> int:
    return [one.level for one in night.switches() if one.at <= at][-1]


def _kinds(present: Site, site: Site) -> list[list[Pole]]:
    """The poles of *site*, those together that programmes and rules of both do not tell apart."""
    ruled = {group for one in (present, site) for rule in one.rules for group in rule.groups}
    kinds: dict[tuple[str, ...], list[Pole]] = {}
    for pole in site.poles:
        kinds.setdefault((pole.road_class, *(group for group in pole.groups if group in ruled)), []).append(pole)
    return list(kinds.values())


def _light(site: Site, pole: Pole, start: int) -> dict[str, object]:
    given = pole_config(site, pole, start)
    return {name: given.get(name) for name in _LIGHT}
