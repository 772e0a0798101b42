"""Cameras and call boxes: from an incident to full light around it, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_tools.city.doors import incidents
from host_tools.city.doors.body import read
from host_tools.city.doors.incidents import Incident
from host_tools.language.language import Spoken
from host_tools.site.door_files import NamedPlace
from tests.host_tools.city.doors.street_bench import Street

PATH = "/doors/incidents"
CAMERAS = {"7": NamedPlace("7", 23.848253, 78.733021)}
NOW = 1_795_542_000


def test_an_incident_at_a_camera_is_lit_moves_ends_and_runs_out(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=12, start="2026-11-25T01:00") as street:
        http = street.program("incidents", zones=["civil-lines"], radius_m=500, minutes=120)
        asked, before = street.now, {name: street.state(name)["target"] for name in ("P0003", "P0012")}
        begun = http.post(PATH, json={"camera": 7, "incident": "4411", "radius": 60})
        assert (begun.status_code, begun.json()["ref"]) == (201, "CCTV-4411")
        same = http.post(PATH, json={"camera": 7, "incident": "4411", "radius": 60})
        assert (same.status_code, same.json()["light"]["orders"]) == (200, begun.json()["light"]["orders"])
        street.go(5)
        lit = street.state("P0003")
        assert (lit["target"], lit["owner"], lit["reason"], lit["until"]) == (
            100, "incident", "camera 7, incident 4411", asked + 900,
        )  # fmt: skip
        assert street.state("P0012")["target"] == before["P0012"] < 100
        told = http.get(begun.headers["location"]).json()["light"]
        assert told["poles"] == told["lit"] >= 3
        moved = http.post(PATH, json={"camera": 8, "incident": "4411", "radius": 60})  # the car has gone on
        assert moved.json()["ref"] == "CCTV-4411"
        street.go(5)
        assert street.state("P0003")["target"] == before["P0003"] < 100
        assert (street.state("P0012")["target"], street.state("P0012")["reason"]) == (100, "camera 8, incident 4411")
        assert http.delete(f"{PATH}/4411").status_code == 200
        street.go(5)
        assert street.state("P0012")["target"] == before["P0012"] < 100
        gone = http.delete(f"{PATH}/4411")
        assert (gone.status_code, gone.json()["detail"]) == (404, "Nothing is in force under CCTV-4411.")
        http.post(PATH, json={"lat": 23.848253, "lon": 78.733021, "minutes": 2, "radius": 40})
        street.go(5)
        assert (street.state("P0003")["target"], street.state("P0003")["reason"]) == (100, "incident")
        street.receiver = False
        street.go(120)
        assert street.state("P0003")["target"] == before["P0003"] < 100


def test_two_systems_that_look_through_one_camera_have_an_incident_each(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=3, start="2026-11-25T01:00") as street:
        cctv, police = street.program("incidents"), street.program("incidents")
        before = street.state("P0003")["target"]
        body = {"camera": 7, "radius": 40}
        first, second = cctv.post(PATH, json=body), police.post(PATH, json={**body, "minutes": 30})
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["ref"] != second.json()["ref"]
        assert cctv.post(PATH, json=body).json()["light"]["orders"] == first.json()["light"]["orders"]
        street.go(5)
        assert police.delete(second.headers["location"]).status_code == 200
        assert cctv.delete(second.headers["location"]).status_code == 404  # it is over, and was not its own
        street.go(5)
        assert street.state("P0003")["target"] == 100  # the other's goes on
        assert cctv.delete(first.headers["location"]).status_code == 200
        street.go(5)
        assert street.state("P0003")["target"] == before < 100
        # under one number both would be one: the second is told so
        assert cctv.post(PATH, json={**body, "incident": 5}).status_code == 201
        assert police.post(PATH, json={**body, "incident": 5}).status_code == 409


def test_what_is_outside_of_its_token_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=2) as street:
        incident = {"camera": "7", "radius": 200, "minutes": 30}
        for limits, said in (
            ({"zones": ["W22"]}, "lie outside of W22, where incidents-1 may command."),
            ({"highest": 90}, "The level is 100 percent, and incidents-2 may ask for 90 at most."),
            ({"minutes": 20}, "It would hold for 30 minutes, and incidents-3 may ask for 20 at most."),
            ({"radius_m": 100}, "The radius is 200 m, and incidents-4 may ask for 100 at most."),
        ):
            answer = street.program("incidents", **limits).post(PATH, json=incident)  # type: ignore[arg-type]
            assert answer.status_code == 422 and said in answer.json()["detail"]
        nowhere = street.program("incidents").post(PATH, json={"lat": 24.5, "lon": 78.7})
        assert (nowhere.status_code, nowhere.json()["detail"]) == (422, "the circle holds no pole of this site")
        unknown = street.program("incidents").post(PATH, json={"camera": "99"})
        assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"lat": 123.8, "lon": 78.7}', "lat is 123.8 and must be float <= 90.0."),
        (b'{"lat": 23.8}', "lon is missing and must be given."),
        (b'{"lat": "23.8", "lon": 78.7}', "lat is '23.8' and must be float | null, got str."),
        (b'{"lat": 1e999, "lon": 78.7}', "The body is no JSON"),
        (b'{"camera": "7", "radius": 501}', "radius is 501 and must be float <= 500.0."),
        (b'{"camera": "7", "minutes": 121}', "minutes is 121 and must be int <= 120."),
        (b'{"camera": "8"}', "The camera is '8' and must be one of cameras.csv of the site"),
        (b'{"camera": ""}', "camera is '' and must be str of length >= 1."),
        (b"{}", "lat and lon must be given, or a camera of cameras.csv of the site."),
    ],
)
def test_a_message_that_is_malformed_is_refused_with_the_reason(body: bytes, said: str) -> None:
    with pytest.raises(Spoken) as refused:
        incidents.wish(read(body, Incident), CAMERAS, "cctv", NOW)
    assert said in str(refused.value)


def test_names_of_another_system_stay_text_within_the_bounds_of_the_wire() -> None:
    for name in ("<script>alert(1)</script>", "\u202eabc\u2066", "x" * 64, "कैमरा " * 10, "a/../b", "=cmd()"):
        wish = incidents.wish(Incident(lat=23.8, lon=78.7, camera=name, incident=name), {}, "cctv", NOW)
        assert "\u202e" not in wish.reason + wish.address and "/" not in wish.ref
        assert len(wish.reason) <= 80 and len(wish.reason.encode()) <= 240
        assert len(wish.ref) <= 64 and len(wish.address) <= 64
    said = (Incident(camera="7", incident=name) for name in ("a/b", "a:b"))
    one, other = (incidents.wish(each, CAMERAS, "cctv", NOW).ref for each in said)
    assert one != other
