"""The public page: a complaint without a login, in Hindi first; and how it goes, by its number.

All of it is below /complain, so that a proxy can publish it alone.  No cookie is set: the form has no secret, for there
is no session that a page of another site could misuse.  Nothing here orders a light.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from host_tools import drawing
from host_tools.city.complaints import book, report
from host_tools.city.complaints.lamp import lamps
from host_tools.city.complaints.services import SERVICES
from host_tools.city.complaints.words import ComplaintWords
from host_tools.city.console.access.open_pace import paced
from host_tools.city.console.city import city_of
from host_tools.city.console.geography import geography_of
from host_tools.city.console.page import iso, moment, sayer, zone_name
from host_tools.city.console.public_map import near, picture
from host_tools.city.console.request_types import Form, Web
from host_tools.city.console.threads import in_thread
from host_tools.errors import DiyaError, RecordError
from host_tools.language.language import Language, Spoken
from host_tools.text import text

LOOKS, COMPLAINTS, ALL = 60, 6, 120  # a minute: pages of one address, complaints of one, complaints of all
MOST_FORM = 20_000  # bytes
MOST_WORDS = 1000
HERE = Path(__file__).parents[1] / "static"
FILES = {
    "complain.css": (HERE / "public", "text/css"), "complain.js": (HERE / "public", "text/javascript"),
    "icon.svg": (HERE, "image/svg+xml"),
    "NotoSansDevanagari-Regular.ttf": (Path(drawing.__path__[0]) / "fonts", "font/ttf"),
}  # fmt: skip


def _said(request: Web) -> Language:
    """Hindi, unless English is asked for."""
    return Language("en" if request.query_params.get("lang") == "en" else "hi")


def _page(request: Web, template: str, said: Language, status: int = 200, **values: Any) -> Template:
    city = city_of(request)
    kept = {name: value for name, value in request.query_params.items() if name != "lang" and len(value) <= 64}
    common = {
        "t": sayer(said), "lang": said.code, "title": city.title, "zone": zone_name(city.zone),
        "other": urlencode({**kept, "lang": "en" if said.code == "hi" else "hi"}),
        "moment": lambda at: moment(at, city.zone), "iso": lambda at: iso(at, city.zone),
    }  # fmt: skip
    return Template(template_name=template, context={**common, **values}, status_code=status)


def _refused(request: Web, error: Exception) -> Response[Any]:
    said, headers, status = _said(request), {}, 400
    wrong = said.say("console_public.wrong")
    if isinstance(error, HTTPException):
        status, headers = error.status_code, dict(error.headers or {})
        if status == 429:
            wrong = said.say("console_public.too_many", seconds=headers.get("retry-after", ""))
        elif status == 404:
            wrong = error.detail
    elif isinstance(error, RecordError):
        status, wrong = 503, said.say("console_public.away")
    page = _page(request, "complain_refused.html", said, status, wrong=wrong)
    page.headers.update(headers)
    return page


REFUSALS: Any = {HTTPException: _refused, DiyaError: _refused, Spoken: _refused, RecordError: _refused}


@get("/complain", exclude_from_csrf=True, exception_handlers=REFUSALS)
@in_thread
def complain(request: Web) -> Template:
    """The form; with `pole`, what that lamp says of itself."""
    paced(request, "complain", LOOKS)
    given = {"pole": request.query_params.get("pole", "")[:64], "code": "", "text": "", "phone": ""}
    wanted = request.query_params.get("code", "")
    given["code"] = wanted if wanted in SERVICES else ""
    return _form(request, _said(request), given)


@post("/complain", exclude_from_csrf=True, exception_handlers=REFUSALS, request_max_body_size=MOST_FORM,
      status_code=303)  # fmt: skip
@in_thread
def send(request: Web, data: Form) -> Response[Any]:
    """Writes the complaint, and leads to its number."""
    said = Language("en" if data.get("lang") == "en" else "hi")
    paced(request, "complaints", COMPLAINTS)
    given = {name: str(data.get(name, "")) for name in ("pole", "code", "text", "phone")}
    fields = {
        "service_code": given["code"], "POLE": given["pole"], "description": given["text"][:MOST_WORDS],
        "phone": given["phone"],
    }  # fmt: skip
    city = city_of(request)
    try:
        told = report.read(fields, geography_of(request).by_name, said.code, "public")
    except Spoken as error:
        return _form(request, said, given, said.tell(error))
    wait = request.app.state.pace.wait("complaints of all", ALL)
    if wait:
        return _form(request, said, given, said.say("console_public.too_many", seconds=wait), 429)
    with city.writing() as connection:
        row = book.take(connection, told, city.now(connection))
    return Redirect(f"/complain/status?number={row['public']}&lang={said.code}", status_code=303)


@get("/complain/status", exclude_from_csrf=True, exception_handlers=REFUSALS)
@in_thread
def status(request: Web) -> Template:
    """How it goes: nothing that the person wrote, only what it is about and the lamp's evidence."""
    paced(request, "complain", LOOKS)
    said, city = _said(request), city_of(request)
    number = request.query_params.get("number", "")
    with city.reading() as connection:
        row = book.find(connection, number)
        if row is None:
            raise NotFoundException(said.say("console_public.no_number", number=text(number, 20) or "–"))
        now = city.now(connection)
        lamp = lamps(connection, [row["pole"]])[row["pole"]]
        first = book.leaders(connection, [row]).get(row["joined"] or 0)
    words = ComplaintWords(said, city.zone, geography_of(request).rules, now)
    state = book.state(row)
    return _page(
        request, "complain_status.html", said, number=row["public"], service=words.service(row["code"]),
        pole=row["pole"], made=row["made_at"], state=state, evidence=words.status(row, lamp, first),
        due=words.due(row if first is None else first, lamp),
        danger=SERVICES[row["code"]].danger and state == book.OPEN,
    )  # fmt: skip


