"""What holds for every route: who may come in, what a page of another site can do, and that texts stay texts.

The routes are those of the application, so a new screen is tried here without being named.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from host_tools.city.commands import audit, order_rows
from host_tools.city.commands.order import Order
from host_tools.city.console.access import cookies, sessions, tokens
from host_tools.city.console.access.roles import ADMIN, ROLES, VIEWER
from host_tools.city.console.app import whole
from host_tools.city.console.headers import HEADERS
from host_tools.city.store.alarm_tables import alarm, work_order
from host_tools.city.store.command_tables import command
from host_tools.city.store.console_tables import user
from host_tools.city.store.tables import pole
from tests.host_tools.city.console.console_bench import HOST, Bench

OPEN = {  # to all, by intent
    "GET /login", "GET /login/city", "GET /login/city/back", "POST /login", "POST /login/code", "POST /logout",
    "POST /preferences", "GET /health",
    "GET /static/{file_path}", "HEAD /static/{file_path}", "GET /fonts/{file_path}", "HEAD /fonts/{file_path}",
    # complaints without a login, and what Open311 says that each may ask for
    "GET /complain", "POST /complain", "GET /complain/status", "GET /complain/map", "GET /complain/files/{name}",
    "GET /open311/discovery", "GET /open311/discovery.xml", "GET /open311/discovery.json", "GET /open311/v2/services",
    "GET /open311/v2/services.xml", "GET /open311/v2/services.json", "GET /open311/v2/services/{code}",
    "GET /ngsi-ld/v1/context.jsonld", "GET /open", "GET /open/{name}",
}  # fmt: skip
NO_SESSION = {"POST /complain"}  # that a page of another site could misuse: it needs no secret, and sets no cookie
OWN_REFUSALS = "/open311/"  # refuses in its own format, without a token by 403: GeoReport v2, "Possible Errors"
STREAMS = {"/live"}  # whose answer does not end
SAFE = ("GET", "HEAD", "OPTIONS")
VALUES = {"number": "1", "name": "P0003", "pole": "P0003", "file_path": "console.css", "path": "x"}
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
HOSTILE = (SCRIPT, "=cmd|' /C calc'!A0", "\u202eabc\u2066", "x" * 10_000, "{{ 7 * 7 }}")
PEOPLE = (  # columns of an alarm that hold what somebody wrote
    "cause", "carry", "note", "acknowledged_by", "assigned_to", "mended_by", "closed_by", "close_reason",
)  # fmt: skip
RAW = re.compile(r"<script>alert|<img src=x", re.IGNORECASE)


class Route(NamedTuple):
    """A method and path of the application, with what its guards need."""

    method: str
    path: str
    role: str | None
    door: str | None
    csrf: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def url(self) -> str:
        return re.sub(r"\{(\w+)[^}]*\}", lambda found: VALUES.get(found[1], "1"), self.path)


def routes_of(app: Litestar) -> list[Route]:
    """Every one but those that only say which methods there are."""
    out = []
    for route in app.routes:
        assert isinstance(route, HTTPRoute), "a websocket or a mounted app needs a test of its own"
        for method, (handler, _kwargs) in route.route_handler_map.items():
            if method == "OPTIONS":
                continue
            guards = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
            roles = [guard.needs for guard in guards if hasattr(guard, "needs")]
            doors = [guard.door for guard in guards if hasattr(guard, "door")]
            role, door = (roles or [None])[0], (doors or [None])[0]
            out.append(Route(method, route.path_format, role, door, not handler.opt.get("exclude_from_csrf")))
    return out


class Tried:
    """A client without a session, and cookies of sessions of each role."""

    def __init__(self, bench: Bench, app: Litestar, client: TestClient[Any]) -> None:
        self.app, self.client, self.routes = app, client, routes_of(app)
        with app.state.city.writing() as connection:
            numbers = dict(connection.execute(sa.select(user.c.name, user.c.id)).all())
            self.cookies = {
                role: sessions.begin(connection, numbers[role], bench.now, "192.0.2.1", SCRIPT) for role in ROLES
            }
            self.token = tokens.add(connection, "reader", ["read"], [], _NUMBERS, "admin", bench.now)

    def send(self, route: Route, role: str | None = None, **options: Any) -> Any:
        """The answer to *route*, with a session of *role* where given."""
        options.setdefault("headers", {})
        if role is not None:
            self.client.cookies[sessions.COOKIE] = self.cookies[role]
        try:
            return self.client.request(route.method, route.url, follow_redirects=False, **options)
        finally:
            self.client.cookies.delete(sessions.COOKIE)


_NUMBERS = {"highest": 100, "radius_m": 500, "minutes": 10, "calls": 6000, "days": 1}


@contextmanager
def trying(bench: Bench) -> Iterator[Tried]:
    app = bench.app()
    with TestClient(whole(app), base_url=f"http://{HOST}") as client:
        client.headers["accept"] = "text/html"
        client.get("/login")
        client.headers["x-csrftoken"] = client.cookies[cookies.FORM]
        yield Tried(bench, app, client)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One for all tests of this file, which are refused, or only read."""
    bench = Bench(tmp_path_factory.mktemp("security") / "record.sqlite")
    bench.born("P0003")
    yield bench
    bench.close()


