"""The first picture of the map: there before WebGL is, the same as the map after it, and gone without a trace."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Route, expect

from host_tools.site.load import load_site
from tests.host_tools.city.console.browser import Console, Tab, serving
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.console.large_city import fill, lay_site
from tests.host_tools.city.console.pages.test_map import CITY, on_the_map, street
from tests.town import SAGAR

FIRST = "document.querySelector('.frame > canvas.first')"
SEEN = "performance.getEntriesByName('map-picture').length"
TAKEN = f"{CITY}.poles.poles.get('P0011')[8] === 1 && {CITY}.timer === null"  # it is drawn, too
LOOSE = 60  # of 255: what of a colour may differ where two draw the same
RING = 15  # pixels from a pole to the ring of its fault at zoom 16


@contextmanager
def without_the_map(tab: Tab, url: str = "/") -> Iterator[None]:
    """The page at *url* with its first picture; MapLibre comes when this ends, and the map is there."""
    held: list[Route] = []
    tab.page.route("**/maplibre-gl.mjs", lambda route: held.append(route))
    tab.page.goto(url, wait_until="commit")
    tab.until(SEEN)
    assert not tab.run(f"Boolean({CITY}.gl || {CITY}.map)")
    yield
    for one in held:
        one.continue_()
    tab.until("document.getElementById('map').dataset.drawn")


def picture(tab: Tab) -> Image.Image:
    """The map's frame without what stands over it."""
    box = tab.page.locator(".frame").bounding_box()
    assert box is not None
    left, top, width, height = (round(box[name]) for name in ("x", "y", "width", "height"))
    inside = (left + 150, top + 20, left + width - 50, top + height - 100)
    return Image.open(io.BytesIO(tab.page.screenshot())).convert("RGB").crop(inside)


def different(one: Image.Image, other: Image.Image) -> float:
    """The part of the pixels that are of another colour."""
    worst = ImageChops.difference(one, other).convert("L").histogram()
    return sum(worst[LOOSE:]) / sum(worst)


def colour(tab: Tab, name: str) -> tuple[int, ...]:
    """The page's colour *name*."""
    text = tab.run(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}').trim()")
    return tuple(bytes.fromhex(text[1:]))


def near(seen: Any, wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) < LOOSE for one, other in zip(seen, wanted, strict=True))


def around(tab: Tab, shown: Image.Image, name: str, radius: float) -> list[Any]:
    """The pixels of *shown* left and right, above and below the pole *name*, whose place the map says."""
    pole = load_site(SAGAR).by_name[name]
    x, y = tab.run(f"(({{x, y}}) => [x - 150, y - 20])({CITY}.map.project([{pole.longitude}, {pole.latitude}]))")
    steps = ((radius, 0), (-radius, 0), (0, radius), (0, -radius))
    return [shown.getpixel((round(x + right), round(y + below))) for right, below in steps]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_poles_are_seen_before_webgl_begins_as_the_map_shows_them_then(
    bench: Bench, console: Console, chromium: Browser, theme: str
) -> None:
    street(bench)
    pole = load_site(SAGAR).by_name["P0005"]
    with console.heard(), console.tab(chromium) as tab:
        tab.context.add_cookies([{"name": "diya_theme", "value": theme, "url": console.url}])
        with without_the_map(tab, f"/?at={pole.latitude},{pole.longitude},16.00&pole=P0003"):
            tab.until(f"Boolean({CITY}.first.sources.streets)")
            expect(tab.page.locator("canvas.first")).to_have_attribute("aria-hidden", "true")
            assert tab.axe() == []
            first = picture(tab)
            bench.event("P0011", "leakageDetected")  # what happens now is neither left out nor lost
            tab.until(TAKEN)
            then = picture(tab)
            view = tab.run(f"[...{CITY}.first.view.center, {CITY}.first.view.zoom]")
        assert tab.run(f"{FIRST} === null && document.querySelectorAll('.frame canvas').length") == 1
        assert tab.run(f"{CITY}.first === null")
        center = tab.run(f"[...{CITY}.map.getCenter().toArray(), {CITY}.map.getZoom()]")
        assert center == pytest.approx(view, abs=1e-9)
        assert "at=" in tab.page.url and "pole=P0003" in tab.page.url
        assert tab.run(on_the_map(tab, "P0011")) == "lit1"
        last = picture(tab)
        for shown, one, ring in (
            (first, "P0005", "danger"), (first, "P0003", "dark"), (then, "P0011", "danger"), (last, "P0011", "danger"),
        ):  # fmt: skip
            assert any(near(seen, colour(tab, ring)) for seen in around(tab, shown, one, RING)), (one, ring)
        assert not any(near(seen, colour(tab, "danger")) for seen in around(tab, first, "P0011", RING))
        hollow = around(tab, first, "P0009", 8.5)
        assert any(near(seen, colour(tab, "silent")) for seen in hollow), hollow
        assert different(then, last) < 0.01
        assert (tab.strangers, tab.errors) == ([], [])


def test_the_first_picture_of_ten_thousand_poles_takes_little_time(
    bench: Bench, chromium: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = lay_site(tmp_path / "site", 10_000)
    fill(bench, folder)
    with serving(bench, site=str(folder)) as console, console.heard(), console.tab(chromium) as tab:
        protocol = tab.context.new_cdp_session(tab.page)
        protocol.send("Performance.enable", {"timeDomain": "threadTicks"})
        with without_the_map(tab):
            told = {one["name"]: one["value"] for one in protocol.send("Performance.getMetrics")["metrics"]}
            tab.until(f"Boolean({CITY}.first.sources.streets)")
            first = picture(tab)
            tab.picture("map-10000-first")
        assert different(first, picture(tab)) < 0.02  # the same clusters at the same places, with the same numbers
        at = tab.run("performance.getEntriesByName('map-picture')[0].startTime")
        with capsys.disabled():
            print(f" first picture after {at:.0f} ms, {told['TaskDuration'] * 1000:.0f} of the page's processor time")
        # of the page's own processor time, since other programs share it here
        assert told["TaskDuration"] < 1


def test_without_webgl_the_first_picture_stays_and_follows(bench: Bench, console: Console, chromium: Browser) -> None:
    street(bench)
    pole = load_site(SAGAR).by_name["P0011"]
    at = f"{pole.latitude},{pole.longitude},16.00"
    with console.heard(), console.tab(chromium) as tab:
        tab.context.add_init_script(
            "const real = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext ="
            " function (kind, ...rest) { return kind === 'webgl2' ? null : real.call(this, kind, ...rest); };"
        )
        tab.page.goto(f"/?at={at}")
        expect(tab.page.locator("#map-says")).to_contain_text("no WebGL")
        before = picture(tab)
        bench.event("P0011", "leakageDetected")
        expect(tab.page.locator("#lists [data-poles=P0011]").first).to_be_visible(timeout=2000)
        tab.until(TAKEN)
        assert picture(tab).tobytes() != before.tobytes()
        tab.page.locator("#filters [name=ward]").select_option("W21")
        tab.page.wait_for_url("**ward=W21**")
        assert f"at={at}" in tab.page.url.replace("%2C", ",")  # the view of the link stays in it
        assert tab.errors == []
