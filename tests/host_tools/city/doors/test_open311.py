"""Open311 GeoReport v2 from a helpline's message to its answer: XML and JSON, errors, what real clients send.

The tests of `open311_text`, of complaints' `report`, `book` and `words` are here too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from host_tools.city.alarms import life
from host_tools.city.complaints import report
from host_tools.city.complaints.services import SERVICES
from host_tools.city.console.access import tokens
from host_tools.city.console.app import whole
from host_tools.city.doors.open311_text import split, written
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.command_tables import command, delivery
from host_tools.city.store.complaint_tables import complaint
from tests.host_tools.city.console.console_bench import HOST, Bench
from tests.host_tools.city.doors.street_bench import Street

BASE = "/open311/v2"
NUMBERS = {"highest": 100, "radius_m": 0, "minutes": 1, "calls": 6000, "days": 1}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
MAYBE = {"type": ["string", "null"]}
# the definitions of GeoReport v2 as a schema: what each must have, and of what kind
REQUEST = {
    "type": "object", "required": ["service_request_id", "status", "service_code", "requested_datetime"],
    "properties": {
        "service_request_id": {"type": "string"}, "status": {"enum": ["open", "closed"]}, "status_notes": MAYBE,
        "service_name": {"type": "string"}, "service_code": {"type": "string"}, "description": MAYBE,
        "agency_responsible": MAYBE, "service_notice": MAYBE, "requested_datetime": MOMENT,
        "updated_datetime": MOMENT, "expected_datetime": MOMENT, "address": MAYBE, "address_id": MAYBE,
        "zipcode": MAYBE, "lat": {"type": "number"}, "long": {"type": "number"}, "media_url": MAYBE,
    }, "additionalProperties": False,
}  # fmt: skip
SERVICE = {
    "type": "object", "required": ["service_code", "service_name", "type"],
    "properties": {
        "service_code": {"type": "string"}, "service_name": {"type": "string"}, "description": {"type": "string"},
        "metadata": {"type": "boolean"}, "type": {"enum": ["realtime", "batch", "blackbox"]},
        "keywords": {"type": "string"}, "group": {"type": "string"},
    }, "additionalProperties": False,
}  # fmt: skip
ATTRIBUTE = {
    "type": "object", "required": ["variable", "code", "datatype", "required"],
    "properties": {
        "variable": {"type": "boolean"}, "code": {"type": "string"}, "required": {"type": "boolean"},
        "datatype": {"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
        "order": {"type": "integer"},
    },
}  # fmt: skip


class Helpline:
    """CM Helpline's program, with a token for open311."""

    def __init__(self, bench: Bench, client: TestClient[Any], token: str) -> None:
        self.bench, self.client, self.token = bench, client, token
        client.headers["accept"] = "*/*"

    def post(self, ending: str = ".json", headers: dict[str, str] | None = None, **fields: str) -> Any:
        form = {"api_key": self.token, "service_code": "SL01", **fields}
        return self.client.post(f"{BASE}/requests{ending}", data=form, headers=headers)

    def get(self, path: str, **params: str) -> Any:
        bearer = {"authorization": f"Bearer {self.token}"}
        return self.client.get(f"{BASE}/{path}", params=params, headers=bearer)

    def number(self, pole: str = "P0003", **fields: str) -> str:
        answer = self.post(**{"attribute[POLE]": pole, **fields})
        assert answer.status_code == 200, answer.text
        return str(answer.json()[0]["service_request_id"])


@contextmanager
def calling(bench: Bench) -> Iterator[Helpline]:
    app = bench.app()
    with TestClient(whole(app), base_url=f"http://{HOST}") as client:
        with app.state.city.writing() as connection:
            token = tokens.add(connection, "cm-helpline", ["open311"], [], NUMBERS, "admin", bench.now)
        yield Helpline(bench, client, token)
        with app.state.city.reading() as connection:  # a complaint never moves a light
            assert connection.execute(sa.select(sa.func.count()).select_from(command)).scalar() == 0


@pytest.fixture
def helpline(bench: Bench) -> Iterator[Helpline]:
    bench.born("P0003", 100)
    bench.say("P0003", "meter", activePower=4)
    bench.event("P0003", "lampFailure", level=100, activePower=4, expectedPower=148)
    bench.born("P0004", 100)
    bench.say("P0004", "meter", activePower=149)
    with calling(bench) as made:
        yield made


def xml(answer: Any) -> ElementTree.Element:
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    return ElementTree.fromstring(answer.content)


