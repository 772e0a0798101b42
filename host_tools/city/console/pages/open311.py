"""Open311 GeoReport v2 over HTTP (doors/open311.py says what it means).

The services and the document of discovery are open to all, as the specification has it.  Service requests need a token
for open311: what people write, and the numbers of helplines, are not for all to see.
"""

from __future__ import annotations

from typing import Any

from anyio.to_thread import run_sync
from litestar import Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.complaints import book, report
from host_tools.city.complaints.lamp import Lamp, lamps
from host_tools.city.complaints.words import ComplaintWords
from host_tools.city.console.access.api_key import FIELD, needs_api_key
from host_tools.city.console.access.open_pace import paced
from host_tools.city.console.access.roles import token_of
from host_tools.city.console.city import City, city_of
from host_tools.city.console.geography import geography_of
from host_tools.city.console.own_address import own_address
from host_tools.city.console.page import language
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import open311
from host_tools.city.doors.open311 import DOOR, Answers, Refused
from host_tools.city.doors.open311_text import FORMATS, split, written
from host_tools.errors import DiyaError, RecordError
from host_tools.language.language import Spoken
from host_tools.text import quoted

A_MINUTE = 120  # of one address, for what is open to all
MOST_FORM = 200_000  # bytes; a photo that comes with it is not taken
CHANGED = 1795996800  # when what this endpoint does was last changed: 2026-11-30
BASE = "/open311/v2"


def _refused(request: Web, error: Exception) -> Response[bytes]:
    """In the format that was asked for, as the specification has it: 403 where the key is missing or wrong."""
    status, sentence, headers = 400, "", {}
    if isinstance(error, HTTPException):
        status, sentence, headers = error.status_code, error.detail, dict(error.headers or {})
        status = 403 if status == 401 else status
    elif isinstance(error, Refused):
        status, sentence = error.status, str(error)
    elif isinstance(error, RecordError):
        status, sentence = 503, str(error)
    elif isinstance(error, DiyaError):
        missing = isinstance(error, Spoken) and error.key == "complaints.code" and error.values["value"] != "''"
        status, sentence = 404 if missing else 400, language(request).tell(error)
    answer = _said(request, "errors", open311.errors(status, sentence))
    answer.status_code = status
    answer.headers.update(headers)
    return answer


def _said(request: Web, root: str, value: Any) -> Response[bytes]:
    kind = split(request.url.path, request.headers.get("accept", ""))[1]
    named = {"content-type": f"{FORMATS[kind]}; charset=utf-8"}
    return Response(written(root, value, kind), media_type=FORMATS[kind], headers=named)


REFUSALS: Any = {HTTPException: _refused, DiyaError: _refused, Spoken: _refused, RecordError: _refused}


@get(["/open311/discovery.xml", "/open311/discovery.json", "/open311/discovery"], exclude_from_csrf=True)
@in_thread
def discovery(request: Web) -> Response[bytes]:
    """Where the endpoint is, and which formats it has."""
    paced(request, DOOR, A_MINUTE)
    city = city_of(request)
    url = own_address(request, BASE)
    return _said(request, "discovery", open311.discovery(url, city.title, CHANGED, city.zone, language(request)))


@get([f"{BASE}/services", f"{BASE}/services.xml", f"{BASE}/services.json"], exclude_from_csrf=True,
     exception_handlers=REFUSALS)  # fmt: skip
@in_thread
def services(request: Web) -> Response[bytes]:
    """What may be complained of."""
    paced(request, DOOR, A_MINUTE)
    _ours(request, request.query_params.get("jurisdiction_id", ""))
    return _said(request, "services", open311.service_list(language(request)))


@get(f"{BASE}/services/{{code:str}}", exclude_from_csrf=True, exception_handlers=REFUSALS)
@in_thread
def service(request: Web, code: FromPath[str]) -> Response[bytes]:
    """The attributes of one service."""
    paced(request, DOOR, A_MINUTE)
    _ours(request, request.query_params.get("jurisdiction_id", ""))
    return _said(request, "service_definition", open311.definition(split(code)[0], language(request)))


@get([f"{BASE}/requests", f"{BASE}/requests.xml", f"{BASE}/requests.json"], guards=[needs_api_key(DOOR)],
     exclude_from_csrf=True, exception_handlers=REFUSALS)  # fmt: skip
