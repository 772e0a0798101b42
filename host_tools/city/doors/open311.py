"""Open311 GeoReport v2: what CM Helpline and other helplines send, and what they are answered.

Pure: schema, values in, foreign format out.  Source: open311.org, GeoReport v2 and Service Discovery.  It has no order:
a complaint moves no light.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import RowMapping

from host_tools.city.complaints import book
from host_tools.city.complaints.book import Asked
from host_tools.city.complaints.lamp import Lamp
from host_tools.city.complaints.services import SERVICES
from host_tools.city.complaints.words import ComplaintWords
from host_tools.city.doors.open311_text import FORMATS
from host_tools.errors import DiyaError
from host_tools.language.language import Language
from host_tools.site.model import Pole
from host_tools.text import quoted

DOOR = "open311"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
POLE = "POLE"
SPAN_S = 90 * 86400  # of one question, as the specification has it
MOST = 1000
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,64})\](?:\[\])?")
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")


class Refused(DiyaError):
    """*status* is that of HTTP, as the specification has it for each error."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def fields(form: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The fields of a *form*, with `attribute[POLE]` as POLE, in any case of letters.  The last of each counts.

    Attributes that are not ours are left out: clients send their own with every request.
    """
    out: dict[str, str] = {}
    for name, value in form:
        found = _ATTRIBUTE.fullmatch(name.strip())
        if found is None:
            out[name.strip()] = value
        elif found[1].strip().upper() == POLE:
            out[POLE] = value
    return out


def asked(query: Mapping[str, str], now: int) -> tuple[list[str], Asked]:
    """(numbers that are asked for, which override all else; the filter) of a *query* at *now*.  Raises Refused."""
    numbers = _listed(query, "service_request_id")
    if numbers:
        return numbers[:MOST], Asked()
    codes = _listed(query, "service_code")
    for code in codes:
        if code not in SERVICES:
            raise Refused(404, f"service_code is {quoted(code, 20)} and must be one of {', '.join(SERVICES)}")
    states = [one.lower() for one in _listed(query, "status")]
    for state in states:
        if state not in (book.OPEN, book.CLOSED):
            raise Refused(400, f"status is {quoted(state, 20)} and must be open, closed or both")
    since, until = _moment(query, "start_date"), _moment(query, "end_date")
    if since is not None and until is not None and not 0 <= until - since <= SPAN_S:
        raise Refused(400, "end_date must be 0 to 90 days after start_date")
    if since is None:
        since = (now if until is None else until) - SPAN_S
    elif until is None:
        until = since + SPAN_S
    return [], Asked(codes, states, since, until)


def service_list(said: Language) -> list[dict[str, Any]]:
    """GET services."""
    return [
        {
            "service_code": code, "service_name": said.say(f"complaints.name_{code}"),
            "description": said.say(f"complaints.about_{code}"), "metadata": True, "type": "realtime",
            "keywords": said.say("complaints.keywords"), "group": said.say("complaints.group"),
        }
        for code in SERVICES
    ]  # fmt: skip


def definition(code: str, said: Language) -> dict[str, Any]:
    """GET services/CODE: the pole's number may be given, and need not be where a place is.  Raises Refused."""
    if code not in SERVICES:
        raise Refused(404, f"service_code is {quoted(code, 20)} and must be one of {', '.join(SERVICES)}")
    attribute = {
        "variable": True, "code": POLE, "datatype": "string", "required": False,
        "datatype_description": said.say("complaints.attribute_pole_kind"), "order": 1,
        "description": said.say("complaints.attribute_pole"),
    }  # fmt: skip
    return {"service_code": code, "attributes": [attribute]}


def discovery(url: str, title: str, changed: int, zone: ZoneInfo, said: Language) -> dict[str, Any]:
    """The document of service discovery; *url*: of the endpoint.  *changed*: Unix s."""
    when = _w3(changed, zone)
    endpoint = {
        "specification": SPECIFICATION, "url": url, "changeset": when, "type": "production",
        "formats": list(FORMATS.values()),
    }  # fmt: skip
    return {
        "changeset": when, "contact": said.say("complaints.contact", title=title),
        "key_service": said.say("complaints.key_service"), "endpoints": [endpoint],
    }  # fmt: skip


class Answers:
    """Service requests as they are answered, in the words of *words*; *poles*: of the site, by name."""

    def __init__(self, words: ComplaintWords, zone: ZoneInfo, poles: Mapping[str, Pole], title: str) -> None:
        self._words, self._zone, self._poles, self._title = words, zone, poles, title

    def request(self, row: RowMapping, lamp: Lamp, first: RowMapping | None) -> dict[str, Any]:
        """GET requests: one of them; *first*: the complaint that it joined."""
        pole = self._poles.get(row["pole"])
        north, east = (pole.latitude, pole.longitude) if pole else (row["latitude"], row["longitude"])
        closed = row["closed_at"]
        of = row if first is None else first
        changed = max(at for at in (row["made_at"], of["raised_at"], closed) if at is not None)
        return {
            "service_request_id": row["public"], "status": book.state(row),
            "status_notes": self._words.status(row, lamp, first), "service_name": self._words.service(row["code"]),
            "service_code": row["code"], "description": row["text"] or None,
            "agency_responsible": self._words.said.say("complaints.agency", title=self._title),
            "service_notice": self._notice(row, lamp, first) if closed is None else None,
            "requested_datetime": _w3(row["made_at"], self._zone), "updated_datetime": _w3(changed, self._zone),
            "expected_datetime": _w3(self._words.due(of, lamp), self._zone),
            "address": row["address"] or (pole.called if pole else row["pole"]), "address_id": row["pole"],
            "zipcode": None, "lat": north, "long": east, "media_url": row["media"] or None,
        }  # fmt: skip

    def receipt(self, row: RowMapping, lamp: Lamp, first: RowMapping | None) -> dict[str, Any]:
        """POST requests: the number, with what the lamp says of itself as the notice."""
        return {
            "service_request_id": row["public"], "service_notice": self._notice(row, lamp, first),
            "account_id": row["account"] or None,
        }  # fmt: skip

    def _notice(self, row: RowMapping, lamp: Lamp, first: RowMapping | None) -> str:
        status = self._words.status(row, lamp, first)
        of = row if first is None else first
        if row["closed_at"] is not None:
            return status
        if SERVICES[row["code"]].danger:
            return self._words.said.say("complaints.notice_danger", status=status)
        due = f"{datetime.fromtimestamp(self._words.due(of, lamp), self._zone):%Y-%m-%d %H:%M}"
        return self._words.said.say("complaints.notice", status=status, due=due)


def errors(status: int, sentence: str) -> list[dict[str, Any]]:
    """The body of an answer that refuses."""
    return [{"code": status, "description": sentence}]


def _listed(query: Mapping[str, str], name: str) -> list[str]:
    return [one for part in query.get(name, "").split(",") if (one := part.strip())]


def _moment(query: Mapping[str, str], name: str) -> int | None:
    """Unix s; a plus sign that arrived as a blank, since it was not encoded, is one."""
    value = query.get(name, "").strip()
    if not value:
        return None
    try:
        read = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", value))
        if read.tzinfo is None or not isinstance(read.utcoffset(), timedelta):
            raise ValueError
        at = read.timestamp()
    except (ValueError, OverflowError):
        raise Refused(
            400, f"{name} is {quoted(value, 40)} and must be a time with its zone such as 2026-11-26T19:42:00+05:30"
        ) from None
    return int(at)


def _w3(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).isoformat()
