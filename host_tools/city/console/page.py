"""Makes a page: its template, in the language of the request, with what all pages show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar.response import Template

from host_tools.city.console.access.roles import ENGINEER, may
from host_tools.city.console.city import city_of
from host_tools.city.console.request_types import Web
from host_tools.language.language import CODES, Language, sentences
from host_tools.language.sentence import retold

STORED = ("commands", "rollouts", "updates", "site_check")  # whose sentences are kept in the store, in English
LANGUAGE_COOKIE, THEME_COOKIE = "diya_lang", "diya_theme"
PLACES = (  # of the left bar: (path, sentence, key after g, role)
    ("/", "map", "m", ""), ("/alarms", "alarms", "a", ""), ("/orders", "orders", "o", ""),
    ("/commands", "commands", "c", ""), ("/programmes", "programmes", "p", ""), ("/updates", "updates", "u", ""),
    ("/assets", "assets", "s", ""), ("/reports", "reports", "r", ""), ("/desk", "desk", "d", ENGINEER),
)  # fmt: skip


def language(request: Web) -> Language:
    """The language that the browser's user chose, else what the browser prefers, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in CODES:
        return Language(chosen)
    preferred = request.headers.get("accept-language", "").lower()
    return Language("hi" if preferred.startswith("hi") else "en")


def render(request: Web, template: str, **values: Any) -> Template:
    """The page *template* with *values*."""
    said = language(request)
    user = request.scope.get("user")
    city = city_of(request)
    common = {
        "t": sayer(said), "word": worder(said), "lang": said.code, "user": user, "title": city.title,
        "path": request.url.path,
        "places": [one for one in PLACES if not one[3] or (user and may(user.role, one[3]))],
        "theme": "light" if request.cookies.get(THEME_COOKIE) == "light" else "dark",
        "may": lambda role: user is not None and may(user.role, role),
        "moment": lambda at: moment(at, city.zone), "iso": lambda at: iso(at, city.zone), "zone": zone_name(city.zone),
        "zone_key": city.zone.key, "revision": request.scope["state"].get("revision", -1),
        "words": lambda namespace: sentences(namespace, said.code), "tell": lambda text: retold(text, said, *STORED),
    }  # fmt: skip
    return Template(template_name=template, context={**common, **values})


def sayer(said: Language) -> Callable[..., str]:
    """`t("name", value=...)` of the templates: a sentence of the namespace `console`, or of another as "other.name"."""

    def say(key: str, **values: object) -> str:
        return said.say(key if "." in key else f"console.{key}", **values)

    return say


def worder(said: Language) -> Callable[[str, str | None], str]:
    """`word("console_live.owner_", name)` of the templates: the word for *name*, or *name* where it has none.

    For names that poles and other programs send, which may be anything.
    """

    def word(prefix: str, name: str | None) -> str:
        key = f"{prefix}{name or ''}"
        return said.say(key) if said.knows(key) else (name or "")

    return word


def moment(at: int | None, zone: ZoneInfo) -> str:
    """A time of the site, to the minute; empty for None.  Its zone is said beside it by the page."""
    return "" if at is None else f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}"


def iso(at: int | None, zone: ZoneInfo) -> str:
    """For a <time datetime=...>."""
    return "" if at is None else datetime.fromtimestamp(at, zone).isoformat()


def zone_name(zone: ZoneInfo) -> str:
    """Short name of *zone* now: IST."""
    return datetime.now(zone).strftime("%Z")
