"""The whole life of an alarm in real Chromium, by keyboard alone, and the crew's phone without network."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from host_tools.city.alarms import life
from host_tools.city.store.alarm_tables import alarm
from tests.host_tools.city.console.browser import Console, Tab
from tests.host_tools.city.console.console_bench import NOW, Bench

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
# The phone has the page of a crew that was chosen, for the time without network.
KEPT = """caches.match("/crew").then((page) => page ? page.text() : "").then((text) => text.includes('id="orders"'))"""


def faults(bench: Bench) -> None:
    """A night with a lamp that fails, a leak, and a pole that is silent."""
    bench.now = NOW - 4 * 3600
    for pole in ("P0003", "P0007", "P0004"):
        bench.born(pole, 100)
    for minutes in range(0, 240, 15):
        bench.now = NOW - 4 * 3600 + minutes * 60
        bench.lit("P0003", 100)
        power = 148.2 if minutes < 120 else 4.1
        bench.say("P0003", "meter", activePower=power, supplyVoltage=231.0, activeEnergy=1.0 + minutes / 100)
        if minutes == 120:
            bench.event(
                "P0003", "lampFailure", level=100, activePower=4.1, expectedPower=148,
                cause="lamp open, driver without load", carry="luminaire",
            )  # fmt: skip
            bench.event("P0007", "leakageDetected", level=100, measured=42, carry="insulation tester")
    bench.now = NOW
    bench.lit("P0003", 100, owner="operator", reason="<b>festival</b> \u202e", until=NOW + 3600)
    bench.say("P0004", "presence", online=False)


def state(bench: Bench, kind: str = "lampFailure") -> str:
    with bench.city() as city, city.reading() as connection:
        return life.state(connection.execute(sa.select(alarm).where(alarm.c.kind == kind)).mappings().one())


def press(tab: Tab, *keys: str) -> None:
    for key in keys:
        tab.page.keyboard.press(key)


def refreshed(tab: Tab) -> None:
    """As live.js says it."""
    tab.run("document.dispatchEvent(new CustomEvent('diya:alarms', {detail: {alarms: []}}))")


def test_the_whole_life_by_keyboard_then_the_phone_offline_then_closed_by_proof(
    bench: Bench, console: Console, chromium: Browser
) -> None:
    faults(bench)
    with console.heard(), console.tab(chromium, "operator") as desk:
        page = desk.page
        page.goto("/alarms")
        expect(page.locator(".alarm").first).to_contain_text("Current flows to earth")
        press(desk, "j", "j")
        lamp = page.locator(".alarm:focus")
        expect(lamp).to_contain_text("P0003")
        press(desk, "x", "a")  # selected, acknowledged
        expect(page.locator("#told")).to_have_text("Acknowledged: 1.")
        expect(lamp).to_contain_text("acknowledged by operator")
        assert state(bench) == "acknowledged"
        desk.picture("alarms-keyboard")

        press(desk, "n")  # a note, and the dialog gives the focus back
        page.keyboard.type("gate is locked")
        press(desk, "Tab", "Enter")
        expect(lamp).to_contain_text("Note: gate is locked")

        press(desk, "x")  # what is selected, focused and scrolled stays so when the list refreshes
        bench.event("P0003", "dimmingFailure", level=100)
        refreshed(desk)
        expect(page.locator(".alarm")).to_have_count(3)
        expect(page.locator("#selected")).to_have_text("1 selected")
        expect(lamp).to_contain_text("gate is locked")

        press(desk, "o")  # an order
        page.keyboard.type("crew 2")
        press(desk, "Enter")
        page.wait_for_url("**/orders/1")
        assert state(bench) == "assigned"
        expect(page.locator("h1")).to_contain_text("Order 1 for crew 2")
        assert desk.errors == [] and desk.strangers == []

        with console.tab(chromium, "operator", **PHONE) as phone:
            _crew(phone, bench)

        bench.now += 600  # the pole proves it
        bench.event("P0003", "lampFailure", starts=False, level=100)
        assert state(bench) == "closed"
        page.goto("/alarms?state=closed")
        expect(page.locator(".alarm").first).to_contain_text("closed by the pole's own report")
        press(desk, "j", "Enter")
        page.wait_for_url("**/alarms/1")
        expect(page.locator("table")).to_contain_text("mended")
        assert desk.errors == []


def choose_crew(page: Page) -> None:
    """On the crew's page, until the order of P0003 is shown."""
    page.fill("[name=crew]", "crew 2")
    page.click("button.main")
    expect(page.locator(".stop")).to_contain_text("P0003")