@in_thread
def requests(request: Web) -> Response[bytes]:
    """The complaints that are asked for."""
    query = {name: value for name, value in request.query_params.items() if name != FIELD}
    _ours(request, query.get("jurisdiction_id", ""))
    city = city_of(request)
    with city.reading() as connection:
        now = city.now(connection)
        numbers, asked = open311.asked(query, now)
        rows = book.by_numbers(connection, numbers) if numbers else book.listed(connection, asked)
        return _said(request, "service_requests", _requests(request, connection, rows, now))


@post([f"{BASE}/requests", f"{BASE}/requests.xml", f"{BASE}/requests.json"], guards=[needs_api_key(DOOR)],
      exclude_from_csrf=True, exception_handlers=REFUSALS, status_code=200,
      request_max_body_size=MOST_FORM)  # fmt: skip
async def make(request: Web) -> Response[bytes]:
    """Writes a complaint: its number, and what the lamp says of itself."""
    kind = request.content_type[0]
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        sentence = "the Content-Type must be application/x-www-form-urlencoded: the fields come as a form"
        raise Refused(400, sentence)
    form = await request.form()
    given = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return await run_sync(_made, request, given)


@get(f"{BASE}/requests/{{number:str}}", guards=[needs_api_key(DOOR)], exclude_from_csrf=True,
     exception_handlers=REFUSALS)  # fmt: skip
@in_thread
def one_request(request: Web, number: FromPath[str]) -> Response[bytes]:
    """One complaint."""
    _ours(request, request.query_params.get("jurisdiction_id", ""))
    city = city_of(request)
    with city.reading() as connection:
        rows = [_found(connection, split(number)[0])]
        return _said(request, "service_requests", _requests(request, connection, rows, city.now(connection)))


@get(f"{BASE}/tokens/{{number:str}}", guards=[needs_api_key(DOOR)], exclude_from_csrf=True,
     exception_handlers=REFUSALS)  # fmt: skip
@in_thread
def token(request: Web, number: FromPath[str]) -> Response[bytes]:
    """The number of a complaint by its token: here they are the same, since each has its number at once."""
    with city_of(request).reading() as connection:
        row = _found(connection, split(number)[0])
    told = {"service_request_id": row["public"], "token": row["public"]}
    return _said(request, "service_requests", [told])


def _ours(request: Web, jurisdiction: str) -> None:
    own = city_of(request).about["site"]
    if jurisdiction.strip() and jurisdiction.strip().casefold() != own.casefold():
        raise Refused(404, f"jurisdiction_id is {quoted(jurisdiction, 40)} and must be left out or {own}")


def _found(connection: Connection, number: str) -> RowMapping:
    row = book.find(connection, number)
    if row is None:
        raise Refused(404, f"service_request_id is {quoted(number, 40)} and must be the number of a complaint")
    return row


def _made(request: Web, given: list[tuple[str, str]]) -> Response[bytes]:
    city, who = city_of(request), token_of(request)
    values = open311.fields(given)
    _ours(request, values.get("jurisdiction_id", "") or request.query_params.get("jurisdiction_id", ""))
    poles = geography_of(request).by_name
    said = report.read(values, poles, language(request).code, DOOR, who.name if who else "")
    with city.writing() as connection:
        now = city.now(connection)
        row = book.take(connection, said, now)
        lamp, first, answers = _about(request, city, connection, [row], now)
        receipt = answers.receipt(row, lamp[row["pole"]], first.get(row["joined"] or 0))
    return _said(request, "service_requests", [receipt])


def _requests(request: Web, connection: Connection, rows: list[RowMapping], now: int) -> list[dict[str, Any]]:
    lamp, first, answers = _about(request, city_of(request), connection, rows, now)
    return [answers.request(row, lamp[row["pole"]], first.get(row["joined"] or 0)) for row in rows]


def _about(
    request: Web, city: City, connection: Connection, rows: list[RowMapping], now: int
) -> tuple[dict[str, Lamp], dict[int, RowMapping], Answers]:
    """The lamps and first complaints of *rows*, and what answers are made with."""
    geography = geography_of(request)
    words = ComplaintWords(language(request), city.zone, geography.rules, now)
    found = lamps(connection, {row["pole"] for row in rows})
    return found, book.leaders(connection, rows), Answers(words, city.zone, geography.by_name, city.title)


ROUTES = [discovery, services, service, requests, make, one_request, token]
