"""Election webcasting: a night without dimming around a polling station, asked for days before."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from astral import LocationInfo
from astral.sun import sun as astral_sun

from host_tools.city.doors import election
from host_tools.language.language import Spoken
from host_tools.site import load_site
from tests.host_tools.city.doors.street_bench import Street

PATH = "/doors/election/nights"
IST = ZoneInfo("Asia/Kolkata")


def unix(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=IST).timestamp())


def test_a_night_without_dimming_is_kept_by_the_poles_and_ends_at_dawn(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=3, start="2026-11-24T16:00") as street:
        http = street.program("election", zones=["W21"], radius_m=200, minutes=960)
        asked = http.put(f"{PATH}/2026-11-24", json={"stations": ["112"]})
        assert asked.status_code == 200, asked.text
        [station] = asked.json()["stations"]
        assert {pole["lock"] for pole in station["poles"]} == {"later"} and not station["ready"]
        street.go(70)  # the receiver looks once a minute
        [station] = http.get(f"{PATH}/2026-11-24").json()["stations"]
        locks = {pole["name"]: pole["lock"] for pole in station["poles"]}
        assert {locks[name] for name in ("P0001", "P0002", "P0003")} == {"kept"}
        assert {"later"} == {locks[name] for name in locks if name > "P0003"}  # these have never reported
        assert (
            http.put(f"{PATH}/2026-11-24", json={"stations": ["112"]}).json()["stations"][0]["light"]["orders"]
            == (station["light"]["orders"])
        )
        begins, ends = asked.json()["begins"], asked.json()["ends"]
        assert begins < unix("2026-11-24T17:34") and ends > unix("2026-11-25T06:10")
        street.receiver = False  # from here on the poles are alone
        street.go(unix("2026-11-25T02:00") - street.now)
        lit = street.state("P0002")
        assert (lit["target"], lit["owner"], lit["reason"], lit["until"]) == (
            100, "lock", "polling station 112", ends,
        )  # fmt: skip
        street.go(ends - street.now + 5)
        assert street.state("P0002")["owner"] == "calendar"


def test_a_pole_that_was_flashed_anew_is_given_its_lock_again(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=3, start="2026-11-25T01:00") as street:
        http = street.program("election")
        before = {name: street.state(name)["target"] for name in ("P0001", "P0002")}
        assert http.put(f"{PATH}/2026-11-24", json={"stations": ["112"]}).status_code == 200
        street.go(70)
        held = street.state("P0002")
        assert (held["target"], held["owner"]) == (100, "lock")
        births = len(street.said["P0002", "birth"])

        street.flash_anew("P0002")
        street.go(100)
        nonces = [one["flashNonce"] for one in street.said["P0002", "birth"]]
        assert len(nonces) > births and nonces[-1] != nonces[0]
        again = street.state("P0002")
        assert {name: again[name] for name in ("target", "owner", "reason", "until")} == {
            name: held[name] for name in ("target", "owner", "reason", "until")
        }
        orders = http.get(f"{PATH}/2026-11-24").json()["stations"][0]["light"]["orders"]
        assert len(orders) == 1  # the same order, and to this pole alone
        assert len(street.said["P0001", "ack"]) == 1

        street.receiver = False  # it is flashed while no receiver listens: the next one sees it by the birth
        street.flash_anew("P0003")
        street.go(100)
        assert street.state("P0003")["owner"] == "calendar"
        street.restart_receiver()
        street.hear_retained("P0003")
        street.go(10)
        assert street.state("P0003")["owner"] == "lock"

        assert http.delete(f"{PATH}/2026-11-24").status_code == 200
        street.go(10)
        street.flash_anew("P0002")
        street.go(100)
        assert street.state("P0002")["owner"] == "calendar"  # it was taken back: nothing is given again
        assert street.state("P0002")["target"] == before["P0002"]


def test_a_night_that_is_taken_back_is_dimmed_again(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=2, start="2026-11-25T01:00") as street:
        http = street.program("election")
        before = street.state("P0002")["target"]
        http.put(f"{PATH}/2026-11-24", json={})
        http.put(f"{PATH}/2027-03-01", json={"stations": ["113"]})
        street.go(70)
        assert (street.state("P0002")["target"], street.state("P0002")["owner"]) == (100, "lock")
        other = street.program("election").delete(f"{PATH}/2026-11-24").json()
        assert [one["askedBy"] for one in other["stations"]] == ["election-1", "election-1"]  # it took nothing back
        assert [one["id"] for one in http.put(f"{PATH}/2026-11-24", json={"stations": ["113"]}).json()["stations"]] == [
            "113"
        ]
        street.go(5)
        assert street.state("P0002")["target"] == before < 100
        assert http.delete(f"{PATH}/2026-11-24").json()["stations"] == []
        assert len(http.get(f"{PATH}/2027-03-01").json()["stations"]) == 1  # it waits in the store


def test_what_is_outside_of_its_token_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=1) as street:
        night = f"{PATH}/2026-11-25"
        for limits, said in (
            ({"zones": ["W22"]}, "lie outside of W22"), ({"highest": 90}, "may ask for 90 at most"),
            ({"minutes": 120}, "It would hold for 772 minutes"), ({"radius_m": 100}, "The radius is 200 m"),
        ):  # fmt: skip
            answer = street.program("election", **limits).put(night, json={"stations": ["112"]})  # type: ignore[arg-type]
            assert answer.status_code == 422 and said in answer.json()["detail"]
        http = street.program("election")
        for path, body, status, said in (
            ("tomorrow", {}, 422, "The night is 'tomorrow' and must be a date such as 2026-11-26"),
            ("2026-W48-3", {}, 422, "must be a date such as"),
            ("2026-11-20", {}, 422, "The night of 2026-11-20 is over."),
            ("2028-11-20", {}, 422, "is more than 366 days ahead."),
            ("2026-11-25", {"stations": ["999"]}, 404, "The station is '999' and must be one of stations.csv"),
            ("2026-11-25", {"stations": "112"}, 422, "stations is '112' and must be array | null, got str."),
            ("2026-11-25", {"stations": [""]}, 422, "stations[0] is '' and must be str of length >= 1."),
        ):
            answer = http.put(f"{PATH}/{path}", json=body)
            assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


@pytest.mark.parametrize("night", [date(2026, 11, 24), date(2026, 6, 21), date(2027, 3, 20)])
def test_the_night_is_from_half_an_hour_before_dusk_to_dawn_as_astral_has_it(night: date) -> None:
    site = load_site("sagar")
    begins, ends = election.span(site, night)
    place = LocationInfo("Sagar", "India", "Asia/Kolkata", site.latitude, site.longitude).observer
    dusk = astral_sun(place, night, tzinfo=IST)["dusk"].timestamp()
    dawn = astral_sun(place, date.fromordinal(night.toordinal() + 1), tzinfo=IST)["dawn"].timestamp()
    assert begins == pytest.approx(dusk - 1800, abs=60) and ends == pytest.approx(dawn, abs=60)


def test_a_date_is_written_in_one_way() -> None:
    for said in ("20261126", "2026-11-6", "26-11-2026", "2026-13-01", "2026-11-26T00:00"):
        with pytest.raises(Spoken):
            election.night_of(said)
