"""An alert that waits for a person reaches the duty officer: once, again where an update says something else.

A real HTTP client sends it, a real SMTP server and a real webhook get the message.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from host_tools.city.console.access import tokens
from host_tools.city.console.app import whole
from host_tools.city.doors import cap_alerts
from host_tools.city.notify.sender import Sender
from host_tools.city.store.database import sqlite, sqlite_connection
from host_tools.site import load_site
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.doors.cap_samples import SENDER, alert, iso, update
from tests.host_tools.city.notify.post_offices import Gateway, MailOffice, gateway, mail_office
from tests.town import SAGAR

XML = {"content-type": "application/cap+xml"}
NUMBERS = {"highest": 100, "radius_m": 50_000, "minutes": 1440, "calls": 6000, "days": 1}
HOST = "lights.example"
RULES = """
[mail]
server = "{mail}"
from = "diya@city.example"
[channels]
duty = {{mail = ["duty@city.example"]}}
hindi = {{mail = ["adhikari@city.example"], language = "hi"}}
sms = {{url = "{sms}"}}
day = {{mail = ["day@city.example"]}}
[[notify]]
name = "duty"
severity = ["danger"]
wards = ["W21"]
to = ["duty", "hindi"]
escalate_min = 30
escalate_to = ["sms"]
[[notify]]
name = "dark-lamps"
severity = ["dark"]
to = ["day"]
[[notify]]
name = "elsewhere"
wards = ["W22"]
to = ["day"]
"""


class Duty:
    """An agency at the door, and what the duty officer hears."""

    def __init__(self, bench: Bench, client: TestClient[Any], mail: MailOffice, sms: Gateway, site: Path) -> None:
        self.bench, self.client, self.mail, self.sms = bench, client, mail, sms
        assert isinstance(bench.where, Path)
        where = bench.where
        database = sqlite(lambda: sqlite_connection(where), str(where), str)
        self.sender = Sender(database, load_site(site), site, lambda: bench.now, print)
        self.close = database.close

    def sends(self, data: bytes) -> Any:
        answer = self.client.post("/doors/cap", content=data, headers=XML)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()

    def hears(self, seconds: int = 60) -> list[tuple[str, str]]:
        """(to, subject) of what comes in so many *seconds*."""
        before = len(self.mail.mails)
        self.bench.now += seconds
        while self.sender.turn():
            pass
        return [(str(one["To"]), str(one["Subject"]).strip()) for one in self.mail.mails[before:]]


@pytest.fixture
def duty(bench: Bench, tmp_path: Path) -> Iterator[Duty]:
    with mail_office() as mail, gateway() as sms:
        site = tmp_path / "site"
        shutil.copytree(SAGAR, site)
        with (site / "site.toml").open("a", encoding="utf-8") as file:
            file.write(RULES.format(mail=mail.url, sms=sms.url))
        bench.settings = replace(bench.settings, site=str(site), hosts=(HOST,), secure=True, proxied=True)
        with TestClient(whole(bench.app()), base_url=f"http://{HOST}") as client:
            with bench.city() as city, city.writing() as connection:
                token = tokens.add(connection, "sdma", ["cap"], [], NUMBERS, "admin", bench.now)
            client.headers["authorization"] = f"Bearer {token}"
            made = Duty(bench, client, mail, sms, site)
            yield made
            made.close()


def test_it_says_what_from_whom_until_when_and_where_to_decide(duty: Duty) -> None:
    now = duty.bench.now
    assert duty.sends(alert(now))["state"] == "waits"  # its sender is not in [cap]
    title = "Sagar, Madhya Pradesh"
    assert duty.hears() == [
        ("duty@city.example", f"An alert waits for a person: Flood at the lake ({title})"),
        ("adhikari@city.example", f"एक चेतावनी किसी व्यक्ति की प्रतीक्षा में है: Flood at the lake ({title})"),
    ]
    english, hindi = (one.get_content() for one in duty.mail.mails)
    assert f"from {SENDER}, number MP-1" in english
    assert "in force from 2026-11-24 23:10 until 2026-11-25 00:10 (Asia/Kolkata)" in english
    assert "poles in its area: 6" in english
    assert f"it waits because: {SENDER} is no sender in [cap] of site.toml" in english
    assert f"agree or refuse: https://{HOST}/desk/doors" in english
    assert f"स्वीकार या अस्वीकार करें: https://{HOST}/desk/doors" in hindi

    duty.sends(alert(now))  # the agency repeats it
    assert duty.hears() == []
    assert duty.sms.got == []
    duty.hears(1800)  # and nobody decided
    (still,) = duty.sms.got
    assert (still["what"], still["text"]) == (
        "still_asked", f"STILL WAITING for a person: Flood at the lake ({title})",
    )  # fmt: skip
    assert (still["alerts"][0]["sender"], still["alerts"][0]["ends"], still["alerts"][0]["poles"]) == (
        SENDER, now + 3600, 6,
    )  # fmt: skip


def test_an_update_is_told_where_it_says_something_else(duty: Duty) -> None:
    now = duty.bench.now
    duty.sends(alert(now))
    assert len(duty.hears()) == 2
    same = update(now + 60, "Update", "MP-2", "MP-1", now, expires=iso(now + 3600))
    assert duty.sends(same)["state"] == "waits"
    assert duty.hears() == []
    longer = update(now + 120, "Update", "MP-3", "MP-2", now + 60, expires=iso(now + 7200))
    assert duty.sends(longer)["state"] == "waits"
    assert len(duty.hears()) == 2
    assert "until 2026-11-25 01:10" in duty.mail.mails[-2].get_content()


def test_nobody_is_told_of_what_is_decided_or_over_and_texts_stay_texts(duty: Duty) -> None:
    now = duty.bench.now
    refused = duty.sends(alert(now, identifier="MP-1"))
    with duty.bench.city() as city, city.writing() as connection:
        row = cap_alerts.by_ref(connection, refused["ref"])
        assert row is not None
        cap_alerts.refuse(connection, row["id"], "engineer", now)
    assert duty.hears() == []
    duty.sends(alert(now + 60, identifier="MP-2", expires=iso(now + 100)))
    assert duty.hears(120) == []  # the sender was down until it was over
    assert duty.hears(3600) == [] and duty.sms.got == []
    later = duty.bench.now
    duty.sends(alert(later, identifier="MP-3", headline="Flood\r\nBcc: all@city.example", area="", polygon=None))
    heard = duty.hears()  # without an area it may be in any ward
    assert {to for to, _subject in heard} == {"duty@city.example", "adhikari@city.example", "day@city.example"}
    assert not any("\n" in subject for _to, subject in heard)
    mails = [mail for mail in duty.mail.mails[-3:] if mail["To"] != "adhikari@city.example"]
    for mail in mails:
        assert mail["Bcc"] is None and "Bcc: all@city.example" in mail.get_content()
        assert "no pole of ours is in its area, or it has none" in mail.get_content()