@pytest.fixture(scope="module")
def tried(store: Bench) -> Iterator[Tried]:
    with trying(store) as made:
        yield made


def test_every_route_is_open_by_intent_or_has_a_guard(tried: Tried) -> None:
    bare = {one.name for one in tried.routes if one.role is None and one.door is None}
    assert bare == OPEN


def test_no_route_lets_anyone_in_without_a_session_or_a_token_that_holds(tried: Tried) -> None:
    guarded = [one for one in tried.routes if one.name not in OPEN]
    assert len(guarded) > 40
    for one in guarded:
        if one.path.startswith(OWN_REFUSALS):
            for key in ({}, {"authorization": f"Bearer {tokens.PREFIX}{'A' * 43}"}):
                answer = tried.send(one, headers=key, params={} if key else {"api_key": "A" * 43})
                kind = "application/json" if one.path.endswith(".json") else "text/xml"
                assert (answer.status_code, answer.headers["content-type"]) == (403, f"{kind}; charset=utf-8"), one
            continue
        page = tried.send(one)
        if one.method == "GET":
            assert page.status_code == 302 and page.headers["location"].startswith("/login"), one
        else:
            assert page.status_code == 401, one
        program = tried.send(one, headers={"accept": "application/json"})
        assert (program.status_code, program.headers["content-type"]) == (401, "application/problem+json"), one
        false = tried.send(one, headers={"authorization": f"Bearer {tokens.PREFIX}{'A' * 43}"})
        assert false.status_code == 401 or (one.method == "GET" and false.status_code == 302), one
        tried.client.cookies[sessions.COOKIE] = "A" * 43
        assert tried.send(one, headers={"accept": "application/json"}).status_code == 401, one


def test_no_route_lets_in_a_role_below_its_own(tried: Tried) -> None:
    above = [one for one in tried.routes if one.role is not None and one.role != VIEWER]
    assert {one.role for one in above} == {"operator", "engineer", "admin"}
    for one in above:
        below = ROLES[ROLES.index(one.role or "") - 1]
        assert tried.send(one, below).status_code == 403, (one, below)


def test_a_token_for_reading_opens_what_programs_read_and_no_page_of_a_person(tried: Tried) -> None:
    bearer = {"authorization": f"Bearer {tried.token}", "accept": "application/json"}
    for one in tried.routes:
        if one.name in OPEN or one.path in STREAMS:
            continue
        status = tried.send(one, headers=bearer).status_code
        if one.door == tokens.READ:
            assert status not in (401, 403), one
        else:
            assert status in (401, 403), (one, status)


