"""The evening of docs/iccc.md: each system of the command centre, from its own message to the poles and back."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import httpx
from astral import Observer
from astral.sun import sun

from host_tools.site import load_site
from simulator.scenario.call import Call
from tests.host_tools.city.console.pages.test_reports import figures, rows
from tests.host_tools.city.doors.street_bench import Street
from tests.host_tools.city.ledger.test_downloads import texts

CAP = '[cap]\nsenders = ["alerts@sdma.mp.example"]\n'
START = "2026-11-24T18:30"
NIGHT = date(2026, 11, 24)


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


class Truth:
    """What the lamps of *street* did, minute by minute, by their plants and the sun of another library."""

    def __init__(self, street: Street) -> None:
        self._street, self._site = street, load_site(street.site)
        self.lit: Counter[str] = Counter()
        self.dark: Counter[str] = Counter()
        self.wh = 0.0
        self._nights: dict[str, tuple[float, float]] = {}
        for name in street.street.poles:
            one = self._site.by_name[name]
            place, zone = Observer(one.latitude, one.longitude), ZoneInfo(self._site.timezone)
            sets, rises = sun(place, NIGHT, tzinfo=zone), sun(place, NIGHT + timedelta(days=1), tzinfo=zone)
            self._nights[name] = sets["sunset"].timestamp(), rises["sunrise"].timestamp()
        street.street.kernel.every(60_000, self._look)

    def _look(self) -> None:
        now_ms = self._street.street.kernel.now_ms
        for name, stage in self._street.street.poles.items():
            self.wh += stage.plant.sense(now_ms).power_w / 60
            low, high = self._nights[name]
            if low <= self._street.now < high:
                lit = stage.plant.light(now_ms) >= self._site.lit_percent / 100 - 1e-9
                (self.lit if lit else self.dark)[name] += 1


def read_at_breakfast(evening: Evening, truth: Truth) -> None:
    """Next morning the commissioner reads the report of the night that is hardly over, and it is what the lamps did."""
    assert "No minute of this month is counted yet." in evening.street.person("viewer").get("/reports").text  # 06:25
    evening.street.rest(80 * 60)
    viewer = evening.street.person("viewer")
    page = viewer.get("/reports").text
    assert "Preliminary are the nights of 2026-11-24: counted in the morning as they stood" in page
    found = figures(page)
    lit, dark = truth.lit.total() / 60, truth.dark.total() / 60
    said = {name: found[name][0] or 0.0 for name in ("Lit", "Dark", "Not known", "Should be lit", "Energy used")}
    assert abs(said["Lit"] - lit) <= 0.01 * lit
    assert abs(said["Dark"] - dark) <= 0.01 * dark
    assert abs(said["Energy used"] - truth.wh / 1000) <= 0.02 * truth.wh / 1000 + 0.1
    # what was before the first readings, a few minutes after 18:30, is not known, and not lit
    assert 9 * 57 / 60 <= said["Not known"] <= 9 * 67 / 60
    assert abs(said["Lit"] + said["Dark"] + said["Not known"] - said["Should be lit"]) <= 0.21

    # the lamp that was really dark is in it, with its repair; the one that was fine is not
    (night,) = rows(viewer.get(found["Dark"][1]).text)
    assert (night[0], night[1], night[-1]) == ("P0010", "2026-11-24", "preliminary")
    assert abs(float(night[4]) - truth.dark["P0010"]) <= 0.01 * truth.dark["P0010"]
    (repair,) = rows(viewer.get(found["Faults under the contract"][1]).text)
    assert (repair[2], repair[6], repair[7]) == ("P0010", "2026-11-24 18:50", "2026-11-25 18:50")
    assert re.match(r"2026-11-25 05:2\d", repair[8])
    assert found["Of them in time"][0] == 1

    table = viewer.get("/reports/file/csv").content.decode("utf-8-sig")
    strict = f"{found['Uptime, strict'][0]:.2f}"
    assert re.search(rf"2026-11-24,9,{strict.rstrip('0')}.*,preliminary\r?\n", table), table
    assert "P0002" not in table and "P0010" in table
    book = zipfile.ZipFile(io.BytesIO(viewer.get("/reports/file/xlsx").content))
    cells = {"".join(one.itertext()) for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))}
    assert {"preliminary", "P0010", "2026-11-24"} <= cells
    assert "final" not in cells
    written = texts(viewer.get("/reports/file/pdf").content)
    assert strict in written and "24*" in written
    assert "Preliminaryarethenightsof2026-11-24" in written.replace(" ", "")
    viewer.cookies.set("diya_lang", "hi")
    assert "अस्थायी हैं ये रातें: 2026-11-24।" in viewer.get("/reports").text


def test_an_evening_at_the_command_centre(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=9, first=1, start=START, site=CAP, scenario="iccc-evening") as street:
        evening, truth = Evening(street), Truth(street)

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

        read_at_breakfast(evening, truth)

        for request, ends in ((dark, "2026-11-25T05:2"), (fine, "2026-11-24T")):
            told = evening.http.get(f"/open311/v2/requests/{request['service_request_id']}.json").json()[0]
            assert (told["status"], told["updated_datetime"][: len(ends)]) == ("closed", ends), told
