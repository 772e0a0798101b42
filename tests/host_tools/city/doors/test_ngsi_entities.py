"""NGSI-LD: entities judged by Smart Data Models' schemas, queries, the @context, errors; and our OpenAPI of it.

The tests of `ngsi_entities`, `ngsi_form`, `ngsi_query` and `ngsi_rows`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from litestar.testing import TestClient
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from host_tools.city.console.access import tokens
from host_tools.city.console.app import whole
from host_tools.city.doors import ngsi_query
from host_tools.city.doors.ngsi_entities import CABINET, FEEDER, GROUP, LIGHT, TYPES, Seen, power_state, status_of
from host_tools.city.doors.ngsi_form import BASE, CORE, ERRORS, VOCABULARY, Refused, context
from tests.host_tools.city.console.console_bench import HOST, NOW, Bench
from tests.host_tools.city.doors.schemas import validator

NUMBERS = {"highest": 100, "radius_m": 0, "minutes": 1, "calls": 6000, "days": 1}
URN = "urn:ngsi-ld:Streetlight:sagar:P0003"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    """A program with a token for ngsi, before a street of which some poles burn, one is dark and one is silent."""
    bench = Bench(tmp_path_factory.mktemp("ngsi") / "record.sqlite")
    bench.born("P0003", 100)
    bench.say("P0003", "meter", activePower=4.2, activeEnergy=1234.5, supplyVoltage=231.0, supplyCurrent=0.05,
              powerFactor=0.31)  # fmt: skip
    bench.event("P0003", "lampFailure", level=100, activePower=4.2, expectedPower=148)
    bench.born("P0004", 40)
    bench.lit("P0004", 40, owner="operator", reason="<b>festival</b>\u202e")
    bench.born("P0005", 100)
    bench.event("P0005", "leakageDetected")
    bench.born("P0006", 70)
    bench.say("P0006", "meter", activePower=98.0)
    bench.now += 3600
    bench.say("P0006", "presence", online=False)
    bench.say("P0007", "presence", online=True)
    app = bench.app()
    with TestClient(whole(app), base_url=f"http://{HOST}") as client:
        with app.state.city.writing() as connection:
            token = tokens.add(connection, "egov", ["ngsi", "read"], [], NUMBERS, "admin", bench.now)
        client.headers["authorization"] = f"Bearer {token}"
        client.headers["accept"] = "application/json"
        yield client
    bench.close()


def told(reader: TestClient[Any], **query: str) -> Any:
    answer = reader.get(f"{BASE}/entities", params={"options": "keyValues", "limit": "1000", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("kind", [LIGHT, GROUP, CABINET])
def test_every_entity_is_valid_by_its_schema(reader: TestClient[Any], kind: str) -> None:
    judge = validator(kind)
    entities = told(reader, type=kind)
    assert len(entities) == {LIGHT: 5, GROUP: 38, CABINET: 12}[kind]
    for one in entities:
        assert [error.message for error in judge.iter_errors(one)] == [], one["id"]


def test_a_light_says_what_its_pole_says(reader: TestClient[Any]) -> None:
    (one,) = told(reader, id=URN)
    assert one["location"] == {"type": "Point", "coordinates": [78.733021, 23.848253]}
    expected = {
        "status": "defectiveLamp", "powerState": "on", "illuminanceLevel": 1.0, "powerConsumption": 4.2,
        "voltage": 231.0, "current": 0.05, "powerFactor": 0.31, "lifetimePowerConsumption": 1234.5,
        "powerRating": 150, "streetPoleNum": "P0003", "circuit": "F01", "controllingMethod": "individual",
        "feederID": "urn:ngsi-ld:StreetlightFeeder:sagar:F01", "locationCategory": "road",
        "refStreetlightControlCabinet": "urn:ngsi-ld:StreetlightControlCabinet:sagar:F01",
        "refStreetlightGroup": "urn:ngsi-ld:StreetlightGroup:sagar:main-road",
        "observationDateTime": "2026-11-24T23:10:00+05:30", "diyaOwner": "programme", "diyaReason": "residential",
        "diyaUntil": "2026-11-25T00:10:00+05:30", "diyaTarget": 100,
    }  # fmt: skip
    assert {name: one[name] for name in expected} == expected
    assert one["municipalityInfo"] == {
        "cityName": "Sagar", "stateName": "Madhya Pradesh", "ulbName": "Sagar", "zoneId": "civil-lines", "wardNum": 21,
    }  # fmt: skip
    by_id = {entity["streetPoleNum"]: entity for entity in told(reader, type=LIGHT)}
    assert by_id["P0004"]["powerState"] == "low" and by_id["P0004"]["diyaReason"] == "<b>festival</b>?"
    assert by_id["P0005"]["status"] == "columnIssue"
    assert by_id["P0007"]["powerState"] == "bootingUp"


def test_a_light_says_when_it_was_last_switched_on_and_off_as_far_as_that_was_heard(bench: Bench) -> None:
    def dates() -> tuple[str | None, str | None]:
        with TestClient(whole(bench.app()), base_url=f"http://{HOST}") as client:
            client.headers["authorization"] = f"Bearer {token}"
            (one,) = told(client, id=URN)
        assert [error.message for error in validator(LIGHT).iter_errors(one)] == []
        assert None not in one.values()
        return one.get("dateLastSwitchingOn"), one.get("dateLastSwitchingOff")

    with bench.city() as city, city.writing() as connection:
        token = tokens.add(connection, "egov", ["ngsi"], [], NUMBERS, "admin", bench.now)
    bench.born("P0003", 60)
    assert dates() == (None, None)  # it burns, and nobody knows since when
    for seconds, level in ((60, 100), (3600, 0), (7200, 40), (7260, 70)):
        bench.now = NOW + seconds
        bench.lit("P0003", level)
    on, off = "2026-11-25T01:10:00+05:30", "2026-11-25T00:10:00+05:30"
    assert dates() == (on, off)
    bench.now = NOW + 9000
    bench.say("P0003", "presence", online=False)
    bench.now += 600
    bench.born("P0003", 0)  # it went out while it could not be heard
    assert dates() == (on, None)
    bench.now += 600
    bench.lit("P0003", 30)
    assert dates() == ("2026-11-25T02:00:00+05:30", None)
    bench.restart()
    bench.now += 600
    bench.lit("P0003", 0)  # while no receiver listened, or just now
    assert dates() == ("2026-11-25T02:00:00+05:30", None)
    bench.lit("P0003", 50)
    bench.now += 600
    bench.lit("P0003", 0)
    assert dates() == ("2026-11-25T02:10:00+05:30", "2026-11-25T02:20:00+05:30")


def test_a_silent_light_keeps_its_last_values_and_says_since_when(reader: TestClient[Any]) -> None:
    (one,) = told(reader, q='streetPoleNum=="P0006"')
    assert (one["illuminanceLevel"], one["powerConsumption"]) == (0.7, 98.0)
    assert one["diyaSilentSince"] == "2026-11-24T23:10:00+05:30"
    assert "diyaSilentSince" not in told(reader, id=URN)[0]
    assert told(reader, q='streetPoleNum=="P0100"') == []  # it has never reported: there is nothing to say of it


def test_what_a_status_and_a_power_state_are() -> None:
    assert [status_of(kinds) for kinds in ((), ("lampFailure",), ("lampFailure", "impactDetected"))] == [
        "ok", "defectiveLamp", "columnIssue",
    ]  # fmt: skip
    assert status_of(("communicationFailure", "powerFactorTooLow", "clockLost")) == "ok"
    assert [power_state(level) for level in (None, 0, 1, 49, 50, 100)] == ["bootingUp", "off", "low", "low", "on", "on"]
    assert Seen().silent_since is None


def test_the_normalized_form_has_types_units_and_times(reader: TestClient[Any]) -> None:
    (one,) = reader.get(f"{BASE}/entities?id={URN}").json()
    assert one["powerConsumption"] == {
        "type": "Property", "value": 4.2, "unitCode": "WTT", "observedAt": "2026-11-24T17:40:00Z"
    }  # fmt: skip
    assert one["location"]["type"] == "GeoProperty"
    assert one["refStreetlightGroup"] == {
        "type": "Relationship", "object": "urn:ngsi-ld:StreetlightGroup:sagar:main-road"
    }  # fmt: skip
    assert one["observationDateTime"]["value"] == {"@type": "DateTime", "@value": "2026-11-24T23:10:00+05:30"}
    assert {value["type"] for name, value in one.items() if name not in ("id", "type")} == {
        "Property", "GeoProperty", "Relationship",
    }  # fmt: skip


def test_the_context_is_served_here_and_named_in_the_link(reader: TestClient[Any]) -> None:
    answer = reader.get(f"{BASE}/entities/{URN}")
    assert answer.headers["content-type"] == "application/json"
    address = answer.headers["link"].split(">")[0].lstrip("<")
    assert address == f"http://{HOST}{BASE}/context.jsonld"
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in answer.headers["link"]
    served = reader.get(address, headers={"authorization": ""})
    assert served.headers["content-type"] == "application/ld+json" and served.json() == context()
    terms, core = served.json()["@context"]
    assert core == CORE and terms["Streetlight"] == f"{VOCABULARY}Streetlight"
    for kind in TYPES:
        for one in told(reader, type=kind):
            assert set(one) - {"id", "type", "location"} <= set(terms), kind
    linked = reader.get(f"{BASE}/entities/{URN}", headers={"accept": "application/ld+json"})
    assert linked.json()["@context"] == [address, CORE] and "link" not in linked.headers
    features = reader.get(f"{BASE}/entities?type={LIGHT}", headers={"accept": "application/geo+json"}).json()
    assert features["features"][0]["geometry"]["type"] == "Point"


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("illuminanceLevel>0.5", {"P0003", "P0005", "P0006"}), ('status=="ok"', {"P0004", "P0006", "P0007"}),
        ("status==ok", {"P0004", "P0006", "P0007"}), ("status!=ok", {"P0003", "P0005"}),
        ('status=="ok","columnIssue";powerState==on', {"P0005", "P0006"}), ("diyaSilentSince", {"P0006"}),
        ("!diyaSilentSince;powerState==on", {"P0003", "P0005"}),
        ("municipalityInfo.wardNum==21;voltage>=231|diyaOwner==operator", {"P0003", "P0004"}),
        ("municipalityInfo[wardNum]==22", set()), (f"{VOCABULARY}voltage<1000", {"P0003"}),
        ('circuit=="F01";powerConsumption<5', {"P0003"}), ("name<5", set()), ('name=="a;b|c"', set()),
    ],
)  # fmt: skip
def test_conditions(reader: TestClient[Any], q: str, names: set[str]) -> None:
    assert {one["streetPoleNum"] for one in told(reader, type=LIGHT, q=q)} == names


def test_pages_counts_attributes_and_places(reader: TestClient[Any]) -> None:
    """As Orion-LD has them: #430 (count), #1607 (too large a limit), #1698 (types are those of all entities)."""
    answer = reader.get(f"{BASE}/entities?type={LIGHT}&limit=2&offset=2&count=true&options=keyValues")
    assert answer.headers["ngsild-results-count"] == "5" and len(answer.json()) == 2
    assert 'rel="next"' in answer.headers["link"] and 'rel="prev"' in answer.headers["link"]
    none = reader.get(f"{BASE}/entities?type={LIGHT}&limit=0&count=true")
    assert (none.json(), none.headers["ngsild-results-count"]) == ([], "5")
    assert told(reader, attrs="voltage") == [{"id": URN, "type": LIGHT, "voltage": 231.0}]
    near = {"georel": "near;maxDistance==40", "geometry": "Point", "coordinates": "[78.733021,23.848253]"}
    assert {one["type"] for one in told(reader, **near)} == {LIGHT, GROUP, FEEDER}
    lights = told(reader, type=f"{VOCABULARY}Streetlight", **near)
    assert {one["streetPoleNum"] for one in lights} == {"P0003", "P0004"}
    feeder = told(reader, type="Streetlight,StreetlightFeeder", q='feederPillarNum=="F01";numStreetlight')
    assert [(one["type"], one["numStreetlight"]) for one in feeder] == [(FEEDER, 20)]
    assert reader.get(f"{BASE}/types").json()["typeList"] == list(TYPES)
    assert reader.get(f"{BASE}/types?details=true").json()[0]["typeName"] == LIGHT
    assert told(reader, type="AirQualityObserved") == []


