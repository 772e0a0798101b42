"""The door of disaster management: takes alerts of CAP, and tells what became of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.openapi.spec import Operation, RequestBody
from litestar.params import FromPath, RawBody
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.console.access.roles import needs_token, token_of
from host_tools.city.console.city import City, city_of
from host_tools.city.console.doors.through import Came, problem, through
from host_tools.city.console.own_address import own_address
from host_tools.city.console.page import language
from host_tools.city.console.pages.api import MISSING
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import cap_alerts, cap_fetching, cap_judging, cap_reading, messages
from host_tools.city.doors.cap_alerts import LIT, NAME, WAITS
from host_tools.city.doors.cap_judging import Verdict
from host_tools.city.doors.cap_reading import Alert
from host_tools.city.doors.cap_where import Where, where_of
from host_tools.city.doors.door import Grant, NoSuch, digest_of
from host_tools.city.doors.messages import Noted
from host_tools.city.doors.progress import Progress, progress
from host_tools.city.notify import asked, outbox
from host_tools.city.notify.notices import wards_of
from host_tools.language.language import Language, Spoken
from host_tools.site.door_files import CapSettings

OUTCOMES = {
    LIT: messages.TAKEN, WAITS: messages.ASKED, cap_alerts.ENDS: messages.ENDED,
}  # fmt: skip


class AlertTold(msgspec.Struct, rename="camel"):
    """An alert: its ``state`` (lit, waits, shown, ends, ended, replaced, late, refused), *why*, and what poles say.

    ``ref`` is the reference of its orders.  Times are Unix s; ``poles`` are those in its area.
    """

    identifier: str
    sender: str
    ref: str
    state: str
    why: str
    begins: int
    ends: int
    poles: int
    light: Progress


@dataclass
class _Xml(Operation):
    """Tells in the OpenAPI what the body is."""

    def __post_init__(self) -> None:
        content: Any = {"application/cap+xml": {"schema": {"type": "string"}}}
        self.request_body = RequestBody(content=content, required=True)


@post(
    "/doors/cap", guards=[needs_token(NAME)], responses=MISSING, include_in_schema=True, exclude_from_csrf=True,
    operation_class=_Xml, request_max_body_size=cap_reading.MOST_BYTES,
)  # fmt: skip
@in_thread
def take(request: Web, body: RawBody) -> Response[AlertTold]:
    """An alert of CAP 1.2: lights its area until it expires, is shown, or is put before a person; it may end others."""
    return _Taking(request, body).answer()


class _Taking:
    """One alert on its way through the door."""

    def __init__(self, request: Web, data: bytes) -> None:
        self._request, self._data = request, data
        self._alert: Alert
        self._verdict: Verdict
        self._areas: tuple[list[str], list[str]] = ([], [])
        self._why: Spoken | None = None

    def answer(self) -> Response[Any]:
        start = self._data[:80].decode("utf-8", "replace")
        came = Came(NAME, f"{len(self._data)} bytes: {start}", digest_of(self._data))
        return through(self._request, came, self._do, self._read)

    def _read(self, city: City) -> None:
        with city.reading() as connection:
            now = city.now(connection)
        settings = city.site.doors.cap if city.site else CapSettings()
        self._alert = cap_reading.read(self._data, city.zone)
        self._verdict = cap_judging.judge(self._alert, settings, now)
        self._areas = self._verdict.polygons, self._verdict.circles
        meant = self._verdict.does in (cap_judging.LIGHT, cap_judging.ASK)
        if meant and not any(self._areas) and self._verdict.links:
            self._fetch(settings)

    def _fetch(self, settings: CapSettings) -> None:
        for link in self._verdict.links[: cap_fetching.MOST]:
            try:
                found = cap_reading.read_areas(cap_fetching.fetch(link, settings.hosts))
            except Spoken as error:
                self._why = error
                continue
            if found.identifier not in ("", self._alert.identifier):
                self._why = Spoken("doors.cap_other", name=found.identifier[:80])
            self._areas[0].extend(found.polygons)
            self._areas[1].extend(found.circles)

    def _do(self, city: City, connection: Connection, grant: Grant, now: int) -> tuple[Response[Any], Noted]:
        alert = self._alert
        where = Where()
        if self._verdict.does in (cap_judging.LIGHT, cap_judging.ASK):
            where = where_of(city.street, *self._areas, self._why)
        got = cap_alerts.receive(connection, city.street, alert, self._verdict, where, grant, now)
        row = got.row
        if got.news and city.site is not None:
            page = own_address(self._request, "/desk/doors")
            site = city.site
            outbox.put(connection, asked.notices(row, page, site.alarms, wards_of(site), city.zone, now))
        outcome = messages.SAME if got.same else OUTCOMES.get(row["state"], messages.SHOWN)
        short = f"{alert.kind} {alert.identifier}: {self._verdict.headline}"
        orders, poles = json.loads(row["commands"]), json.loads(row["poles"])
        noted = Noted(
            NAME, grant.who, short, digest_of(self._data), outcome, row["ref"], row["why"], orders, len(poles),
            row["ends"] or None,
        )  # fmt: skip
        said = language(self._request)
        if got.refusal is not None:
            why = said.tell(got.refusal)
            return problem(self._request, Spoken("doors.cap_asked", why=why)), noted
        status = 200 if got.same else {LIT: 201, WAITS: 202}.get(row["state"], 200)
        told = _told(connection, row, said, now)
        return Response(told, status_code=status, headers={"location": f"/doors/cap/messages/{row['ref']}"}), noted


@get("/doors/cap/messages/{ref:str}", guards=[needs_token(NAME)], responses=MISSING, include_in_schema=True)
@in_thread
def message(request: Web, ref: FromPath[str]) -> Response[AlertTold]:
    """What became of an alert that this token sent."""
    city, token = city_of(request), token_of(request)
    with city.reading() as connection:
        row = cap_alerts.by_ref(connection, ref.replace("\0", ""))
        if row is None or token is None or row["token"] != token.name:
            return problem(request, NoSuch("doors.nothing", ref=ref[:64]))
        return Response(_told(connection, row, language(request), city.now(connection)))


def _told(connection: Connection, row: RowMapping, said: Language, now: int) -> AlertTold:
    return AlertTold(
        row["identifier"], row["sender"], row["ref"], row["state"], messages.told(row["why"], said), row["begins"],
        row["ends"], len(json.loads(row["poles"])), progress(connection, NAME, row["ref"], now),
    )  # fmt: skip


ROUTES = [take, message]