def _crew(phone: Tab, bench: Bench) -> None:
    """On the phone: there, offline, mended, sent once when the network is back."""
    page = phone.page
    page.goto("/crew")
    choose_crew(page)
    phone.until(KEPT)
    page.get_by_role("button", name="I am here").click()
    expect(page.locator("#queue")).to_contain_text("Noted: you are here.")
    phone.picture("crew-phone")
    assert phone.axe() == [] and phone.too_wide() == 0

    phone.context.set_offline(True)
    page.goto("/p/P0003?crew")  # the code on the list, without network: what the phone has kept
    expect(page.locator("#as-of")).to_contain_text("No network")
    page.fill("textarea", "new driver")
    page.get_by_role("button", name="Mended").click()
    expect(page.locator("#queue")).to_contain_text("1 not sent yet")
    page.reload()  # a phone that is put away forgets nothing
    expect(page.locator("#queue")).to_contain_text("1 not sent yet")
    expect(page.locator(".stop")).to_contain_text("Waits to be sent: mended (new driver)")
    phone.picture("crew-phone-offline")
    assert state(bench) == "assigned"

    phone.context.set_offline(False)
    expect(page.locator(".awaited")).to_be_visible()
    expect(page.locator("#queue")).not_to_contain_text("not sent")
    assert state(bench) == "mended" and phone.errors == []


def test_what_the_phone_sends_too_late_stays_on_it_and_says_why(
    bench: Bench, console: Console, chromium: Browser
) -> None:
    faults(bench)
    with console.tab(chromium, "operator", **PHONE) as phone:
        _order(phone)
        page = phone.page
        page.goto("/crew")
        choose_crew(page)
        phone.context.set_offline(True)
        page.get_by_role("button", name="Mended").click()
        expect(page.locator("#queue")).to_contain_text("1 not sent yet")
        bench.now += 60
        bench.event("P0003", "lampFailure", starts=False, level=100)
        phone.context.set_offline(False)
        expect(page.locator(".refused")).to_contain_text("is closed already by proof (event)")
        phone.picture("crew-phone-refused")
        page.reload()
        expect(page.locator(".refused")).to_be_visible()
        page.get_by_role("button", name="I have read this").click()
        expect(page.locator(".refused")).to_have_count(0)


def test_a_page_that_did_not_come_by_the_worker_is_kept_with_its_crew_all_the_same(
    bench: Bench, console: Console, chromium: Browser
) -> None:
    faults(bench)
    with console.tab(chromium, "operator", **PHONE) as phone:
        _order(phone)
        page = phone.page
        page.goto("/crew")  # no crew is chosen: so the worker keeps the page as it begins
        phone.until("navigator.serviceWorker.ready.then(() => true)")
        assert not phone.run(KEPT)
        phone.past_worker(True)
        choose_crew(page)
        phone.until(KEPT)
        phone.past_worker(False)
        phone.context.set_offline(True)
        page.goto("/crew")
        expect(page.locator(".stop")).to_contain_text("P0003")
        assert phone.errors == []


def test_two_operators_the_second_reads_it_and_nothing_is_lost(
    bench: Bench, console: Console, chromium: Browser
) -> None:
    faults(bench)
    with console.tab(chromium, "operator") as first, console.tab(chromium, "engineer") as second:
        for tab in (first, second):
            tab.page.goto("/alarms")
            press(tab, "j", "j", "x")
        press(first, "a")
        expect(first.page.locator("#told")).to_have_text("Acknowledged: 1.")
        refreshed(second)  # his list refreshes, and what he has selected is still what he saw
        press(second, "n")
        second.page.keyboard.type("I go there")
        press(second, "Tab", "Enter")
        expect(second.page.locator("dialog[open] .told")).to_contain_text("has changed since you looked: acknowledged")
        expect(second.page.locator("dialog[open] textarea")).to_have_value("I go there")  # nothing typed is lost
        press(second, "Enter")
        expect(second.page.locator("#told")).to_have_text("Note written to 1.")


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_axe_finds_nothing_and_nothing_is_cut_off(bench: Bench, console: Console, chromium: Browser, lang: str) -> None:
    faults(bench)
    with console.heard(), console.tab(chromium, "operator", lang) as tab:
        _order(tab)
        pages = (
            ("alarms", "/alarms"), ("alarm", "/alarms/1"), ("orders", "/orders"), ("order", "/orders/1"),
            ("pole", "/p/P0003"), ("pole-silent", "/p/P0004?tab=configuration"), ("pole-never", "/p/P0100"),
        )  # fmt: skip
        wrong: dict[str, Any] = {}
        for name, path in pages:
            for width in (1280, 640, 360):  # 640 is 1280 at 200 %
                tab.page.set_viewport_size({"width": width, "height": 800})
                tab.page.goto(path)
                if name.startswith("pole"):
                    expect(tab.page.locator("#chart canvas")).to_be_visible()
                if width != 640:
                    tab.picture(f"{name}-{lang}-{width}")
                found = tab.axe() if width == (1280 if lang == "en" else 360) else []
                if found or tab.too_wide():
                    wrong[f"{name} {width}"] = found, tab.too_wide()
        assert wrong == {} and tab.errors == [] and tab.strangers == []


def _order(tab: Tab) -> None:
    tab.page.goto("/alarms/1")
    tab.page.get_by_text("Make an order").or_(tab.page.get_by_text("कार्य आदेश बनाएँ")).first.click()
    tab.page.locator("form:has([value=order]) [name=crew]").fill("crew 2")
    tab.page.locator("button[value=order]").click()
    tab.page.wait_for_url("**/orders/1")