@pytest.mark.parametrize(
    ("query", "status", "kind"),
    [
        ("", 400, "BadRequestData"), ("type=Streetlight&limit=0", 400, "BadRequestData"),
        ("type=Streetlight&limit=1001", 403, "TooManyResults"), ("type=Streetlight&offset=-1", 400, "BadRequestData"),
        ("type=Streetlight&q=%3E5", 400, "BadRequestData"), ("idPattern=.*", 422, "OperationNotSupported"),
        ("type=Streetlight&q=name~=(a%2B)%2B%24", 422, "OperationNotSupported"),
        ("type=Streetlight&options=pretty", 400, "BadRequestData"), ("georel=within", 422, "OperationNotSupported"),
        ("georel=near;maxDistance==5&coordinates=x", 400, "BadRequestData"),
        ("type=Streetlight&count=maybe", 400, "BadRequestData"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_problem_of_ngsi_ld(reader: TestClient[Any], query: str, status: int, kind: str) -> None:
    answer = reader.get(f"{BASE}/entities?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    assert answer.json()["type"] == ERRORS + kind and answer.json()["detail"]


def test_what_there_is_not_and_what_is_not_spoken(reader: TestClient[Any]) -> None:
    for name in ("urn:ngsi-ld:Streetlight:sagar:P9999", "urn:ngsi-ld:Streetlight:sagar:P0100", "x", URN + ":1"):
        answer = reader.get(f"{BASE}/entities/{name}")
        assert (answer.status_code, answer.json()["type"]) == (404, f"{ERRORS}ResourceNotFound")
    assert reader.get(f"{BASE}/entities/{URN}", headers={"accept": "text/turtle"}).status_code == 406
    assert reader.get(f"{BASE}/entities/{URN}", headers={"accept": "text/turtle, */*;q=0.1"}).status_code == 200
    assert reader.delete(f"{BASE}/entities/{URN}").status_code == 405


@given(st.text(alphabet='abcstatus=!<>~;|,"\\.[]()0123 ', max_size=60))
def test_any_condition_is_understood_or_refused(q: str) -> None:
    try:
        holds = ngsi_query.conditions_of(q)
    except Refused as error:
        assert error.status in (400, 422)
    else:
        assert holds({"id": "x", "type": LIGHT, "status": "ok", "level": 1}) in (True, False)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_it_does_as_the_openapi_promises(reader: TestClient[Any], mode: GenerationMode) -> None:
    schema = reader.get("/openapi.json").json()
    schema["paths"] = {path: one for path, one in schema["paths"].items() if path.startswith(BASE)}
    assert len(schema["paths"]) == 5
    del schema["security"]
    tried, count = 0, 6 if mode is GenerationMode.POSITIVE else 2
    for found in schemathesis.openapi.from_dict(schema).get_all_operations():
        operation = found.ok()

        @settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(generation_mode=mode))
        def obeys(case: Any) -> None:
            nonlocal tried
            tried += 1
            sent = {"params": dict(case.query or {}), "headers": dict(case.headers or {})}
            answer = reader.request(case.method, case.formatted_path, **sent)
            # NGSI-LD's own language of conditions cannot be said in OpenAPI: 400 is right for a text that is none of it
            refuses = case.path.startswith(f"{BASE}/entities") or case.method in ("POST", "PATCH")
            case.validate_response(answer, excluded_checks=[positive_data_acceptance] if refuses else [])

        with suppress(Unsatisfiable):
            obeys()
    assert tried >= 5
