"""Programmes: the calendar of the year, and a night of it as the poles' own code will light it."""

from __future__ import annotations

from datetime import date

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from host_tools.city.console import programme_drafts, rollout_view
from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.night_picture import HEIGHT, WIDTH, picture
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.console.year_calendar import months
from host_tools.city.rollouts import rollout_rows
from host_tools.city.store.local_time import LocalTime
from host_tools.errors import CommandError
from host_tools.site.night_preview import courses
from host_tools.text import quoted

FIRST, LAST = date(2024, 1, 1), date(2060, 12, 31)  # of what the poles' own sun is tried for
ROLLOUTS = 10  # the newest, on the page


@get("/programmes", guards=[needs(VIEWER)])
@in_thread
def programmes_page(request: Web, night: FromQuery[str] = "") -> Template:
    """The night of the evening of *night* (default: tonight's), drawn for each kind of pole."""
    city = city_of(request)
    if city.site is None:
        return render(request, "programmes.html", shown=None)
    with city.reading() as connection:
        tonight = LocalTime(city.zone).night(city.now(connection))
        rollouts = rollout_view.lines(connection, rollout_rows.newest(connection, ROLLOUTS), language(request))
        drafts = programme_drafts.drafts(connection)
    shown = night_asked(night) if night else tonight
    pictures = [picture(city.site, one, city.zone) for one in courses(city.site, city.site.poles, shown)]
    used, full = sum(one.kwh for one in pictures), sum(one.full_kwh for one in pictures)
    return render(
        request, "programmes.html", shown=shown, pictures=pictures, months=months(city.site.rules, shown.year),
        rules=[rule.name for rule in city.site.rules], width=WIDTH, height=HEIGHT, used=used, full=full,
        rollouts=rollouts, drafts=drafts,
    )  # fmt: skip


def night_asked(text: str) -> date:
    """The date *text* of a night.  Raises CommandError."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not FIRST <= found <= LAST:
        raise CommandError(f"the night is {quoted(text, 20)} and must be a date from {FIRST} to {LAST}")
    return found


ROUTES = [programmes_page]
