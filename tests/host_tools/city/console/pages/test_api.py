"""The JSON API: what it says, and that it does as its OpenAPI promises, judged by schemathesis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from litestar.testing import TestClient
from schemathesis import GenerationMode

from host_tools.city.commands import order_rows
from host_tools.city.commands.order import Order
from host_tools.city.console.access import tokens
from host_tools.city.console.app import whole
from tests.host_tools.city.console.console_bench import HOST, Bench

Client = TestClient[Any]
EXAMPLES = 15  # of each operation and kind
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A program with a token for reading."""
    bench = Bench(tmp_path_factory.mktemp("api") / "record.sqlite")
    bench.born("P0003")
    bench.born("P0004", 40)
    bench.event("P0003", "lampFailure", level=100, activePower=2.5, expectedPower=148)
    app = bench.app()
    with TestClient(whole(app), base_url=f"http://{HOST}") as client:
        numbers = {"highest": 100, "radius_m": 0, "minutes": 1, "calls": 6000, "days": 1}
        order = Order(
            "asha", "operator", "override", "operator", bench.now + 600, "console", 80, "festival", "OP-1",
            scope={"poles": ["P0003"]}, written_at=bench.now,
        )  # fmt: skip
        with app.state.city.writing() as connection:
            text = tokens.add(connection, "reader", ["read"], [], numbers, "admin", bench.now)
            order_rows.write(connection, order, ["P0003"])
        client.headers["authorization"] = f"Bearer {text}"
        yield client
    bench.close()


def test_poles_alarms_and_orders_are_told(api: Client) -> None:
    assert [(one["name"], one["level"], one["owner"]) for one in api.get("/api/poles").json()] == [
        ("P0003", 60, "programme"), ("P0004", 40, "programme"),
    ]  # fmt: skip
    assert [one["name"] for one in api.get("/api/poles?after=P0003&limit=1").json()] == ["P0004"]
    assert api.get("/api/poles/P0004").json()["groups"] == []
    alarms = api.get("/api/alarms").json()
    assert [(one["kind"], one["severity"], one["poles"]) for one in alarms] == [("lampFailure", "dark", ["P0003"])]
    told = api.get("/api/commands").json()
    assert [(one["who"], one["reason"], one["deliveries"]) for one in told] == [("asha", "festival", {"waiting": 1})]
    assert api.get(f"/api/commands?before={told[0]['number']}").json() == []


def test_what_there_is_not_is_a_problem(api: Client) -> None:
    for path, status in (("/api/poles/none", 404), ("/api/poles?limit=0", 400), ("/api/commands?before=x", 400)):
        answer = api.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), path
        assert answer.json()["status"] == status and answer.json()["detail"]


def test_the_openapi_names_only_the_api_and_each_refusal_as_a_problem(api: Client) -> None:
    told = api.get("/openapi.json").json()
    own = {path for path in told["paths"] if not path.startswith(("/doors/", "/ngsi-ld/"))}  # their tests: city/doors
    assert own == {"/api/poles", "/api/poles/{name}", "/api/alarms", "/api/commands"}
    for path in told["paths"].values():
        for operation in path.values():
            for status in ("400", "401", "403", "409", "422", "429"):
                assert set(operation["responses"][status]["content"]) == {PROBLEM}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_it_does_as_its_openapi_promises(api: Client, mode: GenerationMode) -> None:
    schema = api.get("/openapi.json").json()
    del schema["security"]  # who may come in is test_security's matter: here each request has its token
    told = schemathesis.openapi.from_dict(schema)
    tried = 0
    for found in told.include(path_regex="^/api/").get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(generation_mode=mode))
        def obeys(case: Any) -> None:
            nonlocal tried
            tried += 1
            sent = {"params": dict(case.query or {}), "headers": dict(case.headers or {})}
            answer = api.request(case.method, case.formatted_path, **sent)
            case.validate_response(answer)

        with suppress(Unsatisfiable):  # nothing that is wrong can be asked of it
            obeys()
    assert tried > 30
