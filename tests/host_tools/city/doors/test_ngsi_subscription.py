"""NGSI-LD's subscriptions: to hosts of site.toml alone, driven by the revision, tried again, there after a restart.

The tests of `ngsi_book` and `ngsi_sender`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from litestar.testing import TestClient

from host_tools.city.console.access import tokens
from host_tools.city.console.app import whole
from host_tools.city.doors.ngsi_form import BASE, ERRORS
from host_tools.city.doors.ngsi_sender import NgsiSender
from host_tools.city.store.database import sqlite, sqlite_connection
from host_tools.site import load_site
from tests.host_tools.city.console.console_bench import HOST, Bench
from tests.town import SAGAR

PATH = f"{BASE}/subscriptions"
NUMBERS = {"highest": 100, "radius_m": 0, "minutes": 1, "calls": 6000, "days": 1}
URN = "urn:ngsi-ld:Streetlight:sagar:P0003"


@dataclass
class Broker:
    """A context broker of e-governance, which answers with *status* and keeps what it got."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.got.append((dict(self.headers), json.loads(body)))
            self.send_response(made.status)
            if made.status == 302:
                self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}/notify"
    yield made
    server.shutdown()
    server.server_close()


class EGov:
    """E-governance's program, and the receiver that sends to it."""

    def __init__(self, bench: Bench, client: TestClient[Any], broker: Broker, site: Path) -> None:
        self.bench, self.client, self.broker, self.site = bench, client, broker, site
        self.wall = 1000
        self.sender = self.new_sender()

    def new_sender(self) -> NgsiSender:
        where = Path(self.bench.where)
        database = sqlite(lambda: sqlite_connection(where), str(where), str)
        return NgsiSender(database, load_site(self.site), lambda: self.bench.now, print, lambda: self.wall)

    def subscribe(self, **values: Any) -> Any:
        body = {
            "type": "Subscription", "entities": [{"type": "Streetlight"}],
            "notification": {"format": "keyValues", "endpoint": {"uri": self.broker.url}}, **values,
        }  # fmt: skip
        return self.client.post(PATH, json=body)

    def shown(self) -> Any:
        (one,) = self.client.get(PATH).json()
        return one


@contextmanager
def connected(bench: Bench, folder: Path, broker: Broker) -> Iterator[EGov]:
    site = folder / "site"
    shutil.copytree(SAGAR, site)
    host = broker.url.split("/")[2]
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[ngsi]\nhosts = ["{host}", "broker.egov.example"]\n')
    bench.settings = replace(bench.settings, site=str(site))
    app = bench.app()
    with TestClient(whole(app), base_url=f"http://{HOST}") as client:
        with app.state.city.writing() as connection:
            token, other = (
                tokens.add(connection, name, ["ngsi"], [], NUMBERS, "admin", bench.now) for name in ("egov", "other")
            )
        client.headers["authorization"] = f"Bearer {token}"
        client.other = {"authorization": f"Bearer {other}"}  # type: ignore[attr-defined]
        yield EGov(bench, client, broker, site)


@pytest.fixture
def egov(bench: Bench, tmp_path: Path, broker: Broker) -> Iterator[EGov]:
    bench.born("P0003", 100)
    bench.born("P0004", 100)
    with connected(bench, tmp_path, broker) as made:
        yield made


def test_what_changed_is_told_and_nothing_else(egov: EGov) -> None:
    made = egov.subscribe(subscriptionName="lights")
    assert made.status_code == 201 and made.headers["location"].startswith(f"{PATH}/urn:ngsi-ld:Subscription:")
    assert egov.sender.turn() == 0  # nothing has changed since
    egov.bench.lit("P0003", 40)
    assert egov.sender.turn() == 1
    ((headers, told),) = egov.broker.got
    assert headers["Content-Type"] == "application/json"
    assert told["type"] == "Notification" and told["subscriptionId"] == made.headers["location"].rpartition("/")[2]
    assert [(one["id"], one["powerState"]) for one in told["data"]] == [(URN, "low")]
    assert egov.sender.turn() == 0
    egov.bench.event("P0004", "lampFailure")
    assert egov.sender.turn() == 1
    assert [(one["streetPoleNum"], one["status"]) for one in egov.broker.got[1][1]["data"]] == [
        ("P0004", "defectiveLamp")
    ]
    shown = egov.shown()
    assert (shown["status"], shown["notification"]["timesSent"], shown["notification"]["status"]) == ("active", 2, "ok")


def test_only_watched_attributes_of_asked_entities_matter(egov: EGov) -> None:
    egov.subscribe(entities=[{"type": "Streetlight", "id": URN}, {"type": "StreetlightFeeder"}],
                   watchedAttributes=["powerState"], q="powerState==off,low")  # fmt: skip
    egov.bench.lit("P0003", 60)
    egov.bench.lit("P0004", 10)
    assert egov.sender.turn() == 0
    egov.bench.lit("P0003", 40)
    assert egov.sender.turn() == 1
    assert {one["type"] for one in egov.broker.got[0][1]["data"]} == {"Streetlight", "StreetlightFeeder"}
    egov.bench.lit("P0003", 30)
    assert egov.sender.turn() == 0  # it is low as before


def test_it_is_tried_again_later_and_later_and_outlives_the_process(egov: EGov) -> None:
    egov.subscribe()
    egov.broker.status = 503
    egov.bench.lit("P0003", 40)
    for wait in (5, 10, 20):
        assert egov.sender.turn() == 0
        tries = len(egov.broker.got)
        egov.wall += wait - 1
        egov.sender.turn()
        assert len(egov.broker.got) == tries
        egov.wall += 1
    notification = egov.shown()["notification"]
    assert (notification["status"], notification["lastFailureReason"]) == ("failed", "it answered 503")
    egov.broker.status = 204
    egov.broker.got.clear()
    assert egov.new_sender().turn() == 1  # of another process
    assert egov.broker.got[0][1]["data"][0]["id"] == URN
    assert egov.shown()["notification"]["status"] == "ok"


