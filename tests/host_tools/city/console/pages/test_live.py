"""The stream: to many, to who comes late, to many tabs; and what a page no longer knows."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from tests.host_tools.city.console.browser import Console, serving
from tests.host_tools.city.console.console_bench import Bench
from tests.postgres import Server

CLIENTS = 50
MOST_MS = 700  # of 99 in 100, from the commit to the client
MOST_KB = 400_000


class Listener:
    """A client of the stream by a plain socket: what it has got, each with the time."""

    def __init__(self, console: Console, cookie: str, query: str = "", last_id: str = "") -> None:
        self.got: list[tuple[float, dict[str, Any]]] = []
        self.raw = b""
        self.ended = threading.Event()
        self._socket = socket.create_connection(("127.0.0.1", console.port))
        more = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        head = f"GET /live{query} HTTP/1.1\r\nHost: 127.0.0.1:{console.port}\r\nCookie: diya_session={cookie}\r\n"
        self._socket.sendall(f"{head}{more}\r\n".encode())
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        rest = b""
        try:
            while part := self._socket.recv(65536):
                self.raw = (self.raw + part)[:4000]
                rest += part
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    if line.startswith(b'data: {"'):
                        self.got.append((time.monotonic(), json.loads(line[6:])))
        except OSError:
            pass
        self.ended.set()

    def levels(self) -> dict[tuple[str, int], float]:
        """When each (pole, level) came first."""
        found: dict[tuple[str, int], float] = {}
        for at, message in list(self.got):
            for one in message["poles"]:
                found.setdefault((one[0], one[2]), at)
        return found

    def until(self, true: Callable[[Listener], object], seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while not true(self):
            assert time.monotonic() < end, self.got[-1:]
            time.sleep(0.02)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def console(bench: Bench) -> Iterator[Console]:
    """Served by processes of its own, which are measured and stopped here."""
    with serving(bench) as made:
        yield made


@pytest.fixture
def listen(console: Console) -> Iterator[Callable[..., Listener]]:
    made: list[Listener] = []

    def one(cookie: str, **values: str) -> Listener:
        made.append(Listener(console, cookie, **values))
        return made[-1]

    yield one
    for listener in made:
        listener.close()


def memory_kb(console: Console) -> int:
    """Of the console's processes."""
    total = 0
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getpgid(int(entry.name)) == console.group:
                status = (entry / "status").read_text()
                total += int(status.partition("VmRSS:")[2].split()[0])
        except (OSError, IndexError):
            continue
    return total


def test_fifty_clients_have_each_change_in_time_and_leave_nothing_behind(
    bench: Bench, console: Console, listen: Callable[..., Listener]
) -> None:
    for n in range(1, 61):
        bench.born(f"P{n:04}", 0)
    cookie = console.cookie("viewer")
    with console.heard():
        clients = [listen(cookie) for _ in range(CLIENTS)]
        for one in clients:
            one.until(lambda one: one.got)
        sent = {}
        for n in range(1, 61):
            bench.lit(f"P{n:04}", n)
            sent[f"P{n:04}", n] = time.monotonic()
            time.sleep(0.05)
        for one in clients:
            one.until(lambda one: sent.keys() <= one.levels().keys())
        waits = sorted((one.levels()[key] - at) * 1000 for one in clients for key, at in sent.items())
        assert waits[int(len(waits) * 0.99)] < MOST_MS
        assert memory_kb(console) < MOST_KB
        head = clients[0].raw.lower()
        assert b"text/event-stream" in head and b"x-accel-buffering: no" in head and b"content-encoding" not in head


def test_who_comes_back_misses_nothing(bench: Bench, console: Console, listen: Callable[..., Listener]) -> None:
    cookie = console.cookie("viewer")
    with console.heard():
        first = listen(cookie)
        first.until(lambda one: one.got)
        seen = str(first.got[-1][1]["rev"])
        first.close()
        bench.born("P0003", 77)
        bench.event("P0003", "lampFailure")
        for again in (listen(cookie, last_id=seen), listen(cookie, query=f"?since={seen}")):
            again.until(lambda one: ("P0003", 77) in one.levels())
            message = again.got[0][1]
            assert (str(message["since"]), [one["kind"] for one in message["alarms"]]) == (seen, ["lampFailure"])
        far = listen(cookie, last_id="99999999")
        far.until(lambda one: one.got)
        assert far.got[0][1]["anew"]


def test_a_stream_ends_with_its_session(bench: Bench, console: Console, listen: Callable[..., Listener]) -> None:
    cookie = console.cookie("viewer")
    with console.heard():
        one = listen(cookie)
        one.until(lambda one: one.got)
        with bench.city() as city, city.writing() as connection:
            connection.exec_driver_sql("DELETE FROM session")
        one.until(lambda one: b"event: over" in one.raw, 6)


def test_without_a_session_there_is_no_stream(bench: Bench) -> None:
    with bench.client(None) as client:
        for path in ("/live", "/live/changes", "/live/said?alarm=1"):
            assert client.get(path, headers={"accept": "*/*"}).status_code == 401


