"""Every screen in both languages: axe finds nothing, and nothing is cut off at 200 % zoom and on a phone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from host_tools.city.alarms import actions
from host_tools.city.alarms.listing import Wanted, listed
from host_tools.city.alarms.work_orders import make_order
from host_tools.city.complaints import book
from host_tools.city.complaints.report import Report
from tests.host_tools.city.console.browser import Console, Heart, Tab
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.console.pages.test_reports import fill

SCOPE = quote(json.dumps({"poles": ["P0003"]}))
SCREENS = (
    "/", "/alarms", "/orders", "/orders/1", "/crew", "/commands", "/commands/1", f"/commands/new?scope={SCOPE}",
    "/commands/new", "/programmes", "/updates", "/assets", "/assets/import", "/complaints?state=all", "/p/P0003",
    "/desk", "/desk/users", "/desk/sessions", "/desk/tokens", "/desk/audit", "/desk/doors", "/desk/election",
    "/desk/election/2026-11-25", "/reports?month=2026-11", "/reports/poles?month=2026-11",
    "/reports/nights?month=2026-11&what=dark", "/reports/repairs?month=2026-11", "/account", "/account/password",
    "/search?q=P0003", "/wall", "/nowhere",
)  # fmt: skip
LOGIN = ("/login",)


@pytest.fixture
def lived(bench: Bench, console: Console) -> Iterator[Console]:
    """The console of a street with a fault, an order and a command."""
    fill(bench)
    bench.event("P0003", "lampFailure", level=100, activePower=2.5, expectedPower=148)
    with bench.city() as city, city.writing() as connection:
        numbers = [one.row["id"] for one in listed(connection, Wanted(), bench.now)]
        actions.acknowledge(connection, numbers, "operator", bench.now)
        make_order(connection, numbers, "operator", bench.now, "crew 2", city.site)
    bench.record.look_at_street(bench.now)
    with bench.city() as city, city.writing() as connection:
        book.take(connection, Report("SL05", "P0003", text="a wire hangs", contact={"phone": "98"}), bench.now)
    form = {"scope": '{"poles": ["P0003"]}', "level": "80", "until": "2h", "reason": "festival"}
    with bench.client("operator") as client:
        assert client.post("/commands", data=form).status_code == 200
    heart = Heart(bench, broker=True)
    yield console
    heart.stop()


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_axe_finds_nothing_on_any_screen_and_nothing_is_cut_off(lived: Console, chromium: Browser, lang: str) -> None:
    wrong: list[str] = []
    for role, screens in (("admin", SCREENS), (None, LOGIN)):
        with lived.tab(chromium, role, lang) as tab:
            for path in screens:
                tab.page.set_viewport_size({"width": 1280, "height": 800})
                tab.page.goto(path)
                assert tab.run("document.documentElement.lang") == lang
                wrong += [f"{path}: {one}" for one in tab.axe()]
                wrong += _cut_off(tab, path)
            assert tab.strangers == []
            assert tab.errors == []
    assert wrong == []


def _cut_off(tab: Tab, path: str) -> list[str]:
    out = []
    for width in (640, 360):  # 640 is 1280 at 200 %
        if path == "/wall" and width == 360:
            continue  # no wall is a phone
        tab.page.set_viewport_size({"width": width, "height": 800})
        end = time.monotonic() + 3  # until scripts have laid it out again
        while (more := tab.too_wide()) > 0 and time.monotonic() < end:
            tab.page.wait_for_timeout(50)
        if more > 0:
            out.append(f"{path} at {width} px: {more} px too wide")
    return out
