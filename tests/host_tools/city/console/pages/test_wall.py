"""The video wall."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.host_tools.city.console.browser import Console
from tests.host_tools.city.console.console_bench import Bench


def test_what_is_acknowledged_stands_below_and_is_dimmed(bench: Bench) -> None:
    for name, kind in (("P0003", "leakageDetected"), ("P0004", "lampFailure"), ("P0005", "lampFlicker")):
        bench.born(name)
        bench.event(name, kind)
    with bench.client("viewer") as client:
        with client.app.state.city.writing() as connection:
            connection.exec_driver_sql("UPDATE alarm SET acknowledged = last_began WHERE name = 'P0003'")
        text = client.get("/wall/worst").text
    assert text.index("P0004") < text.index("P0005") < text.index("P0003")
    assert text.index('class="known"') > text.index("P0005")


def test_only_the_worst_five_are_shown(bench: Bench) -> None:
    for n in range(1, 9):
        bench.born(f"P{n:04}")
        bench.event(f"P{n:04}", "lampFailure")
    with bench.client("viewer") as client:
        text = client.get("/wall").text
    assert text.count("<b>P00") == 5 and "and 3 more" in text


def test_the_power_of_the_night_is_that_of_its_hours(bench: Bench) -> None:
    bench.born("P0003")
    bench.say("P0003", "meter", activePower=90.0, supplyVoltage=230.0, activeEnergy=10.0)
    with bench.client("viewer") as client:
        client.app.state.city.wall = lambda: bench.now
        client.app.state.hub.tracker.now()
        told = client.get("/wall/power.json").json()
    assert told["kw"] == pytest.approx(0.09)
    assert (bench.now - told["from"], bench.now - told["hour"], told["offset"]) == (11 * 3600 + 600, 600, 19800)


# all sizes are shares of the height, so 4K is the same and only takes longer
@pytest.mark.parametrize(("lang", "size"), [("en", (1920, 1080)), ("hi", (1366, 768))])
def test_it_is_read_from_afar_and_has_nothing_to_press(
    bench: Bench, console: Console, chromium: Browser, lang: str, size: tuple[int, int]
) -> None:
    for n in range(1, 21):
        bench.born(f"P{n:04}")
    bench.event("P0003", "leakageDetected")
    viewport = {"width": size[0], "height": size[1]}
    with console.heard(), console.tab(chromium, lang=lang, viewport=viewport) as tab:
        tab.page.goto("/wall?rotate=5")
        tab.until("document.getElementById('map').dataset.drawn")
        expect(tab.page.locator("[data-total=lit]")).to_have_text("20")
        assert tab.page.locator("button, a:not(.skip), input, select").count() == 0
        expect(tab.page.locator("#view-name")).to_have_text("P0003", timeout=15_000)  # it turns to the worst
        bench.event("P0004", "lampFailure")
        expect(tab.page.locator("#worst")).to_contain_text("P0004", timeout=5000)
        assert tab.run("parseFloat(getComputedStyle(document.querySelector('.numbers b')).fontSize)") > size[1] / 25
        assert tab.axe() == []
        assert (tab.too_wide(), tab.strangers, tab.errors) == (0, [], [])
        tab.picture(f"wall-{lang}")


def test_a_wall_that_is_open_for_long_does_not_grow(bench: Bench, console: Console, chromium: Browser) -> None:
    for n in range(1, 21):
        bench.born(f"P{n:04}")
    with console.heard(), console.tab(chromium) as tab:
        protocol = tab.context.new_cdp_session(tab.page)
        tab.page.goto("/wall")
        tab.until("document.getElementById('map').dataset.drawn")
        # many messages in a second: each as the stream brings it
        many = (
            "(async () => { for (let n = 0; n < 120; n++) {"
            " for (const [name, detail] of [['poles', {poles: [['P0003', 'lit', n % 100, 9, 'calendar', 1, 2, 3, 0]],"
            " rev: 1e6 + n, anew: false}], ['status', {lost: '', totals: {power_dw: n}, lostZones: []}]])"
            " document.dispatchEvent(new CustomEvent(`diya:${name}`, {detail}));"
            " if (n % 30 === 0) await new Promise((later) => setTimeout(later, 450)); } })()"
        )

        def heap() -> int:
            """Bytes in use, once four collections found no more: one alone leaves up to a megabyte for the next."""
            found = []
            for _ in range(4):
                protocol.send("HeapProfiler.collectGarbage")
                tab.page.wait_for_timeout(300)
                found.append(int(protocol.send("Runtime.getHeapUsage")["usedSize"]))
            return min(found)

        tab.run(many)
        before, nodes = heap(), tab.run("document.querySelectorAll('*').length")
        tab.run(many)
        tab.run(many)
        assert heap() - before < 300_000
        assert tab.run("document.querySelectorAll('*').length") <= nodes + 5
