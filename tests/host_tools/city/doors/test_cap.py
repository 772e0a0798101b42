"""Disaster management: from an alert of CAP to the light of its area, its updates and cancels, and back."""

from __future__ import annotations

import http.client
import http.server
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from host_tools.city.doors.cap_fetching import fetch
from host_tools.language.language import Spoken
from tests.host_tools.city.doors.cap_samples import CONTRACTS, F01_WEST, SENDER, alert, iso, update
from tests.host_tools.city.doors.street_bench import Street

PATH = "/doors/cap"
XML = {"content-type": "application/cap+xml"}
CAP = f'[cap]\nsenders = ["{SENDER}"]\n'
BEFORE = "2026-11-25T01:00"
EAST = "23.8470,78.7341 23.8470,78.7400 23.8500,78.7400 23.8500,78.7341"  # P0007 and on


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with Street.begin(tmp_path_factory.mktemp("cap"), poles=8, start=BEFORE, site=CAP) as made:
        yield made


_number = iter(range(1, 1000))


@pytest.fixture
def name() -> str:
    """An identifier that no other test has."""
    return f"MP-{next(_number)}"


def send(street: Street, data: bytes, token: Any = None) -> Any:
    client = token or street.program("cap")
    return client.post(PATH, content=data, headers=XML)


def test_an_alert_lights_its_area_until_it_expires(street: Street, name: str) -> None:
    agency, now = street.program("cap"), street.now
    before = street.state("P0002")["target"]
    answer = send(street, alert(now, identifier=name, expires=iso(now + 1200)), agency)
    assert (answer.status_code, answer.json()["state"], answer.json()["poles"]) == (201, "lit", 6)
    street.go(5)
    lit = street.state("P0002")
    assert (lit["target"], lit["owner"], lit["reason"], lit["until"]) == (
        100, "emergency", "Flood at the lake", now + 1200,
    )  # fmt: skip
    assert street.state("P0008")["owner"] == "calendar"
    told = agency.get(answer.headers["location"]).json()
    assert (told["ref"], told["state"], told["light"]["livesBy"]) == (f"CAP-{name}", "lit", 6)
    again = send(street, alert(now, identifier=name, expires=iso(now + 1200)), agency)
    assert (again.status_code, again.json()["light"]["orders"]) == (200, told["light"]["orders"])
    assert send(street, alert(now, identifier=name, expires=iso(now + 1200))).status_code == 409  # of another token
    street.receiver = False
    street.go(1200)
    assert (street.state("P0002")["target"], street.state("P0002")["owner"]) == (before, "calendar")
    street.restart_receiver()


def test_an_update_takes_its_place_and_a_cancel_ends_it(street: Street, name: str) -> None:
    agency, now = street.program("cap"), street.now
    send(street, alert(now, identifier=name), agency)
    street.go(5)
    moved = update(street.now, "Update", f"{name}.2", name, now, polygon=EAST, headline="Flood moves east",
                   expires=iso(street.now + 7200))  # fmt: skip
    assert send(street, moved, agency).json()["state"] == "lit"
    street.go(5)
    assert street.state("P0002")["owner"] == "calendar"
    assert (street.state("P0008")["owner"], street.state("P0008")["reason"]) == ("emergency", "Flood moves east")
    assert agency.get(f"{PATH}/messages/CAP-{name}").json()["state"] == "replaced"
    late = alert(now + 1, identifier=f"{name}.1", msgType="Update", references=f"{SENDER},{name},{iso(now)}")
    assert send(street, late, agency).json()["state"] == "late"  # sent before the other, and came after it
    other = update(street.now, "Cancel", f"{name}.3", f"{name}.2", now)
    assert send(street, other).json()["why"] == "Nothing is in force or waits under its references."  # another token
    street.go(5)
    assert street.state("P0008")["owner"] == "emergency"
    test = update(street.now, "Cancel", f"{name}.4", f"{name}.2", now, status="Test")
    assert send(street, test, agency).json()["state"] == "shown"
    ended = send(street, update(street.now, "Cancel", f"{name}.5", f"{name}.2", now), agency)
    assert (ended.status_code, ended.json()["state"]) == (200, "ends")
    street.go(5)
    assert street.state("P0008")["owner"] == "calendar"


def test_a_cancel_that_comes_first_keeps_its_alert_from_doing_anything(street: Street, name: str) -> None:
    agency, now = street.program("cap"), street.now
    assert send(street, update(now, "Cancel", f"{name}.2", name, now - 60), agency).json()["state"] == "ends"
    assert send(street, alert(now - 60, identifier=name), agency).json()["state"] == "late"
    street.go(5)
    assert street.state("P0002")["owner"] == "calendar"


def test_an_alert_of_tomorrow_waits_on_the_poles_themselves(street: Street, name: str) -> None:
    agency, now = street.program("cap"), street.now
    asked = alert(now, identifier=name, effective=iso(now + 600), expires=iso(now + 1200))
    assert send(street, asked, agency).json()["begins"] == now + 600
    street.go(5)
    assert street.state("P0002")["owner"] == "calendar"
    street.receiver = False
    street.go(600)
    assert street.state("P0002")["owner"] == "emergency"
    street.go(600)
    assert street.state("P0002")["owner"] == "calendar"
    street.restart_receiver()


