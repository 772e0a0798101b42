"""The evening of docs/iccc.md: each system of the command centre, from its own message to the poles and back."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from simulator.scenario.call import Call
from tests.host_tools.city.doors.street_bench import Street

CAP = '[cap]\nsenders = ["alerts@sdma.mp.example"]\n'
START = "2026-11-24T18:30"


class Evening:
    """The street at its evening, and one token for all doors."""

    def __init__(self, street: Street) -> None:
        self.street = street
        self.http = street.program("read", "traffic", "incidents", "cap", "open311", "election", "ngsi")
        self._begin = street.now - street.street.kernel.now_ms // 1000
        self._calls = sorted(street.calls, key=lambda one: one.at_ms)

    def next(self, system: str) -> httpx.Response:
        """Goes on to the next call, which *system* makes, and makes it."""
        call = self._calls.pop(0)
        assert call.system == system
        self.street.rest(call.at_ms / 1000 - (self.street.now - self._begin))
        return self.made(call)

    def made(self, call: Call) -> httpx.Response:
        local = self.street.street.time.local(self.street.street.kernel.now_ms)
        filled = call.at(local)
        return self.http.request(filled.method, filled.path, content=filled.body.encode(), headers=dict(filled.headers))

    def lives_by(self, pole: str) -> tuple[int, str, str]:
        said = self.street.state(pole)
        return said["target"], said["owner"], said["reason"]


def test_an_evening_at_the_command_centre(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=9, first=1, start=START, site=CAP, scenario="iccc-evening") as street:
        evening = Evening(street)

        locked = evening.next("election webcasting").json()
        assert (locked["night"], len(locked["stations"][0]["poles"])) == ("2026-11-26", 8)
        assert {one["lock"] for one in locked["stations"][0]["poles"]} == {"later"}

        # a lamp that is really dark, and one that is fine: the answer is what the lamp itself shows
        dark = evening.next("CM Helpline").json()[0]
        assert re.match(r"P0010: asked for 90 %, takes 0\.\d W of 4\d since 18:50 ", dark["service_notice"]), dark
        fine = evening.next("CM Helpline").json()[0]
        assert re.match(r"P0002: asked for 100 %, takes 1[45]\d W of 150 at ", fine["service_notice"]), fine
        assert evening.lives_by("P0002") == (100, "calendar", "main-road: sunset-10min")  # a complaint moves no light

        evening.next("traffic management")
        street.go(5)
        assert evening.lives_by("P0004") == (100, "incident", "traffic level 3 on SEG-14")
        assert evening.lives_by("P0010")[1] == "calendar"
        renewed = evening.next("traffic management").json()
        street.go(5)
        assert evening.lives_by("P0004") == (85, "incident", "traffic level 2 on SEG-14")
        assert renewed["light"]["until"] == street.state("P0004")["until"]

        seen = evening.next("CCTV").json()
        street.go(5)
        assert evening.lives_by("P0003") == (100, "incident", "camera 7, incident 4411")
        assert evening.lives_by("P0006")[2] == "traffic level 2 on SEG-14"  # farther than 60 m
        assert seen["light"]["poles"] == 3
        street.rest(1800)  # both are over by themselves
        assert {evening.lives_by(f"P{n:04}")[1] for n in range(2, 8)} == {"calendar"}

        alert = evening.next("disaster management").json()
        street.go(5)
        assert evening.lives_by("P0009") == (100, "emergency", "Flood alert: water rises at the lake")
        assert evening.lives_by("P0003") == (70, "calendar", "main-road: 23:30")
        assert street.state("P0009")["until"] == alert["ends"]
        street.rest(7200)
        assert evening.lives_by("P0009")[1] == "calendar"

        poles = evening.next("GIS property tax").json()["features"]
        assert {one["properties"]["state"] for one in poles if "P0002" <= one["id"] <= "P0010"} == {"lit"}
        lights = {one["streetPoleNum"]: one for one in evening.next("e-governance").json()}
        assert (lights["P0010"]["status"], lights["P0010"]["powerState"]) == ("ok", "on")  # it was mended at 05:20

        for request, ends in ((dark, "2026-11-25T05:2"), (fine, "2026-11-24T")):
            told = evening.http.get(f"/open311/v2/requests/{request['service_request_id']}.json").json()[0]
            assert (told["status"], told["updated_datetime"][: len(ends)]) == ("closed", ends), told