def test_an_open_page_alone_does_not_keep_a_session(bench: Bench) -> None:
    with bench.client("viewer") as client:
        city = client.app.state.city
        with city.writing() as connection:
            connection.exec_driver_sql("UPDATE session SET seen_at = seen_at - 3000")
        client.get("/live/changes?since=0")

        def seen() -> int:
            with city.reading() as connection:
                return int(connection.exec_driver_sql("SELECT seen_at FROM session").scalar_one())

        before = seen()
        assert client.post("/live/here").status_code == 204
        assert seen() > before + 2900


def test_what_is_not_known_any_more_is_said_within_five_seconds_and_comes_back(
    bench: Bench, console: Console, chromium: Browser
) -> None:
    bench.born("P0003")
    store = Path(bench.where)

    with console.heard() as heart, console.tab(chromium) as tab:
        tab.page.goto("/alarms")
        link = tab.page.locator("#link")

        def lost(text: str) -> None:
            expect(link).to_contain_text(text, timeout=5000)
            assert tab.run("document.body.dataset.lost") != ""

        def known() -> None:
            expect(link).to_have_text("Live", timeout=10_000)
            assert tab.run("document.body.dataset.lost") == ""

        known()
        tab.run("window.same = true")
        heart.broker = False
        lost("no connection to the broker for")
        heart.broker = True
        known()
        heart.stop()
        lost("No receiver has worked")
        tab.picture("lost")
        with console.heard():
            known()
            os.rename(store, store.with_name("away"))
            lost("cannot read its database")
            os.rename(store.with_name("away"), store)
            known()
            os.killpg(console.group, signal.SIGSTOP)
            lost("console has not answered")
            bench.lit("P0003", 0)
            os.killpg(console.group, signal.SIGCONT)
            known()
            expect(tab.page.locator("[data-total=off]")).to_have_text("1")
        assert tab.run("window.same")  # and all of it without a reload
        assert tab.errors == []


def test_a_database_server_that_is_away_is_said_within_five_seconds_and_comes_back(
    request: pytest.FixtureRequest, postgresql_server: Server, chromium: Browser
) -> None:
    url = postgresql_server.create(request.getfixturevalue("empty_database"))
    bench, door = Bench(url), postgresql_server.folder / ".s.PGSQL.5432"
    bench.born("P0003")
    try:
        with serving(bench) as console, console.heard(), console.tab(chromium) as tab:
            tab.page.goto("/alarms")
            link = tab.page.locator("#link")
            expect(link).to_have_text("Live", timeout=10_000)
            tab.run("window.same = true")
            with psycopg.connect(postgresql_server.url("postgres"), autocommit=True) as connection:
                os.rename(door, door.with_name("away"))  # no program gets in any more
                mine = "datname = current_database()"
                connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE NOT {mine}".encode())
            expect(link).to_contain_text("cannot read its database", timeout=5000)
            os.rename(door.with_name("away"), door)
            expect(link).to_have_text("Live", timeout=15_000)
            assert tab.run("window.same")
    finally:
        bench.close()
        postgresql_server.drop(url)


def test_many_tabs_share_one_stream_and_go_on_when_its_tab_is_closed(
    bench: Bench, console: Console, chromium: Browser
) -> None:
    bench.born("P0003")
    with console.heard(), console.tab(chromium) as tab:
        streams: list[str] = []
        tab.context.on("request", lambda asked: streams.append(asked.url) if "/live?" in asked.url else None)
        tab.page.goto("/alarms")
        expect(tab.page.locator("#link")).to_have_text("Live")
        others = [tab.context.new_page() for _ in range(7)]  # a browser has six connections to a host
        for other in others:
            other.goto("/alarms")
        for other in others:
            expect(other.locator("#link")).to_have_text("Live")
        assert len(streams) == 1
        tab.page.close()
        bench.lit("P0003", 0)
        for other in others:
            expect(other.locator("[data-total=off]")).to_have_text("1")
        assert len(streams) == 2


def test_where_a_proxy_holds_the_stream_back_the_page_asks(bench: Bench, console: Console, chromium: Browser) -> None:
    bench.born("P0003")
    with console.heard(), console.tab(chromium) as tab:
        tab.context.route("**/live?*", lambda route: None)  # it never answers
        tab.page.goto("/alarms")
        expect(tab.page.locator("#link")).to_have_text("Live")
        bench.lit("P0003", 0)
        expect(tab.page.locator("[data-total=off]")).to_have_text("1", timeout=8000)


def test_who_comes_back_after_an_idle_hour_is_told_to_log_in_again(
    bench: Bench, console: Console, chromium: Browser
) -> None:
    with console.heard(), console.tab(chromium) as tab:
        tab.page.goto("/")
        expect(tab.page.locator("#link")).to_have_text("Live")
        with bench.city() as city, city.writing() as connection:
            connection.exec_driver_sql("UPDATE session SET seen_at = seen_at - 4000")
        bench.born("P0003")
        expect(tab.page.locator("[data-total=lit]")).to_have_text("1")  # it still shows the city
        tab.run("{ const real = performance.now; performance.now = () => real.call(performance) + 70000; } 1")
        tab.page.locator("h1").dispatch_event("pointerdown")
        expect(tab.page.locator("#link a")).to_have_text("Log in again", timeout=10_000)
