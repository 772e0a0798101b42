"""One walk in Chromium, by keyboard: programmes edited, checked, drawn, rolled out, and the poles' answers live."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from host_tools.site import load_site
from tests.host_tools.city.console.browser import Tab, serving
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.rollouts.rolling_bench import RollingBench, site_folder

POLES, FIRST = 24, 196


def test_an_engineer_edits_checks_previews_and_rolls_out_and_sees_each_wave(
    bench: Bench, chromium: Browser, tmp_path: Path
) -> None:
    folder = site_folder(tmp_path, POLES, FIRST)
    street = RollingBench(bench.where, folder, record=bench.record)
    touched = [one.name for one in load_site(folder).poles if one.road_class == "residential"]
    away = touched[-1]
    street.poles[away].leave()
    street.go(2)
    with serving(bench, site=str(folder)) as console, console.heard(), console.tab(chromium, "engineer") as tab:
        page = tab.page
        page.goto("/programmes")
        page.get_by_role("button", name="Edit the programmes").press("Enter")
        page.wait_for_url("**/programmes/drafts/*")
        _looked_at(tab, "draft")
        row = page.locator("fieldset.programme", has=page.locator("legend", has_text="residential")).locator(".point")
        row.nth(1).get_by_label("Level, %").fill("700")
        page.get_by_role("button", name="Check and preview").press("Enter")
        link = page.get_by_role("link", name="the level is '700' and must be 0 to 100 percent")
        link.press("Enter")
        field = row.nth(1).get_by_label("Level, %")
        field.fill("75")
        page.get_by_role("button", name="Check and preview").press("Enter")
        expect(page.locator("#seen")).to_contain_text(f"{len(touched)} poles get other settings; 0 of them")
        expect(page.locator("#seen svg .former")).to_have_count(1)
        expect(page.locator("#seen")).to_contain_text("kWh, before")
        _looked_at(tab, "preview")
        page.get_by_label("Why, in a few words").fill("safer evenings")
        page.get_by_role("button", name="Roll out").press("Enter")
        page.wait_for_url("**/programmes/rollouts/*")
        waves = page.locator("#waves")
        expect(waves).to_contain_text("waits for the receiver")
        for _ in range(40):
            street.go(1)
            if street.row(1)["wave"] == 2:
                break
        expect(waves).to_contain_text("live by it")
        expect(waves).to_contain_text("goes on")
        page.get_by_role("button", name="Halt").press("Enter")
        street.go(2)
        expect(waves).to_contain_text("halted by engineer")
        page.get_by_role("button", name="Go on").press("Enter")
        street.go(12)
        expect(waves).to_contain_text("done")
        expect(waves).to_contain_text("1 offline, when they return")
        street.poles[away].appear()
        street.go(3)
        expect(waves).not_to_contain_text("offline, when they return")
        _looked_at(tab, "rollout")
        page.goto("/programmes")
        expect(page.locator("#rollouts")).to_contain_text("safer evenings")
        _looked_at(tab, "programmes")
        context_is_hindi(tab)
        assert (tab.strangers, tab.errors) == ([], [])
    assert {street.poles[name].level_at_ten for name in touched} == {75}
    assert set(street.states(1).values()) == {"applied"}


def context_is_hindi(tab: Tab) -> None:
    """The rollout in Hindi, the receiver's answer too."""
    tab.context.add_cookies([{"name": "diya_lang", "value": "hi", "url": tab.console.url}])
    tab.page.goto("/programmes/rollouts/1")
    expect(tab.page.locator("#waves")).to_contain_text("इस पर चल रहे हैं")
    _looked_at(tab, "rollout-hi")


def _looked_at(tab: Tab, name: str) -> None:
    """Axe finds nothing, nothing is cut off on a phone, and a picture is kept."""
    assert tab.axe() == []
    tab.picture(f"console-{name}")
    for width in (640, 360):
        tab.page.set_viewport_size({"width": width, "height": 800})
        tab.page.wait_for_timeout(100)
        assert tab.too_wide() <= 0, (name, width)
    tab.page.set_viewport_size({"width": 1280, "height": 800})
