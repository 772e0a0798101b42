"""`diya alarms` on a record: open faults from events and states, and how old the record is."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from host_tools.broker.connection import Message
from host_tools.city.commands.place import place_of
from host_tools.city.record.record import Record
from host_tools.cli import run

Capture = pytest.CaptureFixture[str]


class Told:
    """A record, and what poles tell it."""

    def __init__(self, path: Path, now: int) -> None:
        self.path, self.now = path, now
        self._record = Record(path, "diya/1", "sagar")
        self._number = 0

    def say(self, pole: str, kind: str, **values: Any) -> None:
        payload = json.dumps({"v": 1, **values}).encode()
        self._record.take([Message(f"diya/1/sagar/{pole}/{kind}", payload, False)], self.now, self.now)

    def event(self, pole: str, kind: str, at: int, starts: bool, **attributes: Any) -> None:
        self._number += 1
        self.say(
            pole, "event", id=f"a-{self._number}", eventType=kind, startEndFlag=starts, timestamp=at,
            attributes=attributes, replayed=False,
        )  # fmt: skip

    def close(self) -> None:
        self._record.close()


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "r.sqlite", int(time.time()) - 60)


def alarms(told: Told, capsys: Capture, *options: str) -> dict[str, Any]:
    told.close()
    assert run(["alarms", "--db", str(told.path), "--json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_an_event_without_an_end_is_an_open_alarm_and_one_with_an_end_is_closed(told: Told, capsys: Capture) -> None:
    told.event("P0001", "lampFailure", told.now - 500, True, cause="lamp open", carry="luminaire")
    told.event("P0002", "lampFailure", told.now - 500, True)
    told.event("P0002", "lampFailure", told.now - 100, False)
    found = alarms(told, capsys, "--all")
    assert [(one["id"], one["state"], one["since"]) for one in found["alarms"]] == [
        ("lampFailure/P0001", "open", told.now - 500), ("lampFailure/P0002", "closed", told.now - 500),
    ]  # fmt: skip
    assert found["open"] == 1 and found["bySeverity"]["dark"] == 1 and found["upToDate"]


def test_a_fault_of_the_year_28868_hides_no_other_and_ends_when_it_was_heard(told: Told, capsys: Capture) -> None:
    told.event("P0001", "lampFailure", 848836621000, True)
    told.event("P0001", "lampFailure", 848836625000, False)
    told.event("P0002", "lampFailure", told.now - 50, True)
    told.now += 10
    told.event("P0002", "lampFailure", told.now, False)
    found = alarms(told, capsys, "--all", "--last", "1")["alarms"]
    assert [(one["id"], one["state"]) for one in found] == [("lampFailure/P0002", "closed")]


def test_a_newer_state_settles_what_events_leave_open(told: Told, capsys: Capture) -> None:
    told.event("P0001", "lampFailure", told.now - 500, True)
    told.say("P0001", "state", at=told.now, level=70, faults=[])
    told.say("P0002", "state", at=told.now, level=70, faults=["dimmingFailure"])
    told.event("P0003", "lampFailure", told.now - 500, True)
    told.say("P0003", "state", at=told.now, level=70)  # an older firmware, which does not tell
    found = alarms(told, capsys)["alarms"]
    assert [(one["id"], one["since"]) for one in found] == [
        ("lampFailure/P0003", told.now - 500), ("dimmingFailure/P0002", None),
    ]  # fmt: skip


def test_every_view_of_the_record_counts_the_open_faults(told: Told, capsys: Capture) -> None:
    told.event("P0001", "lampFailure", told.now - 500, True)
    told.close()
    assert run(["record", "show", "--latest", "--db", str(told.path)]) == 0
    row, total = capsys.readouterr().out.splitlines()
    assert row.endswith("open: lampFailure") and "1 open fault;" in total
    assert run(["record", "faults", "--db", str(told.path)]) == 0
    assert "1 fault of single poles open: `diya alarms` lists them." in capsys.readouterr().out


def test_what_comes_and_goes_is_one_alarm_with_its_count_and_its_span(told: Told, capsys: Capture) -> None:
    first = told.now - 20_000

    def chatter(at: int, starts: bool, count: int, **more: Any) -> None:
        told.event("P0001", "lampFlicker", at, starts, count=count, to=at, **{"from": first}, **more)

    told.event("P0001", "lampFlicker", first - 190_000, True)
    told.event("P0001", "lampFlicker", first - 180_000, False)  # of another day
    for at, starts in ((first, True), (first + 60, False), (first + 150, True)):  # the first turns, one by one
        told.event("P0001", "lampFlicker", at, starts)
    chatter(first + 3600, True, 30, present=False)
    chatter(first + 7200, True, 60, present=False)
    told.say("P0001", "state", at=first + 7300, level=70, faults=["lampFlicker"])
    one, other = alarms(told, capsys, "--all")["alarms"]
    assert (other["state"], other["since"]) == ("closed", first - 190_000)  # no single turn of it is another alarm
    assert (one["since"], one["times"]) == (first, 60)
    assert one["chatter"] == {"count": 60, "from": first, "to": first + 7200, "present": False}
    assert run(["alarms", "--db", str(told.path)]) == 0
    said = capsys.readouterr().out
    assert "comes and goes: 60 times from " in said and "not there just now" in said
    assert run(["record", "show", "--db", str(told.path), "--last", "1"]) == 0
    assert "lampFlicker begins, 60 times from " in capsys.readouterr().out
    told = Told(told.path, told.now)
    told._number = 7
    chatter(first + 9000, False, 71)
    told.say("P0001", "state", at=told.now, level=70, faults=[])
    closed = [(one["since"], one["ended"], one["times"]) for one in alarms(told, capsys, "--all")["alarms"]]
    assert closed == [(first, first + 9000, 71), (first - 190_000, first - 180_000, 1)]


def town(folder: Path, name: str) -> Path:
    """A site called *name*, where the sun is high at the time of the alarm, and whose one feeder is switched."""
    here = -(time.time() % 86400 - 43200) / 240  # degrees east: noon is there
    made = ["--latitude", "0", "--longitude", f"{here:.3f}", "--timezone", "UTC", "--poles", "2"]
    assert run(["site", "new", str(folder / name), *made]) == 0
    with (folder / name / "site.toml").open("a") as file:
        file.write('\n[feeders]\nF1 = {switched = "dusk-dawn"}\n')
    return folder / name


def test_a_loss_of_supply_by_day_on_a_switched_feeder_is_an_open_fault_in_no_view(
    told: Told, capsys: Capture, tmp_path: Path
) -> None:
    told.event("P0001", "supplyLoss", told.now - 500, True)  # a board with a hold-up says so
    site = str(town(tmp_path, "sagar"))
    assert place_of(site, None, None).switched.dark("P0001", told.now)
    capsys.readouterr()
    assert alarms(told, capsys)["open"] == 1  # of the files of Sagar, which has no switched feeder
    assert alarms(told, capsys, "--site", site)["open"] == 0
    assert run(["record", "faults", "--db", str(told.path), "--json", "--site", site]) == 0
    assert json.loads(capsys.readouterr().out)["openOfPoles"] == 0


def test_the_files_of_another_site_explain_no_record(told: Told, capsys: Capture, tmp_path: Path) -> None:
    told.event("P0001", "lampFailure", told.now - 500, True)
    told.close()
    other = town(tmp_path, "other") / "site.toml"  # the file itself will do for its folder
    for verb in (["alarms"], ["record", "faults"]):
        capsys.readouterr()
        assert run([*verb, "--db", str(told.path), "--site", str(other)]) == 1
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "are of the site other, and the record is of sagar" in said


def test_an_old_record_is_no_proof_that_nothing_is_wrong(tmp_path: Path, capsys: Capture) -> None:
    old = Told(tmp_path / "r.sqlite", int(time.time()) - 7300)
    old.say("P0001", "state", at=old.now, level=70, faults=[])
    assert run(["alarms", "--db", str(old.path)]) == 0
    assert "2 h 1 min ago, though a recorder runs" in capsys.readouterr().out
    old.close()
    assert run(["alarms", "--db", str(old.path)]) == 0
    said = capsys.readouterr().out
    assert "no open alarms." in said and "2 h 1 min ago, and no recorder runs" in said
    assert not alarms(old, capsys)["upToDate"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--type", "lampFailur"], "--type is 'lampFailur' and must be a kind of alarm, such as 'lampFailure'"),
        (["--pole", "P9999"], "--pole is 'P9999' and must be a pole of the site or the record"),
        (["--group", "markt"], "--group is 'markt' and must be a group of a pole, such as 'market'"),
        (["--last", "3"], "--last is for the closed alarms and must be given with --all"),
    ],
)
def test_a_mistake_is_one_sentence(told: Told, capsys: Capture, options: list[str], sentence: str) -> None:
    told.close()
    assert run(["alarms", "--db", str(told.path), *options]) != 0
    assert sentence in capsys.readouterr().err


def test_an_alarm_from_after_now_has_no_age(told: Told, capsys: Capture) -> None:
    told.event("P0001", "lampFailure", told.now - 60, True)
    told.now -= 365 * 86400  # the computer's clock is set back
    told.say("P0001", "state", at=told.now, level=50, target=50, reason="x", owner="calendar")
    told.close()
    assert run(["alarms", "--db", str(told.path)]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "lampFailure" in line)
    assert "lampFailure P0001 since" in line
    assert "(" not in line