def test_nothing_changes_without_the_secret_of_a_form_or_from_a_page_of_another_site(tried: Tried) -> None:
    changing = [one for one in tried.routes if one.method not in SAFE]
    assert len(changing) > 15
    for one in changing:
        if one.name in NO_SESSION:
            assert "set-cookie" not in tried.send(one, headers={"cookie": ""}).headers
        elif not one.csrf:
            assert one.role is None and one.door, f"{one}: only a token may do without the secret of a form"
        if not one.csrf:
            continue
        secret = tried.client.headers.pop("x-csrftoken")
        assert tried.send(one, ADMIN).status_code == 403, one
        other = secret[:-1] + ("0" if secret[-1] != "0" else "1")
        assert tried.send(one, ADMIN, headers={"x-csrftoken": other}).status_code == 403, one
        tried.client.headers["x-csrftoken"] = secret
        for foreign in (
            {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"},
            {"origin": "null"}, {"origin": f"http://{HOST}.evil.example"},
        ):  # fmt: skip
            assert tried.send(one, ADMIN, headers=foreign).status_code == 403, (one, foreign)


def test_every_answer_has_the_headers_that_protect_it(tried: Tried) -> None:
    answers = {
        "page": tried.client.get("/login"), "file": tried.client.get("/static/console.css"),
        "no file": tried.client.get("/static/none.css"), "no page": tried.client.get("/none"),
        "wrong method": tried.client.put("/login"), "wrong host": tried.client.get("/login", headers={"host": "evil"}),
        "not logged in": tried.client.get("/desk"), "refused": tried.client.post("/login", headers={"origin": "null"}),
        "no query": tried.client.get("/api/poles?limit=0", headers={"accept": "application/json"}),
    }  # fmt: skip
    for what, answer in answers.items():
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (what, name)
        assert answer.headers["cache-control"], what
    assert "unsafe" not in HEADERS["content-security-policy"]
    assert answers["wrong host"].status_code == 400


def test_a_fault_of_ours_is_said_with_the_same_headers_and_no_detail(
    tried: Tried, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_named: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(tried.app.state.city, "reading", broken)
    answer = tried.client.get("/health")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil", f"{HOST}:81", f"x{HOST}", "testserverxlocal", ""])
def test_a_request_for_another_host_is_refused(tried: Tried, host: str) -> None:
    assert tried.client.get("/login", headers={"host": host}).status_code == 400


def hostile_rows(bench: Bench, tried: Tried) -> None:
    """Everything a pole, a person or another program may have written, with texts that do harm where they are code."""
    at = bench.now
    for number, text in enumerate(HOSTILE):
        name = f"P000{number + 1}"
        bench.say(name, "presence", online=True)
        bench.say(name, "birth", nonce="n", firmware=text, groups=[text], epoch="e1", board=text, mac=text)
        bench.say(
            name, "state", level=60, target=60, owner="operator", reason=text, until=at + 60, faults=[text], clock=text
        )
        bench.say(
            name, "event", id="e1-1", eventType="lampFailure", startEndFlag=True, timestamp=at, replayed=False,
            attributes={text: text},
        )  # fmt: skip
        bench.say(
            name, "event", id="e1-2", eventType=text[:60], startEndFlag=True, timestamp=at, replayed=False,
            attributes={},
        )  # fmt: skip
    with tried.app.state.city.writing() as connection:
        for number, text in enumerate(HOSTILE):
            order = Order(
                "operator", "operator", "override", "operator", at + 600, "console", 60, "r", f"OP-{number}",
                scope={"poles": ["P0003"]}, written_at=at,
            )  # fmt: skip
            written = order_rows.write(connection, order, ["P0003"])
            values = {"who": text, "reason": text, "ref": text, "ref_address": text, "answer": text, "second": text}
            connection.execute(sa.update(command).where(command.c.id.in_(written)).values(values))
            audit.add(connection, "", at, text, text, text, None, {text: text, "more": [text]})
            connection.execute(sa.update(pole).where(pole.c.name == f"P000{number + 1}").values(
                owner=text, reason=text, clock=text,
            ))  # fmt: skip
            row = sa.select(alarm.c.id).order_by(alarm.c.id).offset(number).limit(1).scalar_subquery()
            said: dict[str, Any] = dict.fromkeys(PEOPLE, text)
            order_of = sa.insert(work_order).values(
                crew=text, note=text, proof=text, made_at=at, made_by=text, due=at, metres=1,
                parts=json.dumps([[1, text]]), poles=json.dumps(["P0003"]),
            )  # fmt: skip
            made = connection.execute(order_of.returning(work_order.c.id)).scalar_one()
            said |= {"assigned": at, "acknowledged": at, "work_order": made}
            connection.execute(sa.update(alarm).where(alarm.c.id == row).values(said))


def test_what_poles_and_people_wrote_stays_text_on_every_page(store: Bench, tried: Tried) -> None:
    hostile_rows(store, tried)
    pages = [one for one in tried.routes if one.method == "GET" and one.path not in STREAMS]
    seen = 0
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("en", dict.fromkeys(("who", "q", "next", "search", "pole"), SCRIPT)),
        ("en", {"name": "P0003", "alarm": 1, "by": "pole", "of": "P0003"}), ("hi", {}),
    )  # fmt: skip
    for lang, params in asked:
        tried.client.cookies["diya_lang"] = lang
        for one in pages:
            answer = tried.send(one, ADMIN, params=params)
            assert answer.status_code < 500, (one, answer.text[:2000])
            kind = answer.headers.get("content-type", "")
            if kind.startswith("text/html"):
                assert not RAW.search(answer.text), one
                seen += "&lt;script&gt;" in answer.text
            elif kind.startswith("text/csv"):
                cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
                assert cells and not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))], one
                assert "\u202e" not in answer.text
            elif "json" in kind:
                json.loads(answer.text)
            assert answer.headers["x-content-type-options"] == "nosniff"
    assert seen >= 4  # the pages really show such texts


