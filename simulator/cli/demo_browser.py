"""The demo's console as a person uses it: real Chromium logs in, sees a fault appear, and lights an area.

It needs playwright (in the extra `dev`) and Debian's chromium; ``program`` says whether they are here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PIL import Image

from simulator.cli.demo_console import DemoConsole

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PATIENCE_MS = 120_000.0
PASSWORD = "demo of a lit street"
BROKEN, UNTIL, REASON = "P0003", "04:00", "disaster desk"
CORNERS = ((0.55, 0.3), (0.97, 0.3), (0.97, 0.8), (0.55, 0.8))  # of the area, in shares of the map
SIZE = {"width": 1360, "height": 850}


def program() -> str | None:
    """The browser's program; None where it, or playwright, is not here."""
    if find_spec("playwright") is None:
        return None
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def logged_in(console: DemoConsole) -> Iterator[Page]:
    """A page of *console* in Chromium, where its admin has logged in."""
    with _browser() as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        _log_in(page, console, None)
        yield page


def use_console(console: DemoConsole, pictures: Path | None) -> list[str]:
    """Uses *console* and returns what was not as it should be, a sentence each; leaves *pictures* where that is given.

    The street of the demo begins a few minutes before the lamp of P0003 fails.
    """
    from playwright.sync_api import Error

    with _browser() as context:
        elsewhere: list[str] = []
        home = urlsplit(console.address).netloc
        context.on("request", lambda one: _note(one.url, home, elsewhere))
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        try:
            for step in (_log_in, _see_fault, _light_area, _look_around):
                step(page, console, pictures)
        except Error as error:
            _keep(page, pictures, "failed")
            return [f"the console at {urlsplit(page.url).path}: {str(error).splitlines()[0]}"]
    return [f"the console's page asked for {url}" for url in elsewhere]


def _log_in(page: Page, console: DemoConsole, pictures: Path | None) -> None:
    """The one-time password, a password of one's own, and the codes of a telephone."""
    import pyotp

    page.goto(console.address)
    _keep(page, pictures, "login")
    page.fill("[name=name]", console.user)
    page.fill("[name=password]", console.password)
    page.click("main form[action='/login'] button")
    page.fill("[name=old]", console.password)
    page.fill("[name=new]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("main form button.main")
    secret = page.locator("code.secret").inner_text()
    page.fill("[name=code]", pyotp.TOTP("".join(secret.split())).now())
    page.click("main form button.main")


def _see_fault(page: Page, console: DemoConsole, pictures: Path | None) -> None:
    page.goto(console.address)
    page.locator("#lists .severity-2").first.wait_for()
    page.locator("#map[data-drawn]").wait_for()
    page.wait_for_timeout(2000)  # and what came since is drawn
    _keep(page, pictures, "map")
    page.goto(f"{console.address}alarms")
    page.get_by_text(BROKEN).first.wait_for()
    _keep(page, pictures, "alarms")


def _light_area(page: Page, console: DemoConsole, pictures: Path | None) -> None:
    """An emergency for an area drawn by hand, until its poles themselves say that they live by it."""
    page.goto(console.address)
    page.locator("#map[data-drawn]").wait_for()
    page.click("#draw")
    box = page.locator("#map").bounding_box()
    assert box
    for right, down in CORNERS:
        page.mouse.click(box["x"] + right * box["width"], box["y"] + down * box["height"])
        page.wait_for_timeout(500)  # two clicks at once are a double click
    page.click("#draw")
    page.click("#area-found a.button")
    page.locator("#panel form.order").wait_for()
    page.fill("form.order [name=level]", "100")
    page.select_option("form.order [name=owner]", "emergency")
    page.fill("form.order [name=until]", UNTIL)
    page.fill("form.order [name=reason]", REASON)
    page.locator(".preview .figures").wait_for()
    _keep(page, pictures, "command-preview")
    page.click("form.order button.main")
    page.locator("tbody tr").first.wait_for()
    poles = page.locator("tbody tr").count()
    page.locator("td", has_text="lives by it").nth(poles - 1).wait_for()
    _keep(page, pictures, "command")
    page.click("tbody tr:first-child a")
    page.locator("#says").filter(has_text=f"emergency ({REASON}) until").filter(has_text=UNTIL).wait_for()
    _keep(page, pictures, "pole-in-command")


def _look_around(page: Page, console: DemoConsole, pictures: Path | None) -> None:
    for name in ("programmes", "assets"):
        page.goto(f"{console.address}{name}")
        _keep(page, pictures, name)
    page.goto(f"{console.address}p/{BROKEN}")
    page.get_by_text(BROKEN).first.wait_for()
    page.wait_for_timeout(1000)  # and its curve is drawn
    _keep(page, pictures, "pole")
    page.goto(console.address)
    page.click("form.prefs [name=lang]")
    page.locator("#lists .severity-2").first.wait_for()
    page.locator("#map[data-drawn]").wait_for()
    page.wait_for_timeout(2000)
    _keep(page, pictures, "map-hi")


@contextmanager
def _browser() -> Iterator[BrowserContext]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        yield browser.new_context(viewport=SIZE, locale="en-IN")  # type: ignore[arg-type]
        browser.close()


def _note(url: str, home: str, elsewhere: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != home:
        elsewhere.append(url)


def _keep(page: Page, pictures: Path | None, name: str) -> None:
    if pictures is not None:
        keep(page, pictures / f"console-{name}.png")


def keep(page: Page, file: Path) -> None:
    """Writes what *page* shows to *file*, as a small PNG."""
    taken = Image.open(BytesIO(page.screenshot())).convert("RGB")
    taken.quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)
