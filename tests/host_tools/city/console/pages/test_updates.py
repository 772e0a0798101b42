"""The poles' software in the console: versions, releases, rollouts; in both languages, and by roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from host_tools.city.store.rollout_tables import HALT, rollout
from host_tools.city.updates import kept_release
from host_tools.keys.signing import fingerprint
from host_tools.release.trust import FILE
from tests.bundles import signer
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.updates.update_bench import SERIAL, BenchRelease, UpdateBench, site_folder

POLES, FIRST = 60, 150


@pytest.fixture
def street(bench: Bench, tmp_path: Path) -> Iterator[UpdateBench]:
    """A receiver with a street on the store of the console, in which a release is kept."""
    folder = site_folder(tmp_path, POLES, FIRST)
    made = UpdateBench(bench.where, folder, record=bench.record)
    bench.settings = replace(bench.settings, site=str(folder))
    release = made.releases["0.2.0"] = BenchRelease(does=lambda pole: "dies")
    with bench.record.transaction() as connection:
        kept_release.keep(connection, release, "sagar", "asha", made.now)
    yield made


FORM = {"release": str(SERIAL), "feeder": "F10", "spread": "1", "soak": "5", "reason": "mends the clock"}


def test_the_versions_of_the_street_and_the_releases_are_shown(bench: Bench, street: UpdateBench) -> None:
    one, other = list(street.poles)[:2]
    street.poles[one].app |= {"version": "0.2.0", "slot": "a", "probation": True, "serial": SERIAL}
    street.poles[other].app |= {"reverted": "notOnline", "serial": SERIAL, "key": "1a2b3c4d"}
    street.poles[other].image = {"version": "1.26.0", "probation": True, "serial": SERIAL}
    for name in (one, other):
        street.poles[name].appear()
    street.go(2)
    with bench.client("viewer") as client:
        page = client.get("/updates").text
        assert f'1 on probation: <a href="/p/{one}">' in page
        assert "went back to it: not online, though the network was there" in page
        assert "virtual 5 kB" in page and "/updates/new" not in page
        pole = client.get(f"/p/{one}").text
        assert "Software 0.2.0, in slot a" in pole and "on probation: not confirmed yet" in pole
        pole = client.get(f"/p/{other}").text
        assert "Software 0.1.0, as it was flashed" in pole and "went back to it: not online" in pole
        assert "MicroPython 1.26.0" in pole and "on probation" in pole and "key for updates 1a2b3c4d" in pole
        client.cookies["diya_lang"] = "hi"
        assert "इस पर लौट आया: नेटवर्क था, फिर भी ऑनलाइन नहीं हुआ" in client.get("/updates").text


def test_a_rollout_is_previewed_asked_for_and_followed(bench: Bench, street: UpdateBench) -> None:
    with bench.client("engineer") as client:
        page = client.get(f"/updates/new?release={SERIAL}").text
        assert f"It would be brought to {POLES} poles on" in page
        assert f"it brings {POLES} poles other software, and one person alone may do so to 50" in page
        page = client.get("/updates/new", params=FORM).text
        assert "It would be brought to 20 poles on 1 feeders" in page and "second person" not in page
        answer = client.post("/updates/rollouts", data=FORM, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/updates/rollouts/1")
        street.go(3600, 30, lambda: street.row(1)["state"] == "halted")
        page = client.get("/updates/rollouts/1").text
        assert "halted by itself" in page and "its start ended by itself" in page and "mends the clock" in page
        assert "went back" in page and "Go on" in page and "Take back" not in page
        client.cookies["diya_lang"] = "hi"
        assert "अपने आप रुका: 3 में से" in client.get("/updates/rollouts/1").text
        client.cookies["diya_lang"] = "en"
        lines = client.get("/updates/rollouts/1/poles.csv").text.splitlines()
        assert len(lines) == 21 and 1 <= sum(",reverted,died," in line for line in lines) <= 3
        back = BenchRelease("0.1.0", SERIAL + 1, downgrade=True)
        with bench.record.transaction() as connection:
            kept_release.keep(connection, back, "sagar", "asha", street.now)
        assert "Take back" in client.get("/updates/rollouts/1").text
        report = client.get("/updates/rollouts/1/report").text
        assert "Report: rollout 1 of 0.2.0" in report and fingerprint(signer().public) in report
        assert "the receiver</bdi>: halted" in report and "mends the clock" in report and report.count("<tr>") == 20 + 5
        client.cookies["diya_lang"] = "hi"
        report = client.get("/updates/rollouts/1/report").text
        assert "रिपोर्ट: 0.2.0 का बदलाव 1" in report and "रिसीवर</bdi>: रुका – अपने आप रुका: 3 में से" in report
        client.cookies["diya_lang"] = "en"
        answer = client.post("/updates/rollouts/1/take-back", data={"release": str(SERIAL + 1)}, follow_redirects=False)
        assert answer.headers["location"] == "/updates/rollouts/2"
        assert client.get("/programmes/rollouts/1").url.path == "/updates/rollouts/1"


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"reason": " "}, "the reason is missing and must be given"),
        ({"release": "x"}, "what is to be rolled out makes no sense"),
        ({"release": "12"}, "the release 12 is not in this record"),
        ({"spread": "1441"}, "the random wait is &#39;1441&#39; and must be 0 to 1440 minutes"),
        ({"soak": "-1"}, "the time between waves is &#39;-1&#39; and must be 0 to 10080 minutes"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(
    bench: Bench, street: UpdateBench, changed: dict[str, str], answer: str
) -> None:
    with bench.client("engineer") as client:
        got = client.post("/updates/rollouts", data={**FORM, **changed})
        assert got.status_code == 422 and answer in got.text


def test_what_the_poles_would_refuse_is_said_before_it_is_sent(bench: Bench, street: UpdateBench) -> None:
    late = list(street.poles)[:2]
    for name in late:
        street.poles[name].app["key"] = "00112233"
        street.poles[name].appear()
    street.go(2)
    with bench.client("engineer") as client:
        page = client.get("/updates/new", params=FORM | {"feeder": ""}).text
        assert "have another key for updates, and would refuse its signature: 2" in page and late[0] in page
        assert "no update.pem in the folder of the site says" in page
        (street.folder / FILE).write_bytes(signer().public)
        assert "the key of update.pem in the folder of the site" in client.get("/updates/new", params=FORM).text
        (street.folder / FILE).write_bytes(signer(1).public)
        page = client.get("/updates/new", params=FORM).text
        assert "its poles would refuse it" in page and ">Roll out</button>" not in page
        client.cookies["diya_lang"] = "hi"
        assert "खंभे इसे नहीं मानेंगे" in client.get("/updates/new", params=FORM).text


def test_it_is_not_written_while_programmes_are_rolled_out(bench: Bench, street: UpdateBench) -> None:
    values = {"who": "asha", "role": "engineer", "door": "console", "text": "", "base": "", "written_at": 1}
    with bench.record.transaction() as connection:
        connection.execute(sa.insert(rollout).values(**values, state="going", decided_at=1))
    with bench.client("engineer") as client:
        assert "rollout 1 of programmes is going" in client.get("/updates/new", params=FORM).text
        got = client.post("/updates/rollouts", data=FORM)
        assert got.status_code == 422 and "rollout 1 of programmes is going" in got.text
        client.cookies["diya_lang"] = "hi"
        assert "कार्यक्रमों का बदलाव 1 चल रहा है" in client.post("/updates/rollouts", data=FORM).text


def test_roles_and_kinds_are_kept_apart(bench: Bench, street: UpdateBench) -> None:
    number = street.roll_out(street.releases["0.2.0"], feeders=("F10",))
    street.go(3)
    for role in ("viewer", "operator"):
        with bench.client(role) as client:
            assert client.get(f"/updates/new?release={SERIAL}").status_code == 403
            assert client.post("/updates/rollouts", data=FORM).status_code == 403
            assert client.post(f"/updates/rollouts/{number}/halt").status_code == 403
            assert ">Halt</button>" not in client.get(f"/updates/rollouts/{number}").text
    with bench.client("engineer") as client:
        got = client.post(f"/programmes/rollouts/{number}/take-back")
        assert got.status_code == 422 and "is one of a release, and not of programmes" in got.text
        assert client.post(f"/updates/rollouts/{number}/halt", follow_redirects=False).status_code == 303
    assert street.row(number)["asked"] == HALT
