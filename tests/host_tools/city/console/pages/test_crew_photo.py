"""Photos from the crew's phone: what is kept of them, for whom, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from host_tools.city.alarms import photos
from host_tools.city.console import photo
from tests.host_tools.city.console.browser import Console
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.console.pages.test_alarm_life_browser import KEPT, PHONE
from tests.host_tools.city.console.pages.test_orders import JSON, ordered

POLE = "P0002"


def picture(width: int = 2400, height: int = 1200, kind: str = "JPEG", **options: Any) -> bytes:
    """Red on its left, blue on its right."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def telephone() -> bytes:
    """As a phone sends it that was held upright: turned by 90 degrees, with the place and the phone's name in it."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation
    exif[0x010F] = "A telephone of Sagar"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    return picture(exif=exif)


def send(client: Any, body: bytes, pole: str = POLE, order: int = 1, **more: object) -> Any:
    asked = {"order": order, "pole": pole, "user": "operator", **more}
    return client.post("/crew/photo", params=asked, content=body, headers={**JSON, "content-type": "image/jpeg"})


def test_what_is_kept_is_upright_small_and_says_nothing_of_the_phone(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client)
        sent = telephone()
        assert send(client, sent).json()["said"] == "The photo is kept."
        answer = client.get("/orders/photos/1")
        assert answer.headers["content-type"] == "image/jpeg"
        kept = Image.open(BytesIO(answer.content))
        assert (kept.size, dict(kept.getexif())) == ((800, 1600), {})
        assert b"Sagar" not in answer.content and len(answer.content) < len(sent)
        top, below = kept.getpixel((400, 100)), kept.getpixel((400, 1500))
        assert top[0] > 200 > 60 > top[2] and below[2] > 200 > 60 > below[0]  # type: ignore[index]
        page = client.get("/orders/1").text
        assert "/orders/photos/1" in page and f"Photo at {POLE}, " in page
        client.post("/crew", data={"crew": "crew 2"})
        stops = client.get("/crew/data").json()["orders"][0]["stops"]
        assert [len(one["photos"]) for one in stops if one["pole"] == POLE] == [1]


def test_a_photo_that_is_sent_again_is_kept_once_and_its_lateness_is_said(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client)
        for _ in range(3):
            assert send(client, picture(40, 30), waited=7200).status_code == 200
        number = client.get("/crew/data").json()
        with bench.city() as city, city.reading() as connection:
            assert len(photos.of_orders(connection, [1])[1, POLE]) == 1
            told = connection.exec_driver_sql("SELECT text FROM alarm_event WHERE what = 'photo'").scalars().all()
        assert [text for text in told if "2 h before it was sent" in text] and len(told) == len(set(told)), number


@pytest.mark.parametrize(("body", "said"), [
    (b"", "the photo has 0 bytes"), (b"GIF89a" + bytes(40), "no photo that can be read"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "no photo that can be read"),
    (picture(400, 300)[:900], "no photo that can be read"), (b"\xff\xd8\xff" + bytes(100), "no photo that can be read"),
    (partial(picture, 9000, 8000, "PNG"), "9000 × 8000 pixels"), (picture(20, 20, "BMP"), "no photo that can be read"),
])  # fmt: skip
def test_what_is_no_photo_is_refused_in_one_sentence_and_changes_nothing(
    bench: Bench, body: bytes | Callable[[], bytes], said: str
) -> None:
    body = body() if callable(body) else body  # a large one takes a second to make
    with bench.client("operator") as client:
        ordered(bench, client)
        answer = send(client, body)
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.text
        assert client.get("/orders/photos/1").status_code == 404
        client.cookies["diya_lang"] = "hi"
        assert "फ़ोटो" in send(client, body).json()["detail"]


def test_other_orders_poles_and_people_are_refused(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client)
        small = picture(40, 30)
        assert "must be one of order 1" in send(client, small, pole="P0050").json()["detail"]
        assert send(client, small, order=7).status_code == 422
        assert send(client, small, order=10**30).status_code in (400, 422)
        assert send(client, small, user="asha").status_code == 401
        assert send(client, bytes(photo.MOST_BYTES + 1)).status_code == 413
        for number in range(photos.MOST_OF_STOP):
            assert send(client, picture(40 + number, 30)).status_code == 200
        assert "which is the most" in send(client, picture(80, 80)).json()["detail"]


def test_a_photo_taken_without_network_is_sent_when_it_is_back(
    bench: Bench, console: Console, chromium: Browser
) -> None:
    with bench.client("operator") as client:
        ordered(bench, client)
    with console.heard(), console.tab(chromium, "operator", **PHONE) as phone:
        page = phone.page
        page.goto("/crew")
        page.fill("[name=crew]", "crew 2")
        page.click("button.main")
        stop = page.locator(f".stop[data-pole={POLE}]")
        expect(stop).to_be_visible()
        phone.until(KEPT)
        phone.context.set_offline(True)
        stop.locator("input[type=file]").set_input_files(
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": telephone()}
        )
        expect(page.locator("#queue")).to_contain_text("1 not sent yet")
        page.goto("/crew")
        expect(stop).to_contain_text("Waits to be sent: photo")
        phone.context.set_offline(False)
        shown = stop.locator(".photos img")
        expect(shown).to_be_visible()
        phone.until("document.querySelector('.photos img').naturalHeight === 1600")
        assert (phone.axe(), phone.too_wide(), phone.strangers, phone.errors) == ([], 0, [], [])
        phone.picture("crew-photo")
