"""Complaints as operators see them."""

from __future__ import annotations

from host_tools.city.complaints import book
from host_tools.city.complaints.report import Report
from tests.host_tools.city.console.console_bench import Bench

SCRIPT = "<script>alert(1)</script>"


def test_an_operator_sees_words_and_contact_beside_what_the_lamp_says(bench: Bench) -> None:
    bench.born("P0003", 100)
    said = Report("SL05", "P0003", text=f"{SCRIPT}\u202e", account="CM-1", contact={"phone": "98765"}, who="cm")
    with bench.city() as city, city.writing() as connection:
        number = book.take(connection, said, bench.now)["public"]
    bench.record.look_at_street(bench.now)
    with bench.client("operator") as client:
        page = client.get("/complaints").text
        assert number in page and "98765" in page and "cm CM-1" in page and "&lt;script&gt;" in page
        assert SCRIPT not in page and "\u202e" not in page
        assert 'href="/alarms/1"' not in page  # its alarm is joined at the next look
        bench.record.look_at_street(bench.now + 5)
        assert 'href="/alarms/1"' in client.get("/complaints").text
        alarm = client.get("/alarms/1").text
        assert "A person reports a shock or an open wire" in alarm and number in alarm
        assert 'href="/complaints"' in client.get("/alarms").text
        client.cookies["diya_lang"] = "hi"
        assert "करंट लगा या तार खुला है" in client.get("/complaints").text


def test_contacts_are_not_for_viewers(bench: Bench) -> None:
    with bench.client("viewer") as client:
        assert client.get("/complaints").status_code == 403
        assert 'href="/complaints"' not in client.get("/alarms").text
