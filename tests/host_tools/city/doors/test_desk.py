"""The desk's pages of the doors: what came in and what it caused, a stop, a person's yes or no, a drill of two."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pyotp
import pytest

from host_tools.city.commands.second_person import SecondPersons
from tests.host_tools.city.doors.cap_samples import alert
from tests.host_tools.city.doors.street_bench import Street

DESK = "/desk/doors"


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with Street.begin(tmp_path_factory.mktemp("desk"), poles=4, start="2026-11-25T01:00") as made:
        yield made


def seen(page: str) -> str:
    """The text of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_what_a_door_caused_is_seen_and_stopped(street: Street) -> None:
    http, engineer = street.program("traffic"), street.person("engineer")
    http.put("/doors/traffic/segments/SEG-14", json={"level": 3})
    http.put("/doors/traffic/segments/SEG-99", json={"level": 3})
    street.go(5)
    page = seen(engineer.get(DESK).text)
    assert "4 of 4 lit" in page and "traffic level 3 on SEG-14" in page
    assert "refused The segment is 'SEG-99' and must be one of segments.geojson of the site." in page
    hindi = seen(engineer.get(DESK, headers={"accept-language": "hi"}).text)
    assert "सड़क-खंड 'SEG-99' है; वह साइट की segments.geojson में होना चाहिए।" in hindi
    assert "TR-SEG-14" not in seen(engineer.get(f"{DESK}?door=cap").text.split('id="came"')[1])
    form = {"door": "traffic", "ref": "TR-SEG-14"}
    assert engineer.post(f"{DESK}/stop", data=form).status_code == 303
    street.go(5)
    assert street.state("P0002")["owner"] == "calendar"
    assert http.get("/doors/traffic/segments/SEG-14").json()["light"]["why"] == "ended"
    assert engineer.post(f"{DESK}/stop", data=form).status_code == 422
    assert street.person("operator").post(f"{DESK}/stop", data=form).status_code == 403


def test_an_alert_waits_for_a_person_who_says_yes_or_no(street: Street) -> None:
    agency, engineer = street.program("cap"), street.person("engineer")
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt;"
    for name, more in (("W-1", {}), ("W-2", {"polygon": None}), ("W-3", {"headline": hostile})):
        assert agency.post("/doors/cap", content=alert(street.now, identifier=name, **more)).status_code == 202
    page = engineer.get(DESK).text
    assert "Waiting for a person: 3" in seen(engineer.get(f"{DESK}/now").text)
    assert "<script>alert" not in page and "<script>alert(1)</script>" in seen(page)
    numbers = {name: number for number, name in enumerate(("W-1", "W-2", "W-3"), 1)}
    agree, refuse = (lambda name, deed=deed: f"{DESK}/alerts/{numbers[name]}/{deed}" for deed in ("agree", "refuse"))
    assert street.person("operator").post(agree("W-1"), data={}).status_code == 403
    assert engineer.post(agree("W-1"), data={}).status_code == 303
    assert engineer.post(refuse("W-3"), data={}).status_code == 303
    street.go(5)
    assert (street.state("P0002")["owner"], street.state("P0002")["reason"]) == ("emergency", "Flood at the lake")
    nowhere = engineer.post(agree("W-2"), data={})
    assert nowhere.status_code == 422 and "It has no area: say for which ward" in seen(nowhere.text)
    assert engineer.post(agree("W-2"), data={"by": "ward", "of": "W21"}).status_code == 303
    again = engineer.post(agree("W-3"), data={})
    assert again.status_code == 422 and "W-3 does not wait for a person any more" in seen(again.text)
    states = {name: agency.get(f"/doors/cap/messages/CAP-{name}").json()["state"] for name in numbers}
    assert states == {"W-1": "lit", "W-2": "lit", "W-3": "refused"}
    for name in ("W-1", "W-2"):
        assert engineer.post(f"{DESK}/stop", data={"door": "cap", "ref": f"CAP-{name}"}).status_code == 303
    street.go(5)
    assert street.state("P0002")["owner"] == "calendar"
    assert agency.get("/doors/cap/messages/CAP-W-1").json()["state"] == "ended"
    assert "refused a warning" in seen(engineer.get("/desk/audit").text)


def test_a_blackout_drill_takes_two_and_ends_by_itself(street: Street) -> None:
    engineer = street.person("engineer")
    secret = SecondPersons(street.bench.where.parent).add("meera")
    form = {"by": "poles", "of": "P0002 P0003", "minutes": "5"}
    for wrong, said in (({"minutes": "121"}, "must be for 1 to 120"), ({"minutes": "x"}, "must be a whole number")):
        refused = engineer.post(f"{DESK}/blackout", data={**form, **wrong})
        assert refused.status_code == 422 and said in seen(refused.text)
    given = engineer.post(f"{DESK}/blackout", data=form)
    street.go(5)
    page = given.headers["location"]
    assert "a second person has to agree" in seen(engineer.get(page).text)
    assert street.state("P0002")["owner"] == "calendar"
    code = pyotp.parse_uri(secret).now()
    assert engineer.post(f"{page}/agree", data={"second": "meera", "code": code}).status_code == 303
    street.go(5)
    dark = street.state("P0002")
    assert (dark["target"], dark["owner"], dark["reason"]) == (0, "emergency", "blackout drill")
    assert street.light("P0002") == 0 and street.light("P0001") > 0
    street.receiver = False
    street.go(300)
    assert street.light("P0002") > 0 and street.state("P0002")["owner"] == "calendar"
    street.restart_receiver()


def test_a_night_of_an_election_is_asked_for_its_readiness_seen_and_taken_back(street: Street) -> None:
    engineer = street.person("engineer")
    asked = engineer.post("/desk/election", data={"night": "2026-11-25", "stations": "112"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/desk/election/2026-11-25")
    street.go(70)
    assert "Night of 2026-11-25 · 1 stations" in seen(engineer.get("/desk/election").text)
    page = seen(engineer.get("/desk/election/2026-11-25").text)
    assert "112 Primary school, F01 · ▲" not in page and "Not ready" in page
    assert "P0002 not known kept by the pole" in page
    assert re.search(r"List for the crew .* P0005 112 Primary school, F01 Not heard\.", page)
    assert engineer.post("/desk/election/2026-11-25/end", data={"station": "112"}).status_code == 303
    assert "No night is asked for." in seen(engineer.get("/desk/election").text)
    for form, said in (
        ({"night": "2026-11-25", "stations": "999"}, "must be one of stations.csv"),
        ({"night": "soon", "stations": ""}, "must be a date such as"),
    ):
        refused = engineer.post("/desk/election", data=form)
        assert refused.status_code == 422 and said in seen(refused.text)
