"""The console as it is served, in a real browser."""

from __future__ import annotations

import time

from playwright.sync_api import Browser, expect

from host_tools.city.console import serve
from host_tools.city.store import receiver_status
from host_tools.city.store.receiver_status import ReceiverStatus
from tests.host_tools.city.console.browser import Console, Heart
from tests.host_tools.city.console.console_bench import Bench


def test_a_logged_in_browser_sees_the_page_and_asks_no_other_host(console: Console, chromium: Browser) -> None:
    with console.tab(chromium) as tab:
        tab.page.goto("/alarms")
        expect(tab.page.get_by_role("heading", level=1)).to_have_text("Alarms")
        assert tab.run("1 + 1") == 2
        assert tab.axe() == []
        assert tab.strangers == []


def test_a_receiver_that_died_with_the_last_console_does_not_count_as_running(bench: Bench) -> None:
    with bench.city() as city, city.writing() as connection:
        receiver_status.keep(connection, ReceiverStatus("", time.time(), bench.now, False, 1.0, True))
    assert not serve.receiver_runs(bench.settings)
    heart = Heart(bench, broker=True)
    try:
        assert serve.receiver_runs(bench.settings)
    finally:
        heart.stop()
