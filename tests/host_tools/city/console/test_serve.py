"""The console as it is served, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.host_tools.city.console.browser import Console


def test_a_logged_in_browser_sees_the_page_and_asks_no_other_host(console: Console, chromium: Browser) -> None:
    with console.tab(chromium) as tab:
        tab.page.goto("/alarms")
        expect(tab.page.get_by_role("heading", level=1)).to_have_text("Alarms")
        assert tab.run("1 + 1") == 2
        assert tab.axe() == []
        assert tab.strangers == []
