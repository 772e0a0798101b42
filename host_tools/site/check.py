"""Checks a site: the mistakes of its files, the poles' own check of their settings, and the resulting nights.

The files are read by load.py.  In addition each kind of pole is compiled and given to the pole's own check, so that a
site that passes here is never refused by a pole; and its nights are computed with the pole's own calendar, to warn of
a street that would be dark at night or lit by day because its files say so.  Two poles at one place, and names that
differ in capitals only, are most likely a mistake of the list they came from, and give a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from host_tools.language.sentence import Sentence
from host_tools.site.load import SITE_FILE, read_site
from host_tools.site.lone_segments import lone_segments
from host_tools.site.model import Pole, Problem, Site, SiteError
from host_tools.site.near_places import close_pairs
from host_tools.site.night_preview import OFF_BY_DAY, Night, Switch
from host_tools.site.pole_settings import pole_config
from host_tools.site.summary import SHOWN
from host_tools.site.time_witnesses import lone_witnesses
from pole.settings import schema
from pole.settings.schema import ConfigError

BURNS_S = 7200  # a programme may light the lamp while the sun is low; longer in one day is a mistake


@dataclass(frozen=True)
class Verdict:
    """The result of `diya site check`; ``site`` is None where its file is no TOML at all."""

    site: Site | None
    problems: list[Problem]
    warnings: list[str]


def check_site(folder: str | Path, today: date) -> Verdict:
    """Check the site in *folder*, its nights for the year from *today* on.  Raises SiteError if there is none."""
    return check_read(*read_site(folder), today)


def check_read(site: Site | None, problems: list[Problem], today: date) -> Verdict:
    """Check *site*, of whose files *problems* are the mistakes found so far; as `check_site`."""
    if site is None or problems:
        return Verdict(site, problems, [])
    start = int(datetime(today.year, today.month, today.day, 12, tzinfo=ZoneInfo(site.timezone)).timestamp())
    kinds = kinds_of(site.poles, site)
    problems = [problem for pole in kinds for problem in refusals(site, pole, start)]
    parts = (warnings_of_nights(site, kinds, today), _twins(site.poles), lone_witnesses(site), lone_segments(site))
    warnings = [] if problems else [warning for part in parts for warning in part]
    return Verdict(site, problems, warnings)


def kinds_of(poles: Iterable[Pole], site: Site) -> list[Pole]:
    """One of *poles* for each different way of being lit: the same programme and the same rules."""
    seen: dict[tuple[str, tuple[str, ...]], Pole] = {}
    known: dict[tuple[str, ...], Pole] = {}
    ruled = {group for rule in site.rules for group in rule.groups}
    for pole in poles:
        known.setdefault((pole.road_class, *(group for group in pole.groups if group in ruled)), pole)
    for pole in known.values():
        rules = tuple(rule.name for rule in site.rules if not rule.groups or set(rule.groups) & set(pole.groups))
        seen.setdefault((site.programme_of(pole), rules), pole)
    return list(seen.values())


def refusals(site: Site, pole: Pole, start: int) -> Iterator[Problem]:
    """Problems that the firmware finds in the settings of *pole*."""
    try:
        schema.complete(pole_config(site, pole, start))
    except ConfigError as error:
        for sentence in error.problems:
            yield Problem(
                SITE_FILE, 0, f"what {pole.name} is told", f"is refused by the pole: {sentence}", "must be sound"
            )
    except SiteError as error:
        yield from error.problems


def warnings_of_nights(site: Site, kinds: list[Pole], today: date) -> Iterator[Sentence]:
    """A warning for each kind of pole that is below the lit level between dusk and dawn, with the first such moment, or
    that burns by day for hours; and one for each fixed time that comes by day.
    """
    zone = ZoneInfo(site.timezone)
    kept_off: dict[str, list[date]] = {}
    for pole in kinds:
        dark: list[tuple[date, int, int]] = []
        burns: list[tuple[date, Switch, int]] = []
        calendar = None
        for day in range(366):
            night = Night(site, pole, today + timedelta(days=day), calendar)
            calendar = night.calendar
            found = night.first_below(site.lit_percent)
            if found is not None:
                dark.append((night.date, *found))
            for switch in night.kept_off():
                days = kept_off.setdefault(switch.reason.removesuffix(OFF_BY_DAY), [])
                of = datetime.fromtimestamp(switch.at, zone).date()
                if of not in days:
                    days.append(of)
            lit = night.burns_by_day()
            if lit is not None and lit[1] > BURNS_S and not _meant(site, lit[0]):
                burns.append((night.date, *lit))
        if dark:
            night_of, at, level = dark[0]
            yield Sentence(
                "site_check.dark", pole=pole.name, road=pole.road_class, nights=len(dark), night=str(night_of),
                level=level, at=f"{datetime.fromtimestamp(at, zone):%H:%M}", lit=site.lit_percent,
            )  # fmt: skip
        if burns:
            night_of, switch, seconds = burns[0]
            yield Sentence(
                "site_check.burns", pole=pole.name, road=pole.road_class, days=_days([one[0] for one in burns]),
                day=str(night_of), hours=f"{seconds / 3600:.1f}", level=switch.level, reason=switch.reason,
            )  # fmt: skip
    for reason, listed in kept_off.items():
        yield Sentence("site_check.kept_off", reason=reason, days=_days(sorted(listed)))


def _meant(site: Site, switch: Switch) -> bool:
    """Whether *switch* belongs to a programme that may burn by day."""
    name = switch.reason.split(":")[0]
    return any(rule.programme in site.by_day for rule in site.rules if rule.name == name) or name in site.by_day


def _days(days: Sequence[date]) -> Sentence:
    """How many *days* of the coming year, and from when to when."""
    if len(days) == 1:
        return Sentence("site_check.day", day=str(days[0]))
    return Sentence("site_check.days", many=len(days), first=str(days[0]), last=str(days[-1]))


def _twins(poles: Sequence[Pole]) -> Iterator[str]:
    """A warning where poles stand at one place, and one where names differ in capitals only."""
    places = close_pairs([(pole.latitude, pole.longitude) for pole in poles])
    if places:
        shown = [f"{poles[one].called} and {poles[other].called}" for one, other in places]
        yield f"{_times(len(places), 'two poles stand within 1 m of each other', 'pairs of poles do')}: {_first(shown)}"
    spelt: dict[str, str] = {}
    alike = []
    for pole in poles:
        other = spelt.setdefault(pole.name.casefold(), pole.name)
        if other != pole.name:
            alike.append(f"{other} and {pole.name}")
    if alike:
        what = _times(len(alike), "two names differ in capitals only", "pairs of names do")
        yield f"{what}, and are one file name on Windows and macOS: {_first(alike)}"


def _times(count: int, one: str, pairs: str) -> str:
    return one if count == 1 else f"{one} ({count} {pairs})"


def _first(shown: list[str]) -> str:
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return ", ".join(shown[:SHOWN]) + more
