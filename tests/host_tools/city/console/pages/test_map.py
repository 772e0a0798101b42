"""The map and its lists; by real Chromium where a browser is what matters."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from host_tools.city.store import partitions
from tests.host_tools.city.console.browser import Console, Tab, serving
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.console.large_city import fill, lay_site

NOON = 1795588200  # of 2026-11-25 in Sagar
HOSTILE = "<script>document.title='taken'</script>\u202e"
CITY = "document.getElementById('map').city"


def street(bench: Bench) -> None:
    """Poles of one street: lit, off, silent, in command, and with faults."""
    for n in range(1, 21):
        bench.born(f"P{n:04}", 60 if n % 4 else 0)
    bench.lit("P0007", 100, owner="operator", reason=HOSTILE)
    bench.say("P0009", "presence", online=False)
    bench.event("P0003", "lampFailure", level=100, activePower=2.5, expectedPower=148)
    bench.event("P0005", "leakageDetected")


def drawn(tab: Tab, url: str = "/") -> None:
    tab.page.goto(url)
    tab.until("document.getElementById('map').dataset.drawn")


def on_the_map(tab: Tab, name: str) -> str:
    """Script: the state and the worst severity of the pole *name* in the map's own source."""
    return f"(() => {{ const one = JSON.parse({CITY}.drawn.get('{name}') || 'null'); return one && one.s + one.w; }})()"


# -- without a browser


def test_the_list_has_what_the_map_shows_worst_and_newest_first(bench: Bench) -> None:
    street(bench)
    bench.now += 60
    bench.event("P0011", "lampFailure")
    with bench.client("viewer") as client:
        text = client.get("/map/list").text
    alarms = text[: text.index("poles-title")]
    assert [alarms.index(f"<b>{name}</b>") for name in ("P0005", "P0011", "P0003")] == sorted(
        alarms.index(f"<b>{name}</b>") for name in ("P0005", "P0011", "P0003")
    )
    assert "240 of 240" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("ward=W21", 20), ("feeder=F01", 20), ("class=junction", 8), ("owner=operator", 1), ("state=silent", 1),
        ("state=command", 1), ("faults=1", 2), ("state=lit&feeder=F01", 14), ("age=10", 220 + 20), ("age=", 240),
    ],
)  # fmt: skip
def test_filters_choose_the_poles_of_the_list(bench: Bench, query: str, count: int) -> None:
    street(bench)
    bench.now += 600
    with bench.client("viewer") as client:
        client.app.state.city.wall = lambda: bench.now
        assert f"{count} of 240" in client.get(f"/map/list?{query}").text


def test_a_filter_also_chooses_the_alarms(bench: Bench) -> None:
    street(bench)
    with bench.client("viewer") as client:
        text = client.get("/map/list?feeder=F02").text
    assert "No alarm is open." in text


def test_what_a_pole_wrote_is_text_on_its_card(bench: Bench) -> None:
    street(bench)
    with bench.client("operator") as client:
        text = client.get("/map/pole?name=P0007").text
        assert "&lt;script&gt;" in text and "<script>" not in text and "\u202e" not in text
        assert "operator" in text and "lit at 100 %" in text
        assert quote(json.dumps({"poles": ["P0007"]}), safe="") in text or "P0007" in text
        assert client.get("/map/pole?name=nothing").status_code == 404


def test_who_only_looks_is_not_offered_a_command(bench: Bench) -> None:
    street(bench)
    with bench.client("viewer") as client:
        assert "/commands/new" not in client.get("/map/pole?name=P0007").text
        assert "/commands/new" not in client.get("/map/area?by=feeder&of=F01").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("by=ward&of=W21", "20 poles"),
        ("by=near&of=P0003&radius=100", " poles"), ("by=poles&of=P0001, P0003", "2 poles"),
        ("scope=" + quote(json.dumps({"polygon": {"type": "Polygon", "coordinates": [
            [[78.7, 23.8], [78.8, 23.8], [78.8, 23.9], [78.7, 23.9], [78.7, 23.8]]]}})), "240 poles"),
    ],
)  # fmt: skip
def test_an_area_is_chosen_with_and_without_drawing(bench: Bench, query: str, said: str) -> None:
    with bench.client("operator") as client:
        text = client.get(f"/map/area?{query}").text
        assert said in text and "/commands/new?scope=" in text


@pytest.mark.parametrize(
    "query",
    ["by=ward&of=W99", "by=near&of=nobody", "by=moon&of=x", "by=poles&of=", "scope=no", "scope=[1]", "scope={}"],
)
def test_an_area_that_is_none_is_refused_in_a_sentence(bench: Bench, query: str) -> None:
    with bench.client("operator") as client:
        answer = client.get(f"/map/area?{query}", headers={"accept": "application/json"})
        assert answer.status_code == 422
        assert answer.json()["detail"]


# -- in a browser