def test_a_helpline_is_answered_with_the_lamps_own_evidence(helpline: Helpline) -> None:
    answer = helpline.post(".xml", **{"attribute[POLE]": "P0003", "account_id": "CM-2611-0042", "phone": "9876543210"})
    assert answer.status_code == 200
    (receipt,) = xml(answer)
    assert (xml(answer).tag, receipt.tag) == ("service_requests", "request")
    number, notice = receipt.findtext("service_request_id"), receipt.findtext("service_notice")
    assert number and notice and receipt.findtext("account_id") == "CM-2611-0042"
    assert "P0003: asked for 100 %, takes 4 W of 148 since 23:10" in notice
    assert "To be repaired by 2026-11-25 23:10" in notice
    (told,) = xml(helpline.get(f"requests/{number}.xml"))
    assert told.findtext("status") == "open" and told.findtext("address_id") == "P0003"
    assert told.findtext("expected_datetime") == "2026-11-25T23:10:00+05:30"
    assert "9876543210" not in helpline.get("requests.json").text  # a contact is never told again
    hindi = helpline.post(headers={"accept-language": "hi"}, **{"attribute[POLE]": "P0003", "account_id": "2"}).json()
    assert "148 में से 4 W ले रहा है" in hindi[0]["service_notice"]


def test_what_is_answered_is_as_the_specification_has_it(helpline: Helpline) -> None:
    helpline.number()
    services = helpline.client.get(f"{BASE}/services.json").json()
    jsonschema.validate(services, {"type": "array", "items": SERVICE})
    assert [one["service_code"] for one in services] == list(SERVICES)
    for one in services:
        definition = helpline.client.get(f"{BASE}/services/{one['service_code']}.json").json()
        assert definition["service_code"] == one["service_code"]
        jsonschema.validate(definition["attributes"], {"type": "array", "items": ATTRIBUTE})
    jsonschema.validate(helpline.get("requests.json").json(), {"type": "array", "items": REQUEST, "minItems": 1})
    element = xml(helpline.client.get(f"{BASE}/services.xml"))
    assert {one.tag for one in element} == {"service"} and element[0].findtext("metadata") == "true"
    definition = xml(helpline.client.get(f"{BASE}/services/SL01.xml"))
    assert definition.tag == "service_definition" and definition.findtext("attributes/attribute/code") == "POLE"
    discovery = helpline.client.get("/open311/discovery.json").json()
    assert discovery["endpoints"][0]["url"] == f"http://{HOST}{BASE}"
    assert discovery["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    element = xml(helpline.client.get("/open311/discovery.xml"))
    assert element.findtext("endpoints/endpoint/formats/format") == "text/xml"


def test_it_is_closed_by_proof_and_joined_by_a_second(helpline: Helpline) -> None:
    first, second = helpline.number(account_id="1"), helpline.number(account_id="2")
    assert first != second
    bench = helpline.bench
    notes = {one["service_request_id"]: one["status_notes"] for one in helpline.get("requests.json").json()}
    assert f"it joins the complaint {first}" in notes[second]
    bench.record.look_at_street(bench.now)
    bench.now += 600
    bench.event("P0003", "lampFailure", starts=False)
    bench.record.look_at_street(bench.now)
    told = helpline.get("requests.json", status="closed").json()
    assert {one["service_request_id"] for one in told} == {first, second}
    assert told[0]["updated_datetime"] == "2026-11-24T23:20:00+05:30"
    assert helpline.get("requests.json", status="open").json() == []


def test_the_pole_is_found_by_its_number_or_the_place_and_nothing_further_than_60_m(helpline: Helpline) -> None:
    near = helpline.post(lat="23.84826", long="78.73303").json()
    assert helpline.get(f"requests/{near[0]['service_request_id']}.json").json()[0]["address_id"] == "P0003"
    assert helpline.number("p0003") and helpline.number(address_id="P0003", **{"attribute[POLE]": ""})
    far = helpline.post(lat="23.8400", long="78.70")
    assert far.status_code == 400
    (error,) = far.json()
    assert error["code"] == 400 and "no pole is within 60 m of this place: the nearest is P" in error["description"]


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"service_code": ""}, 400, "service_code is '' and must be one of SL01"),
        ({"service_code": "SL99"}, 404, "service_code is 'SL99'"),
        ({}, 400, "the place is missing"),
        ({"lat": "north", "long": "78.7"}, 400, "lat is 'north'"),
        ({"lat": "nan", "long": "78.7"}, 400, "degrees"),
        ({"lat": "23.8"}, 400, "long is ''"),
        ({"lat": "93.8", "long": "78.7"}, 400, "-90 to 90"),
        ({"attribute[POLE]": "P9999"}, 400, "the pole is 'P9999'"),
        ({"attribute[POLE]": "P0003", "description": "x" * 4001}, 400, "description has 4001 characters"),
        ({"attribute[POLE]": "P0003", "media_url": "javascript:alert(1)"}, 400, "media_url is"),
        ({"attribute[POLE]": "P0003", "jurisdiction_id": "bhopal"}, 404, "jurisdiction_id is 'bhopal'"),
        ({"api_key": "diya_wrong"}, 403, "api_key"),
        ({"api_key": ""}, 403, "a token is needed"),
    ],
)
def test_what_is_wrong_is_refused_in_a_sentence_in_the_format_that_was_asked_for(
    helpline: Helpline, fields: dict[str, str], status: int, says: str
) -> None:
    answer = helpline.post(".json", **fields)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json()[0]["code"] == status and says in answer.json()[0]["description"]
    (error,) = xml(helpline.post(".xml", **fields))
    assert error.tag == "error" and says in str(error.findtext("description"))
    assert helpline.get("requests.json").json() == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"start_date": "2026-11-24"}, 400), ({"end_date": "yesterday"}, 400), ({"status": "fixed"}, 400),
        ({"service_code": "SL01,SL99"}, 404), ({"jurisdiction_id": "bhopal"}, 404),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"}, 400),
        ({"start_date": "2026-11-24T18:00:00"}, 400), ({"end_date": "2026-13-01T00:00:00Z"}, 400),
    ],
)  # fmt: skip
def test_a_filter_that_is_none_is_refused(helpline: Helpline, query: dict[str, str], status: int) -> None:
    assert helpline.get("requests.json", **query).status_code == status