def test_a_redirect_is_not_followed(egov: EGov) -> None:
    egov.subscribe()
    egov.broker.status = 302
    egov.bench.lit("P0003", 40)
    assert egov.sender.turn() == 0
    assert egov.shown()["notification"]["lastFailureReason"] == "it answered 302"


def test_two_processes_send_it_once(egov: EGov) -> None:
    egov.subscribe()
    egov.bench.lit("P0003", 40)
    other = egov.new_sender()
    assert egov.sender.turn() + other.turn() == 1
    assert len(egov.broker.got) == 1


def test_the_forms_of_a_notification(egov: EGov) -> None:
    endpoint = {"uri": egov.broker.url, "accept": "application/ld+json",
                "receiverInfo": [{"key": "X-Tenant", "value": "sagar"}]}  # fmt: skip
    egov.subscribe(notification={"attributes": ["powerState"], "endpoint": endpoint}, throttling=60)
    egov.bench.lit("P0003", 40)
    egov.sender.turn()
    headers, told = egov.broker.got[0]
    assert headers["Content-Type"] == "application/ld+json" and headers["X-Tenant"] == "sagar"
    assert told["@context"] and set(told["data"][0]) == {"id", "type", "powerState"}
    assert told["data"][0]["powerState"]["type"] == "Property"
    egov.bench.lit("P0003", 100)
    assert egov.sender.turn() == 0  # not more often than each minute
    egov.wall += 60
    assert egov.sender.turn() == 1


def test_it_belongs_to_its_token_and_ends(egov: EGov) -> None:
    number = egov.subscribe(id="urn:ngsi-ld:Subscription:mine").headers["location"].rpartition("/")[2]
    other = egov.client.other  # type: ignore[attr-defined]
    assert egov.client.get(PATH, headers=other).json() == []
    for method in ("GET", "DELETE"):
        answer = egov.client.request(method, f"{PATH}/{number}", headers=other)
        assert (answer.status_code, answer.json()["type"]) == (404, f"{ERRORS}ResourceNotFound")
    again = egov.subscribe(id=number)
    assert (again.status_code, again.json()["type"]) == (409, f"{ERRORS}AlreadyExists")
    assert egov.client.get(f"{PATH}/{number}").json()["id"] == number
    assert egov.client.delete(f"{PATH}/{number}").status_code == 204
    assert egov.client.get(PATH).json() == []
    egov.subscribe(expiresAt="2026-11-24T18:00:00Z")
    egov.bench.now += 3600
    egov.sender.turn()
    assert egov.client.get(PATH).json() == []


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"type": "Thing"}, "type is 'Thing'"), ({"entities": []}, "entities must be a list"),
        ({"entities": [{"type": "Car"}]}, "type is 'Car'"), ({"entities": [{"idPattern": ".*"}]}, "entities: each"),
        ({"q": ">5"}, "q has"), ({"throttling": -1}, "throttling is"), ({"throttling": True}, "throttling is"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "must be later"), ({"expiresAt": "soon"}, "expiresAt is"),
        ({"id": "x y"}, "id is"), ({"geoQ": {}}, "'geoQ' is no field"), ({"isActive": "yes"}, "isActive"),
        ({"watchedAttributes": "status"}, "watchedAttributes"), ({"notification": []}, "notification must be"),
        ({"notification": {"endpoint": {}}}, "uri must be"), ({"notification": {"format": "x"}}, "format is"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_keeps_nothing(egov: EGov, values: dict[str, Any], says: str) -> None:
    answer = egov.subscribe(**values)
    assert answer.status_code == 400 and says in answer.json()["detail"], answer.text
    assert egov.client.get(PATH).json() == []


@pytest.mark.parametrize(
    "uri",
    [
        "http://169.254.169.254/latest", "http://127.0.0.1:1/x", "http://localhost/x", "https://evil.example/x",
        "http://broker.egov.example@evil.example/", "http://broker.egov.example.evil.example/",
        "http://broker.egov.example:81/", "file:///etc/passwd", "http://[::1]/", "http://broker.egov.example\\@evil/",
        "gopher://broker.egov.example/", "http://broker.egov.example:x/", "//broker.egov.example/",
    ],
)  # fmt: skip
def test_no_other_host_is_ever_called(egov: EGov, uri: str) -> None:
    answer = egov.subscribe(notification={"endpoint": {"uri": uri}})
    assert answer.status_code in (400, 403), answer.text
    assert egov.subscribe(notification={"endpoint": {"uri": "https://broker.egov.example/notify"}}).status_code == 201


def test_a_host_that_site_toml_no_longer_names_is_not_called(egov: EGov) -> None:
    egov.subscribe()
    text = (egov.site / "site.toml").read_text(encoding="utf-8")
    (egov.site / "site.toml").write_text(text.replace('"127.0.0.1', '"127.0.0.2'), encoding="utf-8")
    egov.bench.lit("P0003", 40)
    assert egov.new_sender().turn() == 0
    assert egov.broker.got == []
    assert "not among the hosts" in egov.shown()["notification"]["lastFailureReason"]


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b"\xff", b"[" * 10_000, b'{"type": 1e999}'])
def test_a_body_that_is_none_is_refused(egov: EGov, body: bytes) -> None:
    answer = egov.client.post(PATH, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400 and answer.headers["content-type"] == "application/problem+json"
    assert egov.client.post(PATH, content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
