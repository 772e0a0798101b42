"""Releases rolled out to streets of poles: they complete, halt by themselves, and outlast kills, brokers and nodes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa

from host_tools.city.commands.second_person import PERSONS
from host_tools.city.rollouts import requests
from host_tools.city.rollouts.waves import at_once
from host_tools.city.store.command_tables import audit as audit_table
from host_tools.city.store.release_tables import release as release_table
from host_tools.city.store.rollout_tables import GO_ON, HALT, rollout
from host_tools.city.updates import kept_release, update_report
from host_tools.city.updates.wish import Wish
from host_tools.errors import CommandError, DiyaError
from host_tools.keys.key import Key
from tests.host_tools.city.updates.update_bench import (
    HEAD,
    SERIAL,
    BenchRelease,
    Killed,
    UpdateBench,
    site_folder,
)

POLES, FIRST = 30, 190
DAY_S = 86400
QUICK = {"spread": 60, "soak": 900}


def over(bench: UpdateBench, number: int, *states: str) -> Callable[[], bool]:
    """Whether the rollout is in one of *states* (done or halted), asked once in ten simulated minutes."""
    wanted = states or ("done", "halted", "refused")
    return lambda: bench.now % 600 < 30 and bench.row(number)["state"] in wanted


# -- the street of the issue


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    (folder / PERSONS).write_text("")
    UpdateBench(folder / "store.db", site_folder(folder, 200, 20)).close()
    return folder


@pytest.fixture
def street(tmp_path: Path, city: Path) -> Iterator[UpdateBench]:
    shutil.copyfile(city / "store.db", tmp_path / "store.db")
    made = UpdateBench(tmp_path / "store.db", site_folder(tmp_path, 200, 20))
    (made.folder / PERSONS).write_text(f"meera:{SECRET}\n")
    yield made
    made.close()


SECRET = pyotp.random_base32()


def agreed(street: UpdateBench, release: BenchRelease) -> int:
    """Rolled out to all, to which a second person agrees."""
    number = street.roll_out(release)
    street.go(2)
    row = street.row(number)
    assert row["state"] == "needsSecondPerson" and "brings 200 poles other software" in row["answer"], row
    with street.record.transaction() as connection:
        requests.agree(connection, number, "meera", pyotp.TOTP(SECRET).now(), street.now)
    street.go(2)
    return number


def test_a_good_release_completes_with_30_percent_offline_and_finishes_when_they_return(street: UpdateBench) -> None:
    away = list(street.poles)[::10] + list(street.poles)[5::10] + list(street.poles)[7::10]
    for name in away:
        street.poles[name].leave()
    street.go(2)
    number = agreed(street, BenchRelease())
    street.go(12 * 3600, 30, over(street, number))
    row = street.row(number)
    assert row["state"] == "done", (row["answer"], street.states(number))
    assert street.states(number) == {"applied": 140, "waiting": 60}
    assert street.versions() == {"0.2.0": 140, "0.1.0": 60}
    assert set(street.published).isdisjoint(away)  # nothing waits for them at the broker
    for name in away:
        street.poles[name].appear()
    street.go(6 * 3600, 30, lambda: street.now % 600 < 30 and set(street.states(number)) == {"applied"})
    assert street.versions() == {"0.2.0": 200} and street.states(number) == {"applied": 200}
    assert street.row(number)["state"] == "done" and street.row(number)["second"] == "meera"
    assert {tuple(pole.tried) for pole in street.poles.values()} == {("0.2.0",)}
    feeders = Counter(one.feeder for one in street.site.poles)
    assert all(many <= at_once(feeders[feeder]) for feeder, many in street.most_at_once.items())
    assert len(street.waves(number)) == 4 and len(street.waves(number)[0]) == 3


@pytest.mark.parametrize("trouble", ["dies", "rejects"])
def test_a_bad_release_halts_in_the_canary_wave(street: UpdateBench, trouble: str) -> None:
    number = agreed(street, BenchRelease(does=lambda pole: trouble))
    street.go(3 * 3600, 30, over(street, number))
    row, canary = street.row(number), street.waves(number)[0]
    assert (row["state"], row["wave"]) == ("halted", 0)
    assert row["answer"].startswith("halted by itself: ") and canary[0] in row["answer"] + "".join(canary)
    assert set(street.published) <= set(canary)
    assert street.versions() == {"0.1.0": 200}
    street.go(2 * 3600, 60)
    assert sum(len(pole.tried) for pole in street.poles.values()) <= len(canary)


def test_new_faults_halt_a_release_that_every_pole_has_confirmed(street: UpdateBench) -> None:
    number = agreed(street, BenchRelease(does=lambda pole: "faulty"))
    for name in list(street.poles)[100:104]:  # faults that have nothing to do with it
        street.poles[name].fault("lampFailure")
    street.go(6 * 3600, 30, over(street, number))
    row = street.row(number)
    assert (row["state"], row["wave"]) == ("halted", 0), row
    assert "3 of 3 poles that run the release have a new fault, and 4 of 197 others" in row["answer"]
    assert street.versions()["0.2.0"] == 3


# -- halting


def test_a_pole_that_is_not_heard_again_halts_it(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(does=lambda pole: "hangs"), **QUICK)
    bench.go(2400, 30)
    assert bench.row(number)["state"] == "going"  # it may try it without a network, and ask the former software
    bench.go(1800, 30)
    assert bench.row(number)["state"] == "halted" and "noAnswer" in bench.row(number)["answer"]


def test_one_that_never_finishes_does_not_go_on_for_ever(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(does=lambda pole: "stuck"), **QUICK)
    bench.go(60 * 3600, 300, over(bench, number))
    assert bench.row(number)["state"] == "halted" and "unfinished" in bench.row(number)["answer"]


def test_a_feeder_without_supply_is_not_the_releases_fault(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(15)
    canary = bench.waves(number)[0][0]
    assert bench.shares(number)[canary].state == "accepted"
    feeder = [one.name for one in bench.site.poles if one.feeder == bench.site.pole(canary).feeder]
    for name in feeder:
        bench.poles[name].leave()
    bench.go(3 * 3600, 30)
    assert bench.row(number)["state"] == "going", bench.row(number)
    for name in feeder:
        bench.poles[name].appear()
    bench.go(4 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done" and bench.versions() == {"0.2.0": POLES}


def test_halted_by_a_person_poles_are_told_to_stop_and_go_on_brings_it_to_them_again(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), spread=3000, soak=900)
    bench.go(30)
    canary = bench.waves(number)[0]
    assert bench.states(number)["accepted"] == len(canary)
    bench.ask(number, HALT)
    bench.go(5)
    assert bench.row(number)["answer"] == "halted by asha"
    assert all(b"cancel" in bench.retained[f"{HEAD}/{name}/update"] for name in canary)
    bench.go(7200, 60)
    assert bench.versions() == {"0.1.0": POLES} and bench.states(number) == {"waiting": POLES}
    bench.ask(number, GO_ON)
    bench.go(12 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done" and bench.versions() == {"0.2.0": POLES}


def test_a_person_may_go_on_after_bad_poles_and_they_do_not_halt_it_again(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(does=lambda pole: "dies" if pole == bad[0] else ""), **QUICK)
    bad = [""]
    bench.go(3)
    bad[0] = bench.waves(number)[0][0]
    bench.go(3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "halted"
    assert f"{bad[0]} died" in bench.row(number)["answer"]
    bench.ask(number, GO_ON)
    bench.go(8 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done"
    assert bench.states(number) == {"applied": POLES - 1, "reverted": 1}
    assert bench.poles[bad[0]].tried == ["0.2.0"]  # not again and again


def test_poles_that_return_after_it_was_done_still_halt_it(bench: UpdateBench) -> None:
    away = list(bench.poles)[::3]
    for name in away:
        bench.poles[name].leave()
    bench.go(2)
    number = bench.roll_out(BenchRelease(does=lambda pole: "dies" if pole in away else ""), **QUICK)
    bench.go(8 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done"
    for name in away:
        bench.poles[name].appear()
    bench.go(4 * 3600, 30, over(bench, number, "halted"))
    assert bench.row(number)["state"] == "halted"
    assert bench.states(number)["reverted"] < len(away)


def test_a_silent_pole_keeps_its_neighbours_as_they_are_and_holds_no_wave_up(bench: UpdateBench) -> None:
    """A feeder of two: while one is not heard, the other is not restarted."""
    text = (bench.folder / "poles.csv").read_text().splitlines(True)
    for at in (-1, -2):
        cells = text[at].split(",")
        text[at] = ",".join([*cells[:5], "F99", *cells[6:]])
    (bench.folder / "poles.csv").write_text("".join(text))
    pair = [line.split(",")[0] for line in text[-2:]]
    number = bench.roll_out(BenchRelease(does=lambda pole: "hangs" if pole in pair else ""), **QUICK)
    for _ in range(3):
        bench.go(5 * 3600, 60, over(bench, number))
        if bench.row(number)["state"] != "halted":
            break
        bench.ask(number, GO_ON)
        bench.go(120, 30)
    assert bench.row(number)["state"] == "done", bench.row(number)
    assert sum(len(bench.poles[name].tried) for name in pair) == 1
    assert bench.versions()["0.2.0"] == POLES - 2


# -- kept over kills, brokers, nodes


def test_killed_at_every_stage_each_pole_tries_it_once(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), spread=30, soak=60)
    stages = ["before", "after", "half", "before", "half", "after", "half", "before", "after", "half"]
    died = 0
    for turn in range(6000):
        bench.kill = stages[died] if died < len(stages) else ""
        try:
            bench.go(10, 10)
        except Killed:
            died += 1
            bench.restart()
        if turn % 60 == 0 and bench.row(number)["state"] == "done":
            break
    assert died == len(stages)
    assert bench.row(number)["state"] == "done" and bench.states(number) == {"applied": POLES}
    assert {tuple(pole.tried) for pole in bench.poles.values()} == {("0.2.0",)}


def test_what_poles_said_while_the_receiver_was_away_is_known_by_their_births(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(does=lambda pole: "dies"), **QUICK)
    bench.go(10)
    bench.record.close()
    for _ in range(200):
        bench.now += 10
        for pole in bench.poles.values():
            pole.live()
    bench._waiting = []
    bench._start()
    bench.go(60, 5)
    assert bench.row(number)["state"] == "halted" and "died" in bench.row(number)["answer"]


def test_an_empty_broker_in_the_place_of_the_other_gets_the_pieces_and_the_messages(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), spread=30, soak=60)
    bench.go(4)
    pieces = {topic for topic in bench.retained if "_update" in topic}
    assert len(pieces) == 6
    bench.retained.clear()
    bench.connect()
    bench.go(2 * 3600, 10, over(bench, number))
    assert pieces <= bench.retained.keys()
    assert bench.row(number)["state"] == "done" and bench.versions() == {"0.2.0": POLES}


def test_a_node_that_is_replaced_gets_it_under_its_new_nonce(tmp_path: Path) -> None:
    folder = site_folder(tmp_path, 12, 196)
    probe = UpdateBench(tmp_path / "probe.db", folder)
    keys = {name: Key(name, hashlib.sha256(name.encode()).digest()) for name in probe.poles}
    probe.close()
    bench = UpdateBench(tmp_path / "store.db", folder, keys)
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(8)
    during = bench.waves(number)[0][0]
    assert bench.shares(number)[during].state == "accepted"
    bench.poles[during].replace()
    bench.go(5 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done" and bench.versions() == {"0.2.0": 12}
    later = next(name for name in bench.poles if name != during)
    bench.poles[later].replace()
    bench.go(3600, 30)
    assert bench.versions() == {"0.2.0": 12} and bench.states(number) == {"applied": 12}
    bench.close()


def test_a_pole_that_leaves_the_sites_files_counts_neither_way(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(3)
    gone = [name for name, one in bench.shares(number).items() if one.wave == 3][:5]
    lines = (bench.folder / "poles.csv").read_text().splitlines(True)
    (bench.folder / "poles.csv").write_text("".join(one for one in lines if one.split(",")[0] not in gone))
    bench.restart()
    bench.go(8 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done"
    assert bench.states(number) == {"applied": POLES - 5, "left": 5}


def test_whom_it_is_for_is_settled_when_it_begins(bench: UpdateBench) -> None:
    feeder = bench.site.poles[0].feeder
    meant = {one.name for one in bench.site.poles if one.feeder == feeder}
    number = bench.roll_out(BenchRelease(), feeders=(feeder,), **QUICK)
    bench.go(3)
    lines = (bench.folder / "poles.csv").read_text().replace(f",{feeder},", ",F98,", 1)
    (bench.folder / "poles.csv").write_text(lines)
    bench.restart()
    bench.go(8 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done" and set(bench.shares(number)) == meant
    assert {pole.name for pole in bench.poles.values() if pole.app["version"] == "0.2.0"} == meant


def test_that_a_pole_went_back_once_is_not_held_against_the_next_release(bench: UpdateBench) -> None:
    first = bench.roll_out(BenchRelease(does=lambda pole: "dies"), **QUICK)
    bench.go(2 * 3600, 30, over(bench, first))
    [bad, *_] = [one.pole for one in bench.shares(first).values() if one.state == "reverted"]
    mended = bench.roll_out(BenchRelease("0.2.1", SERIAL + 1000), **QUICK)
    bench.go(20)
    bench.poles[bad].leave()
    bench.poles[bad].appear()  # its birth still says that it went back, and has the new serial
    bench.go(8 * 3600, 30, over(bench, mended))
    assert bench.row(mended)["state"] == "done", bench.row(mended)
    assert bench.versions() == {"0.2.1": POLES} and bench.row(first)["state"] == "replaced"


@pytest.mark.parametrize("by_ack", [False, True])
def test_a_second_release_that_poles_undo_for_the_same_reason_halts_too(bench: UpdateBench, by_ack: bool) -> None:
    """Their births say the same as before: it is told by the event, or by the ack."""
    bench.by_ack = by_ack
    for number, version in enumerate(("0.2.0", "0.2.1"), 1):
        bench.roll_out(BenchRelease(version, SERIAL + number, does=lambda pole: "dies"), **QUICK)
        bench.go(2 * 3600, 30, over(bench, number))
        assert bench.row(number)["state"] == "halted"
        bench.go(300, 30)
        [first, *_] = [one for one in bench.shares(number).values() if one.state in ("rejected", "reverted")]
        assert (first.state, first.reason) == ("reverted", "died")


def test_a_fault_that_was_there_before_is_not_new(bench: UpdateBench) -> None:
    for pole in bench.poles.values():
        pole.fault("lampFailure")
    bench.go(60, 30)
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(5)
    for name in bench.waves(number)[0]:
        bench.poles[name].fault("lampFailure")  # told again after the restart
    bench.go(8 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done"


# -- the way back


def test_taken_back_by_a_release_that_is_signed_as_a_downgrade(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(does=lambda pole: "faulty"), spread=60)
    bench.go(8 * 3600, 30, over(bench, number))
    reached = {name for name, pole in bench.poles.items() if pole.app["version"] == "0.2.0"}
    assert bench.row(number)["state"] == "halted" and 0 < len(reached) < POLES
    with pytest.raises(CommandError, match=r"0\.1\.0 is not signed as a downgrade, and rollout 1 can only"):
        bench.take_back(number, BenchRelease("0.1.0", SERIAL + 1000))
    back = bench.take_back(number, BenchRelease("0.1.0", SERIAL + 2000, downgrade=True))
    bench.go(8 * 3600, 30, over(bench, back))
    assert bench.row(back)["state"] == "done" and bench.row(back)["takes_back"] == number
    assert set(bench.shares(back)) == reached and bench.versions() == {"0.1.0": POLES}


def test_another_does_not_begin_while_poles_are_between_two(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(10)
    other = bench.roll_out(BenchRelease("0.3.0", SERIAL + 1000), **QUICK)
    bench.go(10)
    assert bench.row(other)["state"] == "refused"
    assert (
        bench.row(other)["answer"]
        == f"rollout {number} is going: halt it first, so that no pole is between two releases"
    )


def test_it_does_not_begin_while_programmes_are_brought_to_the_poles(bench: UpdateBench) -> None:
    with bench.record.transaction() as connection:
        values = {"who": "asha", "role": "engineer", "door": "console", "text": "", "base": "", "written_at": 1}
        connection.execute(sa.insert(rollout).values(**values, state="going", decided_at=1))
    number = bench.roll_out(BenchRelease())
    bench.go(3)
    assert "rollout 1 of programmes is going: wait until it is over" in bench.row(number)["answer"]
    assert bench.row(number)["state"] == "refused" and bench.published == []


# -- what may not begin


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"role": "operator"}, "the role is 'operator' and must be engineer"),
        ({"groups": ("W99",)}, "the group is 'W99', and no pole of the site is in it"),
        ({"feeders": ("F77",)}, "the feeder is 'F77', and no pole of the site is on it"),
        ({"spread": 90000}, "spread is '90000' and must be 0 to 86400 seconds"),
    ],
)
def test_what_may_not_begin_is_refused_in_a_sentence(bench: UpdateBench, fields: dict[str, str], answer: str) -> None:
    number = bench.roll_out(BenchRelease(), **fields)  # type: ignore[arg-type]
    bench.go(3)
    assert (bench.row(number)["state"], bench.row(number)["answer"]) == ("refused", answer)
    assert bench.published == [] and bench.states(number) == {}


@pytest.mark.parametrize(
    ("release", "answer"),
    [
        (BenchRelease(site="bhopal"), "says that site is 'bhopal', and it must be sagar"),
        (BenchRelease(kind="key"), "kind is 'key' and must be \"app\""),
        (BenchRelease(content="0" * 64), "the pieces for the board virtual are not what its manifest was signed for"),
    ],
)
def test_a_file_that_is_not_one_release_for_this_site_is_not_kept(
    bench: UpdateBench, release: BenchRelease, answer: str
) -> None:
    with pytest.raises(DiyaError, match=answer):
        bench.roll_out(release)
    with bench.record.transaction() as connection:
        assert kept_release.newest(connection, "sagar", 5) == []


def test_poles_that_it_is_not_for_are_left_out(bench: UpdateBench) -> None:
    names = list(bench.poles)
    bench.poles[names[0]].app |= {"version": "0.2.0", "serial": SERIAL}
    bench.poles[names[1]].app |= {"version": "0.3.0", "serial": SERIAL - 1}
    bench.poles[names[2]].app |= {"serial": SERIAL, "reverted": "died"}
    bench.poles[names[3]].app |= {"serial": SERIAL + 1}
    for name in names[:4]:
        bench.poles[name].appear()
    bench.go(3)
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(3)
    assert set(bench.shares(number)) == set(names[4:])
    none = bench.roll_out(BenchRelease("0.1.0", SERIAL + 9), feeders=(bench.site.poles[0].feeder,))
    bench.ask(number, HALT)
    bench.go(5)
    assert bench.row(none)["state"] == "refused"


def test_small_rollouts_of_one_person_count_together(street: UpdateBench) -> None:
    feeders = Counter(one.feeder for one in street.site.poles).most_common()
    numbers = []
    for at, (feeder, _many) in enumerate(feeders[:4]):
        number = street.roll_out(BenchRelease("0.2.0", SERIAL), feeders=(feeder,), spread=0, soak=0)
        street.go(3 * 3600, 30, over(street, number, "done", "needsSecondPerson"))
        numbers.append(street.row(number))
        if numbers[-1]["state"] == "needsSecondPerson":
            break
        assert at < 3
    assert "other rollouts of one person lately" in numbers[-1]["answer"]


def test_rows_that_were_changed_after_the_decision_do_nothing(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(1)
    with bench.record.transaction() as connection:
        text = Wish(SERIAL, feeders=("F01",)).text
        connection.execute(sa.update(rollout).values(text=text))
    bench.restart()
    bench.go(20)
    assert bench.row(number)["state"] == "refused" and "changed after" in bench.row(number)["answer"]
    assert bench.published == []


def test_a_manifest_that_was_changed_in_the_store_is_still_for_the_poles_to_refuse(bench: UpdateBench) -> None:
    """What the row of a release says is checked when it is read: one of another version ends the rollout."""
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(1)
    with bench.record.transaction() as connection:
        changed = json.loads(connection.execute(sa.select(release_table.c.manifests)).scalar_one())
        changed["virtual"]["manifest"] = changed["virtual"]["manifest"].replace('"0.2.0"', '"9.9.9"')
        connection.execute(sa.update(release_table).values(manifests=json.dumps(changed)))
    bench.restart()
    bench.go(20)
    assert bench.published == [] and any("says that version is '9.9.9'" in one for one in bench.said)
    assert bench.row(number)["state"] == "going"


def test_it_is_in_the_audit(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), reason="mends the clock", **QUICK)
    bench.go(8 * 3600, 30, over(bench, number))
    with bench.record.transaction() as connection:
        told = connection.execute(sa.select(audit_table.c.what).order_by(audit_table.c.id)).scalars().all()
    assert told == ["rollOut", "accepted", "done"] and bench.row(number)["reason"] == "mends the clock"


def test_on_either_database_one_that_was_killed_goes_on(new_store: Path | str, tmp_path: Path) -> None:
    bench = UpdateBench(new_store, site_folder(tmp_path, 12, 196))
    number = bench.roll_out(BenchRelease(), spread=30, soak=60, reason="a reason with ' and \\ and {braces}")
    bench.kill = "after"
    with pytest.raises(Killed):
        bench.go(10)
    bench.restart()
    bench.go(3 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done" and bench.states(number) == {"applied": 12}
    with bench.record.transaction() as connection:
        found = update_report.report(connection, "sagar", number)
    assert [step.what for step in found.steps] == ["rollOut", "accepted", "done"] and found.waits == ""
    bench.close()
