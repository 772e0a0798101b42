"""Real Chromium before a console that granian serves: logs in, counts requests to other hosts, and asks axe.

The pages' policy forbids ``eval``, so `page.evaluate` of a text and `wait_for_function` do not work here: use `Tab.run`
and `Tab.until`, which go by the debugging protocol.  Locators and `expect` work as always.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from host_tools.city.console.access import sessions
from host_tools.city.console.app import make, whole
from host_tools.city.console.settings import ENVIRONMENT, Settings
from host_tools.city.store import receiver_status
from host_tools.city.store.receiver_status import ReceiverStatus
from host_tools.errors import RecordError
from host_tools.site.broker_address import free_port
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.console.served import in_thread

AXE = Path(__file__).with_name("axe.min.js")  # axe-core 4.14.1, MPL-2.0
PROGRAM = (
    "import sys; from host_tools.city.console import serve, settings;"
    "serve.serve(settings.from_environment(), '127.0.0.1', int(sys.argv[1]), None, None)"
)
PATIENCE_S = 30.0
expect.set_options(timeout=PATIENCE_S * 1000)  # a test that holds a bound gives it itself


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a test that needs it is skipped where there is none.

    For a module: as long as it is there the thread has a running event loop, and other tests begin one of their own.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("there is no chromium: `make setup` installs it (Debian package 'chromium')")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def console(bench: Bench) -> Iterator[Console]:
    """The console of *bench*, served in a thread of this process."""
    with serving_here(bench) as made:
        yield made


@contextmanager
def serving_here(bench: Bench, **settings: Any) -> Iterator[Console]:
    """A console of the store of *bench* as ``serving`` has it, in a thread of this process."""
    port = free_port()
    chosen = replace(bench.settings, hosts=(f"127.0.0.1:{port}",), **settings)
    with in_thread(whole(make(chosen)), port):
        yield Console(bench, port)


@contextmanager
def serving(bench: Bench, **settings: Any) -> Iterator[Console]:
    """A console of the store of *bench* in processes of its own, as `diya console` has them, on a free port; with other
    *settings* (settings.py).
    """
    port = free_port()
    chosen = replace(bench.settings, hosts=(f"127.0.0.1:{port}",), **settings)
    child = _served(chosen, port)
    try:
        _wait(port, child)
        yield Console(bench, port, child.pid)
    finally:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _served(settings: Settings, port: int) -> subprocess.Popen[bytes]:
    text = json.dumps({**settings.__dict__})
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)], start_new_session=True, env={**os.environ, ENVIRONMENT: text}
    )


def _wait(port: int, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert child.poll() is None, "the console ended"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the console does not answer")


class Console:
    """A console at ``url``; where it has processes of its own, they are the group *group*."""

    def __init__(self, bench: Bench, port: int, group: int = 0) -> None:
        self.bench, self.port, self.group = bench, port, group
        self.url = f"http://127.0.0.1:{port}"

    def cookie(self, role: str) -> str:
        """A new session of the user *role*."""
        with self.bench.city() as city, city.writing() as connection:
            user = connection.exec_driver_sql(f"SELECT id FROM \"user\" WHERE name = '{role}'").scalar_one()
            return sessions.begin(connection, int(user), int(time.time()), "", "")

    @contextmanager
    def tab(self, browser: Browser, role: str | None = "viewer", lang: str = "en", **options: Any) -> Iterator[Tab]:
        """A tab of a browser of its own, logged in as *role*; *options* are those of a browser context."""
        options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options}
        context = browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(PATIENCE_S * 1000)
        try:
            tab = Tab(self, context, context.new_page())
            cookies = [("diya_lang", lang)]
            if role is not None:
                cookies.append((sessions.COOKIE, self.cookie(role)))
            context.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in cookies])
            yield tab
        finally:
            context.close()

    @contextmanager
    def heard(self, broker: bool = True) -> Iterator[Heart]:
        """A receiver that says once a second that it is alive, and that it is ``bench.now`` and later at the site."""
        heart = Heart(self.bench, broker)
        try:
            yield heart
        finally:
            heart.stop()


class Tab:
    """A ``page`` of the console; ``strangers`` are the requests that went to another host, ``errors`` of scripts."""

    def __init__(self, console: Console, context: BrowserContext, page: Page) -> None:
        self.console, self.context, self.page = console, context, page
        self.strangers: list[str] = []
        self.errors: list[str] = []
        context.on("request", self._asked)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._protocol = context.new_cdp_session(page)

    def _asked(self, request: Request) -> None:
        there = urlsplit(request.url)
        if there.scheme not in ("data", "blob") and there.netloc != f"127.0.0.1:{self.console.port}":
            self.strangers.append(request.url)

    def run(self, expression: str) -> Any:
        """The value of *expression* in the page; a promise is awaited."""
        said = self._protocol.send(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
        )
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def until(self, expression: str, seconds: float = PATIENCE_S) -> Any:
        """The value of *expression* once it is true; fails after *seconds*."""
        end = time.monotonic() + seconds
        while not (value := self.run(expression)):
            assert time.monotonic() < end, f"not within {seconds} s: {expression}"
            self.page.wait_for_timeout(50)
        return value

    def past_worker(self, on: bool) -> None:
        """Requests go past the page's service worker while *on*, as those of a page do that it does not yet control."""
        self._protocol.send("Network.enable")
        self._protocol.send("Network.setBypassServiceWorker", {"bypass": on})

    def axe(self) -> list[str]:
        """What axe-core finds wrong by WCAG 2.2 A and AA, each with the element."""
        if not self.run("typeof axe !== 'undefined'"):
            self._protocol.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = self.run(f"axe.run(document, {{runOnly: {json.dumps(tags)}}}).then((all) => all.violations)")
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    def too_wide(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.run("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def picture(self, name: str) -> None:
        """A screenshot in the folder of the environment variable DIYA_SCREENSHOTS, where that is set."""
        folder = os.environ.get("DIYA_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))


class Heart:
    """Writes the status of a receiver of *bench* once a second, in a thread and by a connection of its own."""

    def __init__(self, bench: Bench, broker: bool) -> None:
        self.broker = broker
        self._bench = bench
        self._ended = threading.Event()
        self._began, self._at = time.monotonic(), bench.now
        self._write_once()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The receiver is dead."""
        self._ended.set()
        self._thread.join()

    def _write_once(self) -> None:
        now = int(self._at + time.monotonic() - self._began)
        with self._bench.city() as city, city.writing() as connection:
            receiver_status.keep(connection, ReceiverStatus("", time.time(), now, True, 1.0, self.broker))

    def _beat(self) -> None:
        while not self._ended.wait(1.0):
            try:
                self._write_once()
            except RecordError:
                pass  # a test took the store away