def test_a_fault_is_on_the_map_and_in_the_list_within_two_seconds(
    bench: Bench, console: Console, chromium: Browser
) -> None:
    street(bench)
    with console.heard(), console.tab(chromium, "operator") as tab:
        drawn(tab)
        assert tab.run(on_the_map(tab, "P0003")) == "lit2"
        expect(tab.page.locator("#totals .total-silent b")).to_have_text("1")
        began = time.monotonic()
        bench.event("P0011", "leakageDetected")
        tab.until(on_the_map(tab, "P0011") + " === 'lit1'", 2)
        expect(tab.page.locator("#lists [data-poles=P0011]").first).to_be_visible(timeout=2000)
        assert time.monotonic() - began < 2
        expect(tab.page.locator("#spoken")).to_contain_text("P0011", timeout=2000)
        bench.event("P0012", "powerFactorTooLow")  # a note is not spoken
        expect(tab.page.locator("#lists [data-poles=P0012]").first).to_be_visible()
        expect(tab.page.locator("#spoken")).to_contain_text("P0011")
        tab.page.locator("#lists .row-alarm [data-poles=P0003]").click()
        expect(tab.page.locator("#card h2")).to_contain_text("P0003")
        assert "pole=P0003" in tab.page.url
        bench.lit("P0003", 0)  # and the card follows
        expect(tab.page.locator("#card .big")).to_have_text("off", timeout=3000)
        tab.picture("map")
        assert (tab.strangers, tab.errors) == ([], [])


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_nothing_stands_in_the_way_of_anybody(bench: Bench, console: Console, chromium: Browser, lang: str) -> None:
    street(bench)
    with console.heard():
        for role, size, theme in (("operator", (1280, 800), "dark"), ("viewer", (360, 740), "light")):
            with console.tab(chromium, role, lang, viewport={"width": size[0], "height": size[1]}) as tab:
                tab.context.add_cookies([{"name": "diya_theme", "value": theme, "url": console.url}])
                drawn(tab, "/?pole=P0007")
                expect(tab.page.locator("#card h2")).to_contain_text("P0007")
                tab.page.locator("#legend summary").click()
                assert tab.axe() == []
                assert tab.too_wide() == 0
                tab.picture(f"map-{lang}-{size[0]}")
        with console.tab(chromium, lang=lang, viewport={"width": 640, "height": 400}, device_scale_factor=2) as tab:
            drawn(tab)  # 1280 by 800 at 200 %
            assert tab.too_wide() == 0


def test_the_keyboard_goes_everywhere(bench: Bench, console: Console, chromium: Browser) -> None:
    street(bench)
    with console.heard(), console.tab(chromium, "operator") as tab:
        drawn(tab)
        keys = tab.page.keyboard
        keys.press("?")
        expect(tab.page.locator("#keys")).to_be_visible()
        keys.press("Escape")
        keys.press("/")
        expect(tab.page.locator("#find")).to_be_focused()
        keys.type("gap0005")  # letters in a field are letters
        assert tab.page.url.rstrip("/") == console.url or "?" in tab.page.url
        tab.page.locator("#find").fill("")
        keys.type("P0005")
        expect(tab.page.locator("#found li").first).to_contain_text("P0005")
        keys.press("ArrowDown")
        keys.press("Enter")
        tab.page.wait_for_url("**pole=P0005*")
        expect(tab.page.locator("#card h2")).to_contain_text("P0005")
        tab.until("document.getElementById('map').dataset.drawn")
        tab.page.locator("#map canvas").focus()
        keys.press("d")  # draw: corners in the middle of the map, by the arrow keys
        keys.press("Space")
        for arrow in ("ArrowRight", "ArrowDown"):
            keys.press(arrow)
            tab.page.wait_for_timeout(400)
            keys.press("Space")
        keys.press("Enter")
        expect(tab.page.locator("#area-found")).not_to_be_empty()
        keys.press("Escape")
        tab.page.locator("body").press("g")
        keys.press("a")
        tab.page.wait_for_url("**/alarms")


def test_without_webgl_the_lists_go_on_and_the_map_says_so(bench: Bench, console: Console, chromium: Browser) -> None:
    street(bench)
    with console.heard(), console.tab(chromium) as tab:
        tab.context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        tab.page.goto("/")
        expect(tab.page.locator("#map-says")).to_contain_text("no WebGL")
        bench.event("P0011", "lampFailure")
        expect(tab.page.locator("#lists [data-poles=P0011]").first).to_be_visible(timeout=2000)
        tab.page.locator("#lists .poles [data-poles=P0011]").click()
        expect(tab.page.locator("#card h2")).to_contain_text("P0011")
        assert tab.errors == []


def test_a_map_that_was_taken_away_comes_back(bench: Bench, console: Console, chromium: Browser) -> None:
    street(bench)
    with console.heard(), console.tab(chromium) as tab:
        drawn(tab)
        tab.run(
            "window.lost = document.querySelector('#map canvas').getContext('webgl2')"
            ".getExtension('WEBGL_lose_context'); lost.loseContext(); 1"
        )
        expect(tab.page.locator("#map-says")).to_contain_text("graphics driver")
        bench.event("P0011", "lampFailure")
        expect(tab.page.locator("#lists [data-poles=P0011]").first).to_be_visible(timeout=2000)
        tab.run("document.getElementById('map').dataset.drawn = ''; lost.restoreContext(); 1")
        tab.until("document.getElementById('map').dataset.drawn")
        expect(tab.page.locator("#map-says")).to_be_hidden()
        assert tab.run(on_the_map(tab, "P0011")) == "lit2"
        assert tab.errors == []