def test_filters_are_joined_by_and(helpline: Helpline) -> None:
    """FixMyStreet #310 had start and end joined by or; uReport #285 and Chicago failed on fractions and offsets."""
    dark = helpline.number()
    helpline.bench.now += 7200
    shock = helpline.number(service_code="SL05")

    def told(**query: str) -> list[str]:
        answer = helpline.get("requests.json", **query)
        assert answer.status_code == 200, answer.text
        return [one["service_request_id"] for one in answer.json()]

    assert told() == [shock, dark]
    assert told(start_date="2026-11-24T18:30:00.000Z") == [shock]
    assert told(end_date="2026-11-24T18:30:00Z") == [dark]
    assert told(start_date="2026-11-24T18:30:00Z", end_date="2026-11-24T18:40:00Z") == []
    assert told(start_date="2026-11-24T23:00:00 05:30", end_date="2026-11-24T23:30:00+05:30") == [dark]
    assert told(service_code="SL05,SL04") == [shock]
    assert told(service_request_id=f"{dark}, {shock},1", status="closed") == [dark, shock]  # overrides the others
    assert told(status="open,closed", service_code="", start_date="") == [shock, dark]
    assert helpline.get("requests.json", start_date="2020-01-01T00:00:00Z").json() == []  # 90 days from there


def test_clients_as_they_are(helpline: Helpline) -> None:
    """Multipart with a photo (GeoReporter), own attributes (FixMyStreet), a retry after a time-out, no ending."""
    form = {"api_key": helpline.token, "service_code": "SL01", "jurisdiction_id": "sagar", "first_name": "Asha",
            "attribute[POLE]": "P0003", "attribute[fixmystreet_id]": "77", "attribute[title]": "Lamp", "email": "",
            "description": "Dark since\r\nMonday", "account_id": "77"}  # fmt: skip
    photo = {"media": ("photo.jpg", b"\xff\xd8" * 500, "image/jpeg")}
    first = helpline.client.post(f"{BASE}/requests.xml", data=form, files=photo)
    again = helpline.client.post(f"{BASE}/requests.xml", data=form)
    number = xml(first).findtext("request/service_request_id")
    assert number and xml(again).findtext("request/service_request_id") == number
    assert xml(helpline.get(f"requests/{number}")).findtext("request/description") == "Dark since\nMonday"
    by_accept = helpline.client.get(f"{BASE}/services", headers={"accept": "application/json"})
    assert by_accept.headers["content-type"] == "application/json; charset=utf-8"
    assert xml(helpline.client.get(f"{BASE}/services")).tag == "services"
    assert helpline.get(f"tokens/{number}.json").json() == [{"service_request_id": number, "token": number}]
    assert helpline.get("requests/00000001.json").status_code == 404
    assert helpline.get("requests/abc.xml").status_code == 404
    body = helpline.client.post(f"{BASE}/requests.json?api_key={helpline.token}", json=form)
    assert body.status_code == 400 and "application/x-www-form-urlencoded" in body.json()[0]["description"]
    large = helpline.post(description="x" * 300_000)
    assert large.status_code == 413


HOSTILE = (
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eabc\u2066", "x" * 4000, "]]>&amp;",
    "a\x00b\x0bc\ufffe",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_remain_text(helpline: Helpline, text: str) -> None:
    number = helpline.number(
        description=text, address_string=text[:200], first_name=text[:100], account_id=text[:60], phone=text[:100]
    )
    for ending in ("xml", "json"):
        answer = helpline.get(f"requests.{ending}")
        assert answer.status_code == 200
        if ending == "json":
            assert json.loads(answer.content)[0]["description"] == report.plain(text)
        else:
            (request,) = xml(answer)
            assert request.find("script") is None
            assert [one.tag for one in request] == list(REQUEST["properties"])  # type: ignore[call-overload]
    page = helpline.client.get(f"/complain/status?number={number}").text
    assert text[:60] not in page and "<script>alert" not in page  # nothing that a person wrote is shown to all


