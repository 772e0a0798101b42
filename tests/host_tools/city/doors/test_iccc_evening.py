"""The evening of docs/iccc.md: each system of the command centre, from its own message to the poles and back."""

from __future__ import annotations

from pathlib import Path

import httpx

from simulator.scenario.call import Call
from tests.host_tools.city.doors.street_bench import Street

CAP = '[cap]\nsenders = ["alerts@sdma.mp.example"]\n'
START = "2026-11-24T17:00"
HOUR = 3600


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
        self.street.go(call.at_ms / 1000 - (self.street.now - self._begin))
        return self.made(call)

    def made(self, call: Call) -> httpx.Response:
        local = self.street.street.time.local(self.street.street.kernel.now_ms)
        filled = call.at(local)
        return self.http.request(filled.method, filled.path, content=filled.body.encode(), headers=dict(filled.headers))

    def until(self, hours: float) -> None:
        """Goes on to so many hours after the begin."""
        self.street.go(hours * HOUR - (self.street.now - self._begin))

    def lives_by(self, pole: str) -> tuple[int, str, str]:
        said = self.street.state(pole)
        return said["target"], said["owner"], said["reason"]


def test_an_evening_at_the_command_centre(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=12, start=START, site=CAP, scenario="iccc-evening") as street:
        evening = Evening(street)

        locked = evening.next("election webcasting")
        assert locked.status_code == 200, locked.text

        # a lamp that is really dark: the answer is the lamp's own word, and the complaint has its alarm
        dark = evening.next("CM Helpline")
        print(dark.status_code, dark.text)
        fine = evening.next("CM Helpline")
        print(fine.status_code, fine.text)
        assert street.state("P0002")["owner"] == "calendar"  # a complaint moves no light

        traffic = evening.next("traffic management")
        print(traffic.text)
        street.go(5)
        print(evening.lives_by("P0004"))
        renewed = evening.next("traffic management")
        street.go(5)
        print(evening.lives_by("P0007"), evening.lives_by("P0008"))
        print(evening.next("CCTV").text)
        street.go(5)
        print(evening.lives_by("P0003"), evening.lives_by("P0004"))
        print(evening.next("disaster management").text)
        street.go(5)
        print(evening.lives_by("P0010"), evening.lives_by("P0003"))
        print(evening.next("GIS property tax").text[:300])
        print(evening.next("e-governance").text[:600])
        evening.until(14.5)
        print(evening.lives_by("P0010"), evening.lives_by("P0003"))
        number = dark.json()[0]["service_request_id"]
        print(evening.http.get(f"/open311/v2/requests/{number}.json").text)
        assert 0