def test_ten_thousand_poles_are_moved_over_in_little_time(bench: Bench, chromium: Browser, tmp_path: Path) -> None:
    folder = lay_site(tmp_path / "site", 10_000)
    names = fill(bench, folder)
    with serving(bench, site=str(folder)) as console, console.heard(), console.tab(chromium) as tab:
        protocol = tab.context.new_cdp_session(tab.page)
        protocol.send("Performance.enable", {"timeDomain": "threadTicks"})
        drawn(tab)
        assert tab.run(f"{CITY}.drawn.size") == 10_000

        def script_s() -> float:
            told = protocol.send("Performance.getMetrics")["metrics"]
            return float(next(one["value"] for one in told if one["name"] == "ScriptDuration"))

        tab.run(f"window.frames_ = 0; {CITY}.map.on('render', () => frames_++); 1")
        before = script_s()
        tab.run(
            f"(async () => {{ const {{ map }} = {CITY}; for (let i = 0; i < 4; i++) {{"
            " map.panBy([150 * (i % 2 ? 1 : -1), 60], {duration: 700});"
            " await new Promise((later) => setTimeout(later, 800)); } })()"
        )
        frames = int(tab.run("frames_"))
        used = (script_s() - before) * 1000 / frames
        assert used <= 16, f"{used:.1f} ms of script a frame, in {frames}"
        bench.lit(names[5], 33)
        tab.until(f"JSON.parse({CITY}.drawn.get('{names[5]}')).l === 33", 4)
        tab.picture("map-10000")


def test_what_may_be_done_opens_beside_the_map(bench: Bench, console: Console, chromium: Browser) -> None:
    street(bench)
    with console.heard(), console.tab(chromium, "operator") as tab:
        drawn(tab, "/?pole=P0003")
        tab.page.get_by_role("link", name="Light it").click()
        expect(tab.page.locator("#panel form.order")).to_be_visible()
        expect(tab.page.locator("#panel #preview")).not_to_be_empty()
        tab.page.locator("#area summary").click()
        tab.page.locator("#area [name=by]").select_option("feeder")
        tab.page.locator("#area [name=of]").fill("F01")
        tab.page.get_by_role("button", name="Find the poles").click()
        expect(tab.page.locator("#area-found")).to_contain_text("20 poles · 1 silent · 2 with a fault")
        tab.page.get_by_role("link", name="What may be done here").click()
        expect(tab.page.locator("#panel [name=scope]")).to_have_value(json.dumps({"feeder": "F01"}))
        tab.page.locator("#area [name=of]").fill("F99")
        tab.page.get_by_role("button", name="Find the poles").click()
        expect(tab.page.locator("#area-found .wrong")).to_contain_text("F99")
        assert tab.axe() == []
        tab.picture("map-panel")
        assert tab.errors == []


def test_the_last_night_is_played_on_the_same_map(bench: Bench, console: Console, chromium: Browser) -> None:
    bench.now = NOON - 8 * 3600  # four in the morning
    bench.born("P0003")
    with bench.city() as city, city.writing() as connection:
        partitions.make(connection, partitions.HOUR, [NOON])
        number = connection.exec_driver_sql("SELECT id FROM pole WHERE name = 'P0003'").scalar_one()
        rows = [(number, NOON - 9 * 3600 - k * 3600, 140, 1400 if k % 2 else 5) for k in range(9)]
        for row in rows:
            connection.exec_driver_sql(
                f"INSERT INTO {partitions.HOUR.name(NOON)} (pole, hour, wh, power_mean_dw, n) VALUES (?, ?, ?, ?, 12)",
                row,
            )
    bench.now = NOON - 14 * 3600
    bench.event("P0003", "lampFlicker")
    bench.now = NOON - 12 * 3600
    bench.event("P0003", "lampFlicker", starts=False)
    bench.now = NOON - 8 * 3600
    with console.heard(), console.tab(chromium) as tab:
        drawn(tab)
        tab.page.get_by_role("button", name="Last night").click()
        expect(tab.page.locator("#map-says")).to_contain_text("This is the past")
        seen = set()
        for step in range(54, 90, 3):
            tab.page.locator("#when").fill(str(step))
            seen.add(tab.run(on_the_map(tab, "P0003")))
        assert {"lit3", "off3", "lit0", "off0"} <= seen
        assert tab.axe() == []
        tab.picture("map-night")
        tab.page.get_by_role("button", name="Back to now").click()
        tab.until(on_the_map(tab, "P0003") + " === 'lit0'")
        assert tab.errors == []
