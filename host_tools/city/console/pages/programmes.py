"""Programmes: the calendar of the year, and a night of it as the poles' own code will light it."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.night_picture import HEIGHT, WIDTH, NightPicture, picture
from host_tools.city.console.page import render
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.console.year_calendar import months
from host_tools.errors import CommandError
from host_tools.site.model import Site
from host_tools.site.night_preview import courses
from host_tools.text import quoted

FIRST, LAST = date(2024, 1, 1), date(2060, 12, 31)  # of what the poles' own sun is tried for


@get("/programmes", guards=[needs(VIEWER)])
@in_thread
def programmes_page(request: Web, night: FromQuery[str] = "") -> Template:
    """The night of the evening of *night* (default: tonight's), drawn for each kind of pole."""
    city = city_of(request)
    if city.site is None:
        return render(request, "programmes.html", shown=None)
    with city.reading() as connection:
        today = datetime.fromtimestamp(city.now(connection) - 12 * 3600, city.zone).date()
    shown = _date(night) if night else today
    pictures = _pictures(city.site, shown)
    used, full = sum(one.kwh for one in pictures), sum(one.full_kwh for one in pictures)
    return render(
        request, "programmes.html", shown=shown, pictures=pictures, months=months(city.site.rules, shown.year),
        rules=[rule.name for rule in city.site.rules], width=WIDTH, height=HEIGHT, used=used, full=full,
    )  # fmt: skip


class _ById:
    """A site as a key of a cache: it is the same as long as it is not loaded anew."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def __hash__(self) -> int:
        return id(self.site)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.site is self.site


def _pictures(site: Site, night: date) -> list[NightPicture]:
    return _drawn(_ById(site), night)


@lru_cache(maxsize=64)
def _drawn(key: _ById, night: date) -> list[NightPicture]:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(key.site.timezone)
    return [picture(key.site, course, zone) for course in courses(key.site, key.site.poles, night)]


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not FIRST <= found <= LAST:
        raise CommandError(f"the night is {quoted(text, 20)} and must be a date from {FIRST} to {LAST}")
    return found


ROUTES = [programmes_page]
