"""Every address that the console gives away: one rule, by plain HTTP, by TLS of its own and behind a proxy's."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
import segno
from litestar.testing import TestClient

from host_tools.city.console.access import cookies, sessions, tokens
from host_tools.city.console.app import whole
from tests.host_tools.city.console.console_bench import Bench

NUMBERS = {"highest": 100, "radius_m": 0, "minutes": 1, "calls": 6000, "days": 1}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize(
    ("secure", "proxied", "host", "begins"),
    [
        (False, False, "127.0.0.1:8080", "http://127.0.0.1:8080"),
        (True, False, "lights.example:8443", "https://lights.example:8443"),
        (True, True, "lights.example", "https://lights.example"),  # the proxy itself asks by plain HTTP
    ],
)
def test_what_others_get_is_the_address_by_which_they_reach_it(
    bench: Bench, secure: bool, proxied: bool, host: str, begins: str
) -> None:  # fmt: skip
    bench.settings = replace(bench.settings, hosts=(host,), secure=secure, proxied=proxied)
    bench.born("P0002")
    with bench.city() as city, city.writing() as connection:
        token = tokens.add(connection, "egov", ["ngsi", "read"], [], NUMBERS, "admin", bench.now)
        row = connection.exec_driver_sql("SELECT id FROM \"user\" WHERE name = 'viewer'").scalar_one()
        session = sessions.begin(connection, int(row), bench.now, "", "")
    scheme = "https" if secure and not proxied else "http"
    proxy = {"x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https"} if proxied else {}
    with TestClient(whole(bench.app()), base_url=f"{scheme}://{host}") as client:
        client.headers.update(proxy)
        program = {"authorization": f"Bearer {token}"}
        feed = ElementTree.fromstring(client.get("/doors/cap/alerts", headers=program).content)
        assert feed.findtext(f"{ATOM}id") == f"{begins}/doors/cap/alerts"
        discovery = client.get("/open311/discovery.json").json()
        assert {one["url"] for one in discovery["endpoints"]} == {f"{begins}/open311/v2"}
        lights: Any = client.get("/ngsi-ld/v1/entities?type=Streetlight", headers=program)
        assert lights.headers["link"].startswith(f"<{begins}/ngsi-ld/v1/context.jsonld>")
        cookie = {"cookie": f"{cookies.session_name(bench.settings)}={session}"}
        code = client.get("/p/P0002/qr.svg", headers=cookie).content
        drawn = io.BytesIO()
        made = segno.make(f"{begins}/p/P0002?crew", error="m", micro=False)
        made.save(drawn, kind="svg", scale=3, border=2, xmldecl=False)
        assert code == drawn.getvalue()


def test_a_host_that_the_console_does_not_have_is_given_no_address(bench: Bench) -> None:
    with TestClient(whole(bench.app()), base_url="http://evil.example") as client:
        assert client.get("/open311/discovery.json").status_code == 400