@pytest.mark.parametrize(
    "path",
    [
        "../app.py", "..%2fapp.py", "%2e%2e/app.py", "....//app.py", "..\\app.py", "/etc/passwd", "%2fetc%2fpasswd",
        "vendor/../../app.py", "..%252fapp.py", "\x00", "%00",
    ],
)  # fmt: skip
def test_files_come_from_their_folder_alone(tried: Tried, path: str) -> None:
    for folder in ("static", "fonts"):
        answer = tried.client.get(f"http://{HOST}/{folder}/{path}".replace("\x00", "%00"))
        assert answer.status_code in (302, 404, 400), path
        assert "root:" not in answer.text and "import " not in answer.text


def test_no_secret_gets_into_a_log(
    tried: Tried, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    password, code = "my very own password", "123456"
    city = tried.app.state.city

    def broken(*_args: object, **_named: object) -> None:
        raise RuntimeError("no such thing")

    for fault in (False, True):
        if fault:
            monkeypatch.setattr(city, "writing", broken)
        tried.client.post("/login", data={"name": "viewer", "password": password})
        tried.client.post("/login/code", data={"code": code})
        tried.client.get("/api/poles", headers={"authorization": f"Bearer {tried.token}"})
        tried.client.get("/", headers={"authorization": f"Bearer {tried.token}x"})
        own = next(one for one in tried.routes if one.name == "POST /account/password")
        tried.send(own, VIEWER, data={"old": password, "new": password, "again": password})
    said = capfd.readouterr()
    everything = said.out + said.err + caplog.text
    assert "no such thing" in everything  # a fault is in the log
    for secret in (password, code, tried.token, *tried.cookies.values()):
        assert secret not in everything
