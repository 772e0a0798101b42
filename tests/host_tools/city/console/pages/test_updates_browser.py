"""Walks in Chromium, by keyboard: a release previewed, rolled out, halted, gone on with, and the poles live."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from host_tools.city.updates import kept_release
from tests.host_tools.city.console.browser import Tab, serving
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.updates.update_bench import BenchRelease, UpdateBench, site_folder

S3 = "esp32-s3-devkitc"


def test_an_engineer_rolls_a_release_out_by_keyboard(bench: Bench, chromium: Browser, tmp_path: Path) -> None:
    folder = site_folder(tmp_path, 24, 196)
    street = UpdateBench(bench.where, folder, record=bench.record)
    release = street.releases["0.2.0"] = BenchRelease()
    with bench.record.transaction() as connection:
        kept_release.keep(connection, release, "sagar", "asha", street.now)
    away = list(street.poles)[-1]
    street.poles[away].leave()
    street.go(2)
    with serving(bench, site=str(folder)) as console, console.heard(), console.tab(chromium, "engineer") as tab:
        page = tab.page
        page.goto("/")
        page.keyboard.press("g")
        page.keyboard.press("u")
        page.wait_for_url("**/updates")
        expect(page.locator("#live")).to_contain_text("0.1.0")
        _looked_at(tab, "updates")
        page.get_by_role("link", name="Roll out 0.2.0").press("Enter")
        page.wait_for_url("**/updates/new?*")
        page.get_by_label("How long a wave is watched").fill("5")
        page.get_by_label("Random wait").fill("1")
        page.get_by_role("button", name="Check").press("Enter")
        expect(page.locator("main")).to_contain_text("24 poles on 2 feeders; 1 of them are offline")
        _looked_at(tab, "update-new")
        page.get_by_label("Why, in a few words").fill("mends the clock")
        page.get_by_role("button", name="Roll out").press("Enter")
        page.wait_for_url("**/updates/rollouts/1")
        waves = page.locator("#waves")
        expect(waves).to_contain_text("waits for the receiver")
        street.go(20)
        expect(waves).to_contain_text("fetch it")
        page.get_by_role("button", name="Halt").press("Enter")
        street.go(3)
        expect(waves).to_contain_text("halted by engineer")
        page.get_by_role("button", name="Go on").press("Enter")
        street.go(5 * 3600, 30, lambda: street.now % 600 < 30 and street.row(1)["state"] == "done")
        expect(waves).to_contain_text("done")
        expect(waves).to_contain_text("1 offline, when they return")
        street.poles[away].appear()
        street.go(1500, 10)
        expect(waves).not_to_contain_text("offline, when they return")
        _looked_at(tab, "update")
        page.get_by_role("link", name="Report for the file").press("Enter")
        page.wait_for_url("**/report")
        expect(page.locator("main")).to_contain_text("What happened")
        _looked_at(tab, "update-report")
        page.goto(f"/p/{away}")
        expect(page.locator("#software")).to_contain_text("Software 0.2.0, in slot a")
        tab.context.add_cookies([{"name": "diya_lang", "value": "hi", "url": tab.console.url}])
        page.goto("/updates/rollouts/1")
        expect(waves).to_contain_text("इसे चला रहे हैं")
        _looked_at(tab, "update-hi")
        page.goto("/updates/rollouts/1/report")
        _looked_at(tab, "update-report-hi")
        page.goto("/updates")
        _looked_at(tab, "updates-hi")
        assert (tab.strangers, tab.errors) == ([], [])
    assert street.versions() == {"0.2.0": 24}


def test_an_image_of_micropython_is_shown_as_one_from_the_preview_to_the_report(
    bench: Bench, chromium: Browser, tmp_path: Path
) -> None:
    folder = site_folder(tmp_path, 12, 196)
    street = UpdateBench(bench.where, folder, record=bench.record)
    names = list(street.poles)
    for at, name in enumerate(names):
        street.poles[name].board = "esp32-devkitc" if at % 3 == 2 else S3  # with 4 MB, and with 8
        street.poles[name].appear()
    street.go(2)
    release = street.releases["1.26.1"] = BenchRelease("1.26.1", boards=(S3,), kind="image")
    with bench.record.transaction() as connection:
        kept_release.keep(connection, release, "sagar", "asha", street.now)
    with serving(bench, site=str(folder)) as console, console.heard(), console.tab(chromium, "engineer") as tab:
        page = tab.page
        page.goto("/updates")
        page.get_by_role("link", name="Roll out MicroPython 1.26.1").press("Enter")
        page.get_by_label("How long a wave is watched").fill("5")
        page.get_by_label("Random wait").fill("1")
        page.get_by_role("button", name="Check").press("Enter")
        main = page.locator("main")
        expect(main).to_contain_text("8 poles on")
        expect(main).to_contain_text(
            "have a flash with room for one MicroPython alone (4 MB): it is exchanged at its USB port: 4 "
        )
        page.get_by_label("Why, in a few words").fill("the new one")
        page.get_by_role("button", name="Roll out").press("Enter")
        page.wait_for_url("**/updates/rollouts/1")
        street.go(40)  # the first have fetched it, and their former one runs still
        waves = page.locator("#waves")
        expect(waves).to_contain_text("fetch it")
        expect(waves).not_to_contain_text("run it")
        street.go(5 * 3600, 30, lambda: street.now % 600 < 30 and street.row(1)["state"] == "done")
        expect(waves).to_contain_text("done")
        expect(waves.locator(".share-applied")).to_have_count(3)
        expect(waves).to_contain_text("6 run it")
        page.goto("/updates/rollouts/1/report")
        expect(main).to_contain_text("MicroPython 1.26.1")
        line = page.get_by_role("row", name=names[0])
        expect(line).to_contain_text("run it")
        expect(line).to_contain_text("1.26.1")
        expect(line).not_to_contain_text("0.1.0")
        _looked_at(tab, "image-report")
        page.goto("/updates")
        expect(page.get_by_role("row", name="MicroPython 1.26.1").first).to_contain_text(f"{S3} 8")
        expect(page.locator("#live")).not_to_contain_text("on probation")
        _looked_at(tab, "updates-image")
        tab.context.add_cookies([{"name": "diya_lang", "value": "hi", "url": tab.console.url}])
        page.goto(f"/updates/new?release={release.serial}")
        expect(main).to_contain_text("इनकी फ़्लैश में एक ही MicroPython की जगह है")
        assert (tab.strangers, tab.errors) == ([], [])


def _looked_at(tab: Tab, name: str) -> None:
    """Axe finds nothing, nothing is cut off on a phone, and a picture is kept."""
    assert tab.axe() == []
    tab.picture(f"console-{name}")
    for width in (640, 360):
        tab.page.set_viewport_size({"width": width, "height": 800})
        tab.page.wait_for_timeout(100)
        assert tab.too_wide() <= 0, (name, width)
    tab.page.set_viewport_size({"width": 1280, "height": 800})