@get("/complain/map", exclude_from_csrf=True, exception_handlers=REFUSALS)
@in_thread
def small_map(request: Web) -> Template:
    """Poles to choose from: of a ward, of a street, or near a place."""
    paced(request, "complain", LOOKS)
    geography, said, wrong = geography_of(request), _said(request), ""
    asked = {name: request.query_params.get(name, "")[:64] for name in ("ward", "feeder", "lat", "long")}
    shown, here = [], None
    try:
        here = report.place_of(asked["lat"], asked["long"])
    except Spoken as error:
        wrong = said.tell(error)
    if here is not None:
        shown = near(geography.poles, here)
        if not shown:
            wrong, here = said.say("console_public.near_failed"), None
    elif asked["feeder"]:
        shown = [one for one in geography.poles if one.feeder == asked["feeder"]]
    names = city_of(request).site.names if city_of(request).site else {}  # type: ignore[union-attr]
    wards = [] if asked["ward"] or shown else geography.wards
    streets = sorted({one.feeder for one in geography.poles if one.feeder and one.ward == asked["ward"]})
    if not shown and asked["ward"] and not streets:  # no street is known there
        shown = [one for one in geography.poles if one.ward == asked["ward"]]
    lists = [("ward", [(one, names.get(one, one)) for one in wards])] if wards else []
    lists += [("feeder", [(one, names.get(one, one)) for one in streets])] if streets else []
    return _page(request, "complain_map.html", said, wrong=wrong, picture=picture(shown, here), lists=lists)


@get("/complain/files/{name:str}", exclude_from_csrf=True)
@in_thread
def file(name: FromPath[str]) -> Response[bytes]:
    """What the pages above load: nothing of them is below another path."""
    if name not in FILES:
        raise NotFoundException("there is no such file")
    folder, kind = FILES[name]
    headers = {"cache-control": "public, max-age=86400"}
    return Response((folder / name).read_bytes(), media_type=kind, headers=headers)


def _form(request: Web, said: Language, given: dict[str, str], wrong: str = "", status: int = 0) -> Template:
    """The form with what was *given*, and what is *wrong* with it; with the lamp's own word where the pole is one."""
    city, geography = city_of(request), geography_of(request)
    lamp = ""
    if given["pole"] and status != 429:
        try:
            name = report.read({"service_code": "SL01", "POLE": given["pole"]}, geography.by_name, said.code, "").pole
            with city.reading() as connection:
                now, seen = city.now(connection), lamps(connection, [name])[name]
            given = {**given, "pole": name}
            words = ComplaintWords(said, city.zone, geography.rules, now)
            code = given["code"] if given["code"] in SERVICES else "SL01"
            lamp = words.lamp(seen, code) + said.say("complaints.stop")
        except Spoken as error:
            wrong = wrong or said.tell(error)
    return _page(request, "complain.html", said, status or (422 if wrong else 200), given=given, wrong=wrong,
                 lamp=lamp, codes=list(SERVICES))  # fmt: skip


ROUTES = [complain, send, status, small_map, file]
