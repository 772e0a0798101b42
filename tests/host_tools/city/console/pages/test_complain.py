"""The public page: without a login, a cookie or a script, in Hindi first; no words of a person are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from playwright.sync_api import Browser

from host_tools.city.console.access.pace import Pace
from host_tools.city.console.app import whole
from host_tools.city.console.pages.complain import COMPLAINTS, LOOKS
from host_tools.city.console.public_map import APART, near, picture
from host_tools.city.store.command_tables import command
from host_tools.city.store.complaint_tables import complaint
from host_tools.site import load_site
from tests.host_tools.city.console.browser import Console
from tests.host_tools.city.console.console_bench import HOST, Bench
from tests.town import SAGAR

LONG = "x" * 10_000


@pytest.fixture
def person(bench: Bench) -> Iterator[TestClient[Any]]:
    """A person with a browser that no page has given anything."""
    bench.born("P0003", 100)
    bench.say("P0003", "meter", activePower=4)
    bench.event("P0003", "lampFailure", level=100, activePower=4, expectedPower=148)
    with TestClient(whole(bench.app()), base_url=f"http://{HOST}") as client:
        client.headers["accept"] = "text/html"
        yield client


def sent(person: TestClient[Any], **form: str) -> Any:
    return person.post("/complain", data={"pole": "P0003", "code": "SL01", **form}, follow_redirects=True)


def test_the_pole_of_the_label_says_at_once_what_it_knows_of_its_lamp(person: TestClient[Any]) -> None:
    page = person.get("/complain?pole=P0003").text
    assert '<html lang="hi">' in page and "स्ट्रीट लाइट की शिकायत" in page
    assert "P0003: 100 % रोशनी माँगी गई, 148 में से 4 W ले रहा है, 23:10 से" in page
    english = person.get("/complain?pole=p0003&lang=en").text
    assert "P0003: asked for 100 %, takes 4 W of 148 since 23:10" in english
    assert "it has never reported" in person.get("/complain?pole=P0011&lang=en").text


def test_a_complaint_gets_a_number_by_which_it_can_be_asked_for(person: TestClient[Any], bench: Bench) -> None:
    page = sent(person, lang="en", text="dark since Monday", phone="9876543210")
    assert page.status_code == 200 and page.request.url.path == "/complain/status"
    found = re.search(r'class="number">(\d{8})<', page.text)
    assert found and "To be repaired by" in page.text and "takes 4 W of 148" in page.text
    assert "dark since Monday" not in page.text and "9876543210" not in page.text
    with bench.city() as city, city.reading() as connection:
        row = connection.execute(sa.select(complaint)).mappings().one()
        assert connection.execute(sa.select(sa.func.count()).select_from(command)).scalar() == 0
    assert (row["public"], row["door"], row["text"], row["lang"]) == (found[1], "public", "dark since Monday", "en")
    spaced = person.get(f"/complain/status?number={found[1][:4]} {found[1][4:]}").text
    assert found[1] in spaced and "चालू" in spaced
    none = person.get("/complain/status?number=<script>&lang=en")
    assert none.status_code == 404 and "<script>" not in none.text and "There is no complaint" in none.text


def test_no_cookie_is_set_and_nothing_is_loaded_from_another_path(person: TestClient[Any]) -> None:
    pages = ("/complain", "/complain?pole=P0003&lang=en", "/complain/map", "/complain/map?feeder=F01")
    for path in (*pages, "/complain/status?number=1"):
        answer = person.get(path)
        assert "set-cookie" not in answer.headers, path
        loaded = re.findall(r'(?:href|src|action)="(/[^"]*)"', answer.text)
        assert loaded and all(one.startswith("/complain") for one in loaded), path
        for one in loaded:
            if "/files/" in one:
                assert person.get(one).status_code == 200, one
    assert "set-cookie" not in sent(person).headers and not person.cookies
    style = person.get("/complain/files/complain.css").text
    assert all(one.startswith("/complain/files/") for one in re.findall(r'url\("([^"]*)"\)', style))
    assert person.get("/complain/files/../app.py").status_code == 404


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"pole": "P9999"}, "the pole is"), ({"pole": ""}, "the place is missing"), ({"code": "SL99"}, "service_code"),
        ({"code": ""}, "service_code"), ({"phone": "9" * 200}, "phone has 200 characters"),
        ({"pole": "<script>alert(1)</script>"}, "the pole is"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_above_the_form_which_keeps_what_was_written(
    person: TestClient[Any], form: dict[str, str], says: str
) -> None:
    page = sent(person, lang="en", text="keep me", **form)
    assert page.status_code == 422
    assert says in page.text and "keep me" in page.text and "<script>alert" not in page.text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=cmd()", "\u202eabc", LONG, "\x00\x0b"])
def test_hostile_texts_are_kept_as_text_and_shown_nowhere(person: TestClient[Any], text: str) -> None:
    assert sent(person, text=text, phone=text[:40]).status_code == 200


def test_one_address_sends_so_many_and_no_more(person: TestClient[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = [sent(person, pole=f"P00{number:02}").status_code for number in range(10, 11 + COMPLAINTS)]
    assert statuses == [200] * COMPLAINTS + [429]
    refused = sent(person, lang="en")
    assert int(refused.headers["retry-after"]) > 0
    assert LOOKS == 60
    assert Pace(lambda: 0.0).wait("a", 1) == 0


def test_a_page_of_another_site_cannot_send_it(person: TestClient[Any], bench: Bench) -> None:
    form = {"pole": "P0003", "code": "SL05"}
    assert person.post("/complain", data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    with bench.city() as city, city.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(complaint)).scalar() == 0


def test_a_pole_is_chosen_from_wards_streets_and_a_picture(person: TestClient[Any]) -> None:
    assert "/complain/map?ward=W21&amp;lang=hi" in person.get("/complain/map").text
    assert "/complain/map?feeder=F01&amp;lang=hi" in person.get("/complain/map?ward=W21").text
    page = person.get("/complain/map?feeder=F01&lang=en").text
    assert page.count("<circle") == 20 and "/complain?pole=P0003&amp;lang=en" in page
    around = person.get("/complain/map?lat=23.848253&long=78.733021").text
    assert 5 < around.count("<circle") < 60
    assert person.get("/complain/map?lat=0&long=0").status_code == 200
    assert person.get("/complain/map?lat=x&long=0").status_code == 200
    assert person.get("/complain/map?ward=%3Cscript%3E").status_code == 200


def test_the_picture_keeps_poles_a_finger_apart_and_within_bounds() -> None:
    poles = load_site(SAGAR).poles
    shown = picture([one for one in poles if one.feeder == "F01"])
    assert shown is not None and len(shown.dots) == 20 and shown.lines
    places = [(one.x, one.y) for one in shown.dots]
    gaps = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for at, a in enumerate(places) for b in places[:at]]
    assert min(gaps) > APART / 2
    assert picture([]) is None
    assert near(poles, (23.848253, 78.733021))[0].name == "P0003"
    assert picture([poles[0], poles[0]]) is not None  # two at one place


def test_axe_finds_nothing_and_nothing_is_cut_off_on_a_phone(
    bench: Bench, console: Console, chromium: Browser
) -> None:  # fmt: skip
    """And the whole way works with scripts switched off."""
    bench.born("P0003", 100)
    paths = ("/complain", "/complain?pole=P0003", "/complain?pole=none", "/complain/map", "/complain/map?ward=W21",
             "/complain/map?feeder=F01", "/complain/status?number=1")  # fmt: skip
    wrong: list[str] = []
    with console.tab(chromium, None, "hi", viewport={"width": 360, "height": 740}) as tab:
        for path, lang in [*((one, "hi") for one in paths), (paths[1], "en"), (paths[5], "en")]:
            tab.page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert tab.run("document.documentElement.lang") == lang
            wrong += [f"{path}: {one}" for one in tab.axe()]
            if (more := tab.too_wide()) > 0:
                wrong.append(f"{path}: {more} px too wide")
        assert tab.strangers == []
    assert wrong == []
    with console.tab(chromium, None, "hi", java_script_enabled=False) as tab:
        tab.page.goto("/complain/map?feeder=F01")
        tab.page.locator('ul a[href*="P0003"]').click()
        tab.page.locator('input[value="SL05"]').check()
        tab.page.locator("button.main").click()
        assert re.fullmatch(r"\d{8}", tab.page.locator(".number").inner_text())