def test_another_door_s_token_does_not_open_it_and_calls_are_counted(bench: Bench) -> None:
    app = bench.app()
    with TestClient(whole(app), base_url=f"http://{HOST}") as client, app.state.city.writing() as connection:
        other = tokens.add(connection, "traffic", ["traffic"], [], NUMBERS, "admin", bench.now)
        few = tokens.add(connection, "few", ["open311"], [], {**NUMBERS, "calls": 2}, "admin", bench.now)
        connection.commit()
        refused = client.get(f"{BASE}/requests.json", headers={"authorization": f"Bearer {other}"})
        assert (refused.status_code, refused.json()[0]["code"]) == (403, 403)
        statuses = [client.get(f"{BASE}/requests.json?api_key={few}").status_code for _try in range(3)]
        assert statuses == [200, 200, 429]
        last = client.get(f"{BASE}/requests.json?api_key={few}")
        assert int(last.headers["retry-after"]) > 0 and last.json()[0]["code"] == 429


def test_a_contact_is_kept_apart_and_in_no_log(
    helpline: Helpline, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "host_tools")
    helpline.number(phone="9876543210", email="asha@example.org")
    with helpline.bench.city() as city, city.reading() as connection:
        kept = connection.execute(sa.select(complaint.c.contact)).scalar_one()
    assert json.loads(kept) == {"email": "asha@example.org", "phone": "9876543210"}
    said = capfd.readouterr()
    assert "9876543210" not in said.out + said.err


def test_names_and_formats(tmp_path: Path) -> None:
    assert split("requests.json") == ("requests", "json")
    assert split("SL01") == ("SL01", "xml") and split("SL01.pdf") == ("SL01.pdf", "xml")
    assert split("x", "application/json, */*") == ("x", "json")
    assert written("services", [], "xml").endswith(b"<services />")
    assert written("services", [], "json") == b"[]"


def told(http: Any, number: str) -> Any:
    return http.get(f"{BASE}/requests/{number}.json").json()[0]


def test_a_dark_pole_and_a_fine_one_are_told_apart_by_their_own_evidence(tmp_path: Path) -> None:
    """Poles of real firmware, over real HTTP, to the receiver's alarm and the lamp's own proof, and back."""
    with Street.begin(tmp_path, poles=2, start="2026-11-25T01:00") as street:
        http = street.program("open311")
        dark, fine = "P0001", "P0002"
        street.street.poles[dark].plant.inject(1, "lamp_open", 1.0, street.street.kernel.now_ms)
        street.go(900)
        numbers = {}
        for pole in (dark, fine):
            form = {"service_code": "SL01", "attribute[POLE]": pole, "account_id": f"CM-{pole}"}
            answer = http.post(f"{BASE}/requests.json", data=form)
            assert answer.status_code == 200, answer.text
            numbers[pole] = answer.json()[0]["service_request_id"]
            assert answer.json()[0]["service_notice"].startswith(f"{pole}: asked for ")
        street.bench.record.look_at_street(street.now)
        assert "(The lamp gives no light" in told(http, numbers[dark])["status_notes"]
        assert "the lamp burns" in told(http, numbers[fine])["status_notes"]
        levels = {pole: street.state(pole)["level"] for pole in (dark, fine)}
        street.go(1000)
        street.bench.record.look_at_street(street.now)
        assert told(http, numbers[dark])["status"] == "open"
        closed = told(http, numbers[fine])
        assert closed["status"] == "closed" and "P0002: the lamp burns: asked for 70 %, took " in closed["status_notes"]
        with street.bench.record.transaction() as connection:
            rows = connection.execute(sa.select(alarm).where(life.is_own())).mappings().all()
        assert [(row["kind"], row["name"], life.state(row)) for row in rows] == [("lampFailure", dark, "open")]
        street.street.poles[dark].plant.clear(1, street.street.kernel.now_ms)  # the crew has been there
        street.go(1000)
        street.bench.record.look_at_street(street.now)
        proved = told(http, numbers[dark])
        assert proved["status"] == "closed" and proved["service_notice"] is None
        # no light was moved by any of it: no order was ever written, and the poles live by their calendar
        with street.bench.record.transaction() as connection:
            for table in (command, delivery):
                assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
        assert {pole: street.state(pole)["level"] for pole in (dark, fine)} == levels
        assert {street.state(pole)["owner"] for pole in (dark, fine)} == {"calendar"}