@pytest.mark.parametrize(
    ("other", "status", "state", "why"),
    [
        ({"status": "Exercise"}, 200, "shown", "Its status is Exercise"),
        ({"sender": "stranger"}, 202, "waits", "stranger is no sender in [cap] of site.toml"),
        ({"severity": "Minor"}, 202, "waits", "its severity Minor"),
        ({"polygon": None}, 202, "waits", "It has neither a polygon nor a circle"),
        ({"polygon": "23.84,78.73 23.85,78.73"}, 202, "waits", "Its area cannot be used (polygon '23.84,78.73"),
        ({"polygon": "78.731,23.847 78.734,23.847 78.734,23.850"}, 202, "waits", "would if latitude and longitude"),
        ({"polygon": "13.0,80.0 13.1,80.0 13.1,80.1"}, 200, "shown", "No pole of this site lies in its area"),
    ],
)  # fmt: skip
def test_what_is_not_obeyed_by_itself_lights_nothing(
    street: Street, name: str, other: dict[str, Any], status: int, state: str, why: str
) -> None:
    answer = send(street, alert(street.now, identifier=name, **other))
    assert (answer.status_code, answer.json()["state"]) == (status, state)
    assert why in answer.json()["why"]
    street.go(3)
    assert street.state("P0002")["owner"] == "calendar"


def test_what_is_outside_of_its_token_is_refused_and_a_person_is_asked(street: Street, name: str) -> None:
    for number, (limits, said) in enumerate((
        ({"zones": ["W22"]}, "lie outside of W22"), ({"highest": 90}, "may ask for 90 at most"),
        ({"minutes": 30}, "It would hold for 60 minutes"),
    )):  # fmt: skip
        agency = street.program("cap", **limits)  # type: ignore[arg-type]
        answer = send(street, alert(street.now, identifier=f"{name}.{number}"), agency)
        assert answer.status_code == 422
        assert said in answer.json()["detail"] and answer.json()["detail"].endswith("A person at the desk is asked.")
        assert agency.get(f"{PATH}/messages/CAP-{name}.{number}").json()["state"] == "waits"
    assert send(street, alert(street.now, identifier=name), street.program("traffic")).status_code == 403
    street.go(3)
    assert street.state("P0002")["owner"] == "calendar"


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"", 422, "cannot be read as XML"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><alert>&x;</alert>", 422, "Entities are forbidden"),
        (b"<alert>" + b"x" * 257 * 1024 + b"</alert>", 413, ""),
        (b"<rss/>", 422, "The document is 'rss' and must be an alert of CAP."),
        (b"<alert/>", 422, "identifier is missing"),
    ],
)
def test_what_is_no_alert_is_refused_with_the_reason(street: Street, data: bytes, status: int, said: str) -> None:
    answer = send(street, data)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]


def test_a_hostile_headline_is_text_on_the_pole(street: Street, name: str) -> None:
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt; \u202eabc " + "क्षि" * 100
    asked = alert(street.now, identifier="<![CDATA[a/b <x>]]>", headline=hostile, polygon=F01_WEST,
                  expires=iso(street.now + 60))  # fmt: skip
    answer = send(street, asked)
    assert answer.status_code == 201 and answer.json()["ref"].startswith("CAP-a-b-x-")
    street.go(5)
    said = street.state("P0002")["reason"]
    assert said.startswith("<script>alert(1)</script> ?abc क्षि") and len(said) <= 80 and len(said.encode()) <= 240
    street.go(60)


@contextmanager
def serving(body: bytes, status: int = 200, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """(HOST:PORT of a server that answers with *body*, the paths it was asked for)"""
    asked: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


def sachet(host: str, now: int) -> bytes:
    """The sample of the contracts, as if it were of now, with its polygons at *host*."""
    data = (CONTRACTS / "sachet-shape-sample.xml").read_text(encoding="utf-8")
    return (
        data.replace("https://sachet.example", f"http://{host}").replace("2026-09-23T20:17:24+05:30", iso(now))
        .replace("2026-09-23T20:17:54+05:30", iso(now + 30)).replace("2026-09-23T22:15:00+05:30", iso(now + 3600))
    ).encode()  # fmt: skip


def test_a_fetch_that_is_refused_leaves_no_answer_open() -> None:
    with serving(b"no", 302) as (host, _), pytest.raises(Spoken) as raised:
        fetch(f"http://{host}/polygons", [host])
    values = [value for entry in traceback.walk_tb(raised.tb) for value in entry[0].f_locals.values()]
    answers = [value for value in values if isinstance(value, http.client.HTTPResponse)]
    assert answers and all(answer.isclosed() for answer in answers)


@pytest.mark.skipif(not CONTRACTS.is_dir(), reason="the contracts that judge the doors are not beside this checkout")
def test_polygons_of_a_second_document_are_fetched_from_a_named_host_alone(tmp_path: Path) -> None:
    polygons = (CONTRACTS / "sachet-polygon-shape-sample.xml").read_bytes()
    with (
        serving(polygons) as (good, asked), serving(polygons) as (other, never),
        serving(b"", 302, location=f"http://{other}/") as (turns, turned),
        Street.begin(tmp_path, poles=2, start=BEFORE, site=f'{CAP}hosts = ["{good}", "{turns}"]') as street,
    ):  # fmt: skip
        agency = street.program("cap")
        for host, why in ((other, "which is at no host of [cap]"), (turns, "(status 302)")):
            data = sachet(host, street.now).replace(b"0000_8", f"000_{host[-5:]}".encode())
            answer = send(street, data, agency)
            assert (answer.status_code, answer.json()["state"]) == (202, "waits") and why in answer.json()["why"]
        assert turned and not never and not asked
        answer = send(street, sachet(good, street.now), agency)
        assert (answer.status_code, answer.json()["poles"]) == (201, 240), answer.text
        assert asked == ["/FetchPolygonXMLFile?identifier=1790000000000000"]
        street.go(5)
        assert street.state("P0001")["reason"] == "Lightning likely over Sagar"
