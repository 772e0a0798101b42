"""Finds a pole, a ward, a feeder or another group, and an alarm, by a few letters or a number."""

from __future__ import annotations

from urllib.parse import quote

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from host_tools.city.console.access.roles import VIEWER, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.live.view import View
from host_tools.city.console.page import language, render
from host_tools.city.console.pages.live import tracker_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.console.words import meaning
from host_tools.language.language import Language

MOST = 8  # of each kind
LONGEST = 80  # characters of a question

Found = tuple[str, str, str, str]  # kind, what is found, what else is said of it, where it is


@get("/search", guards=[needs(VIEWER)])
@in_thread
def search(request: Web, q: FromQuery[str] = "", part: FromQuery[str] = "") -> Template:
    """What *q* finds, as a page; with *part* only the list, for the field in the top bar."""
    asked = q.strip()[:LONGEST]
    found = find(city_of(request), tracker_of(request).view, asked, language(request)) if asked else []
    return render(request, "search_list.html" if part else "search.html", q=asked, found=found)


def find(city: City, view: View, asked: str, said: Language) -> list[Found]:
    """Poles, groups and open alarms that *asked* is a part of; those that begin with it first."""
    wanted = asked.casefold()
    return [*_poles(city, view, wanted), *_groups(city, wanted), *_alarms(view, wanted, said)]


def _poles(city: City, view: View, wanted: str) -> list[Found]:
    known = city.site.by_name if city.site else {}
    found = []
    for name in known.keys() | view.poles.keys():
        label = known[name].label if name in known else ""
        at = min((text.casefold().find(wanted) for text in (name, label) if wanted in text.casefold()), default=-1)
        if at >= 0:
            found.append((at, name))
    out = []
    for _at, name in sorted(found)[:MOST]:
        one = known.get(name)
        rest = " · ".join(part for part in (one.label, one.ward, one.feeder, one.road_class) if part) if one else ""
        out.append(("pole", name, rest, f"/?pole={quote(name, safe='')}"))
    return out


def _groups(city: City, wanted: str) -> list[Found]:
    if city.site is None:
        return []
    out: dict[tuple[str, str], Found] = {}
    for pole in city.site.poles:
        for kind, name in (("ward", pole.ward), ("feeder", pole.feeder), ("class", pole.road_class)):
            called = city.site.called(name)
            if name and (kind, name) not in out and wanted in called.casefold():
                rest = called.removeprefix(name).strip()
                out[kind, name] = (kind, name, rest, f"/?{kind}={quote(name, safe='')}")
    return sorted(out.values(), key=lambda one: (one[1].casefold().find(wanted), one[1]))[:MOST]


def _alarms(view: View, wanted: str, said: Language) -> list[Found]:
    out = []
    for one in sorted(view.alarms.values(), key=lambda one: (one.severity, one.id)):
        if not one.own:
            continue
        text = meaning(one.kind, said)
        if wanted in (str(one.id), f"#{one.id}") or any(
            wanted in part.casefold() for part in (one.kind, one.name, text)
        ):
            out.append(("alarm", f"{one.name or '-'}: {text}", "", f"/alarms#alarm-{one.id}"))
        if len(out) == MOST:
            break
    return out


ROUTES = [search]
