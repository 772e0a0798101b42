"""The doors do as their OpenAPI promises, judged by schemathesis; and each refusal is a problem."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from litestar.testing import TestClient
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from host_tools.city.console.access import tokens
from host_tools.city.console.app import whole
from tests.host_tools.city.console.console_bench import HOST, Bench
from tests.host_tools.city.doors.street_bench import NUMBERS

EXAMPLES = {GenerationMode.POSITIVE: 8, GenerationMode.NEGATIVE: 4}  # of each operation
PROBLEM = "application/problem+json"
ELECTION = "/doors/election/"  # a date is a text in OpenAPI's paths
OURS = "^/doors/(traffic|incidents|cap|election)"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    """A program with a token for every door."""
    bench = Bench(tmp_path_factory.mktemp("doors-api") / "record.sqlite")
    for number in range(1, 5):
        bench.born(f"P{number:04}")
    app = bench.app()
    with TestClient(whole(app), base_url=f"http://{HOST}") as client:
        with app.state.city.writing() as connection:
            doors = ["read", "traffic", "incidents", "cap", "election"]
            text = tokens.add(connection, "all", doors, [], NUMBERS, "admin", bench.now)
        client.headers["authorization"] = f"Bearer {text}"
        yield client
    bench.close()


def test_each_operation_tells_its_refusals_as_problems(api: TestClient[Any]) -> None:
    told = api.get("/openapi.json").json()["paths"]
    ours = {path: told[path] for path in told if re.match(OURS, path)}
    assert len(ours) >= 8
    for path in ours.values():
        for name, operation in path.items():
            for status in ("400", "401", "403", "409", "422", "429"):
                assert set(operation["responses"][status]["content"]) == {PROBLEM}
            if name in ("put", "post"):
                assert operation["requestBody"]["required"]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_doors_do_as_their_openapi_promises(api: TestClient[Any], mode: GenerationMode) -> None:
    schema = api.get("/openapi.json").json()
    del schema["security"]  # here each request has its token
    told = schemathesis.openapi.from_dict(schema).include(path_regex=OURS)
    if mode == GenerationMode.NEGATIVE:
        told = told.include(method=["PUT", "POST"])  # nothing that is wrong can be asked of the others
    tried = 0
    for found in told.get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES[mode], deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(generation_mode=mode))
        def obeys(case: Any) -> None:
            nonlocal tried
            tried += 1
            body: dict[str, Any] = {}
            if isinstance(case.body, str | bytes):
                body = {"content": case.body.encode("utf-8", "replace") if isinstance(case.body, str) else case.body}
            elif isinstance(case.body, dict | list | int | float | bool) or case.body is None:
                body = {"json": case.body} if case.method in ("PUT", "POST") else {}
            headers = {
                name: value for name, value in dict(case.headers or {}).items() if name.lower() != "authorization"
            }
            sent = {"params": dict(case.query or {}), "headers": headers, **body}
            answer = api.request(case.method, case.formatted_path, **sent)
            assert answer.status_code < 500, answer.text
            # what is well-formed may be refused all the same: where no pole stands, or in a night that is over
            refuses = case.method in ("PUT", "POST") or ELECTION in case.path
            case.validate_response(answer, excluded_checks=[positive_data_acceptance] if refuses else [])

        with suppress(Unsatisfiable):
            obeys()
    assert tried >= 12
