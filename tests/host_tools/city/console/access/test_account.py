"""A person's first day in a real browser: the given password, an own one, codes of a phone, and the desk."""

from __future__ import annotations

import re
import time

import pyotp
from playwright.sync_api import Browser, expect

from host_tools.city.commands import audit
from host_tools.city.console.access import users
from tests.host_tools.city.console.browser import Console, Tab

GIVEN, OWN = "given-once-only", "neem chai patang dariya"


def seen(tab: Tab, name: str) -> None:
    """The screen is good: no finding of axe, nothing cut off at 360 px, no script of its own failed."""
    tab.picture(name)
    assert tab.axe() == [], name
    tab.page.set_viewport_size({"width": 360, "height": 800})
    assert tab.too_wide() <= 0, name
    tab.picture(f"{name}-360")
    tab.page.set_viewport_size({"width": 1280, "height": 800})
    assert tab.errors == []


def test_the_first_login_of_an_admin_leads_to_a_password_to_codes_and_to_the_desk(
    console: Console, chromium: Browser
) -> None:
    bench = console.bench
    bench.born("P0003")
    bench.say("P0003", "state", level="no number")
    with bench.city() as city, city.writing() as connection:
        users.add(connection, "asha", "admin", GIVEN, bench.now)
        audit.add(connection, "", bench.now, "ravi", "console", "userAdded", None, {"user": "<b>bold</b>"})
    with console.heard(), console.tab(chromium, role=None) as tab:
        page = tab.page
        page.goto("/desk")
        seen(tab, "login")
        page.get_by_label("Name").fill("asha")
        page.get_by_label("Password").fill("a wrong password")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
        page.get_by_label("Name").fill("asha")
        page.get_by_label("Password").fill(GIVEN)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Change the password")
        page.get_by_label("The password that was given to you").fill(GIVEN)
        page.get_by_label("The new password", exact=True).fill("password1234")
        page.get_by_label("The new password once more").fill("password1234")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("tried first")
        seen(tab, "account-password")
        page.get_by_label("The password that was given to you").fill(GIVEN)
        page.get_by_label("The new password", exact=True).fill(OWN)
        page.get_by_label("The new password once more").fill(OWN)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Set up codes of your phone")
        assert tab.until("document.querySelector('.qr').complete && document.querySelector('.qr').naturalWidth > 100")
        seen(tab, "account-codes")
        secret = re.sub(r"\s", "", page.locator("code.secret").inner_text())
        page.get_by_label("Code of six digits").fill(pyotp.TOTP(secret).now())
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("My account")
        seen(tab, "account")
        page.get_by_role("button", name="Log out").click()
        page.get_by_label("Name").fill("asha")
        page.get_by_label("Password").fill(OWN)
        page.keyboard.press("Enter")
        seen(tab, "login-code")
        page.get_by_label("Code of six digits").fill(pyotp.TOTP(secret).at(int(time.time()) + 30))  # the next one
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="asha")).to_be_visible()
        for path in ("/desk", "/desk/audit", "/desk/users", "/desk/sessions", "/desk/tokens"):
            page.goto(path)
            seen(tab, path.strip("/").replace("/", "-"))
        page.get_by_label("Name of the program").fill("traffic")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("status").locator("code")).to_contain_text("diya_")
        seen(tab, "desk-token-once")
        page.get_by_role("button", name="हिन्दी").click()
        for path in ("/desk", "/desk/audit", "/desk/users", "/desk/tokens", "/account", "/account/codes"):
            page.goto(path)
            seen(tab, f"hi-{path.strip('/').replace('/', '-')}")
        assert tab.strangers == []
