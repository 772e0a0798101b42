"""What went wrong in the rollouts of others, by their public reports, tried here."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa

from host_tools.city.rollouts import requests, rollout_rows
from host_tools.city.store.release_tables import release as release_table
from host_tools.city.store.rollout_tables import GO_ON, HALT, RELEASE, rollout
from host_tools.city.updates import kept_release, key_change_rows, update_report
from host_tools.city.updates.foreseen import foresee
from host_tools.city.updates.kept_release import release_in
from host_tools.city.updates.key_change import KeyChange, KeyChangeOutcome
from host_tools.city.updates.wish import Wish
from host_tools.errors import CommandError, DiyaError
from host_tools.keys.signing import fingerprint, print_of
from host_tools.release.trust import FILE
from tests.bundles import signer
from tests.host_tools.city.updates.test_update_roller import QUICK, over
from tests.host_tools.city.updates.update_bench import HEAD, SERIAL, BenchRelease, Killed, UpdateBench

POLES, FIRST = 12, 196


def appear(bench: UpdateBench, name: str, **app: object) -> None:
    bench.poles[name].app |= app
    bench.poles[name].appear()


# -- whose signature


def test_a_release_that_another_key_signed_is_refused_before_anything_is_sent(bench: UpdateBench) -> None:
    (bench.folder / FILE).write_bytes(signer(1).public)
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(3)
    row = bench.row(number)
    assert row["state"] == "refused" and bench.published == []
    assert f"is signed with the key {fingerprint(signer().public)}, and update.pem" in row["answer"]
    other = bench.roll_out(BenchRelease("0.2.1", SERIAL + 1, by=1), **QUICK)  # the city's, which no pole has yet
    bench.go(3)
    assert bench.row(other)["answer"] == f"no pole is to get this release ({POLES} have another key for updates)"
    (bench.folder / FILE).write_text("rubbish")
    third = bench.roll_out(BenchRelease("0.2.2", SERIAL + 2), **QUICK)
    bench.go(3)
    assert "update.pem must be an RSA public key" in bench.row(third)["answer"] and bench.published == []


def test_a_file_whose_signature_is_not_of_its_manifest_is_not_kept(bench: UpdateBench) -> None:
    forged = BenchRelease()
    forged.public = signer(1).public
    with pytest.raises(DiyaError, match="the manifest of the board virtual is not signed with the key"):
        bench.roll_out(forged)


def test_a_row_whose_manifest_was_changed_ends_nothing_but_itself(bench: UpdateBench) -> None:
    """Of the store: anything may have written there.  The page of the releases shows the others."""
    number = bench.roll_out(BenchRelease(), **QUICK)
    with bench.record.transaction() as connection:
        text = connection.execute(sa.select(release_table.c.manifests)).scalar_one()
        changed = json.loads(text)
        changed["virtual"]["manifest"] = changed["virtual"]["manifest"].replace('"window":600', '"window":601')
        connection.execute(sa.update(release_table).values(manifests=json.dumps(changed)))
    bench.go(3)
    assert "is not signed with the key" in bench.row(number)["answer"] and bench.published == []
    with bench.record.transaction() as connection:
        assert kept_release.newest(connection, "sagar", 5) == []


def test_one_that_an_older_diya_kept_is_to_be_brought_again(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    with bench.record.transaction() as connection:
        connection.execute(sa.update(release_table).values(public=""))
    bench.go(3)
    assert "whose signature the release 0.2.0 has is not known here" in bench.row(number)["answer"]
    again = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(3)
    assert bench.row(again)["state"] == "going"


def test_while_the_key_is_changed_those_that_do_not_have_it_yet_wait_and_are_named(bench: UpdateBench) -> None:
    new, late = print_of(signer(1).public), list(bench.poles)[:4]
    for name in bench.poles:
        appear(bench, name, **({} if name in late else {"key": new}))
    bench.go(2)
    release = BenchRelease(by=1)
    with bench.record.transaction() as connection:
        seen = foresee(connection, bench.site, bench.folder, release_in("sagar", release), Wish(SERIAL), bench.now)
    assert seen.plan.left_out == {"otherKey": tuple(late)} and not seen.trusted and not seen.ruled.refused
    (bench.folder / FILE).write_bytes(signer(1).public)
    for name in late:
        appear(bench, name, key=new)
    bench.go(2)
    number = bench.roll_out(release, **QUICK)
    bench.go(3)
    slow = bench.waves(number)[max(bench.waves(number))][-1]
    appear(bench, slow, key=print_of(signer().public))  # flashed with the former one meanwhile
    bench.go(4 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done" and bench.states(number) == {"applied": POLES - 1, "waiting": 1}
    assert bench.shares(number)[slow].reason == "otherKey" and bench.poles[slow].tried == []
    appear(bench, slow, key=new)
    bench.go(3600, 30)
    assert bench.states(number) == {"applied": POLES}


CHANGE = {"sender": "ravi-laptop", "n": 1, "key": "", "body": json.dumps({"cancel": True})}


def changes_key(bench: UpdateBench, names: list[str], refuse: tuple[str, ...] = ()) -> None:
    """The change to the key number 1 goes out to *names*, as `diya update change-key --db` does it."""
    change = KeyChange("sagar", SERIAL + 50, print_of(signer(1).public), "the change")
    with bench.record.transaction() as connection:
        key_change_rows.ask(connection, "ravi", change, names, bench.now)
        if refuse:
            outcome = SimpleNamespace(applied=[], rejected=dict.fromkeys(refuse, ("badSignature", "")))
            key_change_rows.end(connection, "ravi", change, cast(KeyChangeOutcome, outcome), bench.now)
    for name in names:
        bench.retained[f"{HEAD}/{name}/update"] = json.dumps(CHANGE).encode()


def changes_wait(bench: UpdateBench, names: list[str]) -> bool:
    """Whether the broker retains the change for each of *names*."""
    return all(b"ravi-laptop" in bench.retained[f"{HEAD}/{name}/update"] for name in names)


def test_no_release_takes_the_place_of_a_change_of_the_key_at_the_broker(bench: UpdateBench) -> None:
    """Poles that were offline for the rollout and the change come back: the new key first, and never the old release,
    which they would refuse, and which would count as bad."""
    away = list(bench.poles)[-4:]
    for name in away:
        bench.poles[name].leave()
    bench.go(2)
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(4 * 3600, 30, over(bench, number))
    assert bench.states(number) == {"applied": POLES - 4, "waiting": 4}
    changes_key(bench, away)
    for name in away:
        bench.poles[name].appear()  # its birth still has the former key: the change comes to it now
    bench.go(120, 10)
    assert changes_wait(bench, away)
    assert {bench.shares(number)[name].reason for name in away} == {"newKeyFirst"}
    bench.restart()
    bench.go(120, 10)
    assert changes_wait(bench, away)
    for name in away:
        appear(bench, name, key=print_of(signer(1).public))
    bench.go(120, 10)
    assert {bench.shares(number)[name].reason for name in away} == {"otherKey"}
    assert bench.row(number)["state"] == "done" and all(bench.poles[name].tried == [] for name in away)
    changes_key(bench, [name for name in bench.poles if name not in away])
    for name in bench.poles:
        appear(bench, name, key=print_of(signer(1).public))
    bench.go(5)
    again = bench.roll_out(BenchRelease("0.2.1", SERIAL + 60, by=1), **QUICK)
    bench.go(4 * 3600, 30, over(bench, again))
    assert bench.states(again) == {"applied": POLES} and bench.versions() == {"0.2.1": POLES}


def test_a_word_to_stop_takes_not_the_place_of_a_change_of_the_key_either(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), spread=3000, soak=900)
    bench.go(30)
    bench.ask(number, HALT)
    bench.go(5)
    told = [name for name, one in bench.shares(number).items() if one.reason == "halted"]
    changes_key(bench, told)
    bench.go(5)
    bench.connect()
    bench.go(30)
    assert told and changes_wait(bench, told)


def test_a_pole_that_refused_the_change_keeps_its_key_and_gets_releases_of_that(bench: UpdateBench) -> None:
    changes_key(bench, list(bench.poles), refuse=tuple(bench.poles))
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(4 * 3600, 30, over(bench, number))
    assert bench.states(number) == {"applied": POLES}


# -- two kinds of rollouts


def test_one_that_was_halted_does_not_go_on_beside_one_of_the_other_kind(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(10)
    bench.ask(number, HALT)
    bench.go(5)
    values = {"who": "asha", "role": "engineer", "door": "console", "text": "", "base": "", "written_at": 1}
    with bench.record.transaction() as connection:
        connection.execute(sa.insert(rollout).values(**values, state="going", decided_at=1))
    with pytest.raises(CommandError, match="rollout 2 of programmes is going: wait until it is over"):
        bench.ask(number, GO_ON)
    with bench.record.transaction() as connection:
        connection.execute(sa.update(rollout).where(rollout.c.id == number).values(asked=GO_ON, asked_by="asha"))
    bench.go(5)
    row = bench.row(number)
    assert row["state"] == "halted" and "rollout 2 of programmes is going" in row["answer"] and row["asked"] == ""
    with bench.record.transaction() as connection, pytest.raises(CommandError, match="of programmes is going"):
        requests.refuse_beside(connection, RELEASE)


# -- a receiver that slept, and clocks


def test_a_laptop_that_was_shut_for_an_hour_has_no_silent_poles(bench: UpdateBench) -> None:
    """Their answers wait at the broker, and come after it is opened again, not at once."""
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(15)
    waiting = list(bench._waiting)
    for _ in range(360):
        bench.now += 10
        for pole in bench.poles.values():
            pole.live()
    late, bench._waiting = bench._waiting[len(waiting) :], []
    bench.rollouts.connected()
    bench.go(60)
    assert bench.row(number)["state"] == "going", bench.row(number)
    bench._waiting += late
    bench.go(4 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done", bench.row(number)


@pytest.mark.parametrize("jump", [2 * 86400, -2 * 86400])
def test_a_clock_that_is_set_makes_no_pole_silent_and_skips_no_watch(bench: UpdateBench, jump: int) -> None:
    number = bench.roll_out(BenchRelease(), spread=60, soak=3600)
    bench.go(15)
    for pole in bench.poles.values():
        pole._do = [(at + jump, what) for at, what in pole._do]
    bench.now += jump
    bench.go(60)
    assert bench.row(number)["state"] == "going", bench.row(number)
    bench.go(900, 30)
    assert bench.states(number)["applied"] == 3 and bench.row(number)["wave"] == 0
    for pole in bench.poles.values():
        pole._do = [(at + jump, what) for at, what in pole._do]
    bench.now += jump
    bench.go(300, 30)
    assert bench.row(number)["wave"] == 0  # its soak is not over by the clock alone
    bench.go(12 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done" and bench.versions() == {"0.2.0": POLES}


def test_a_pole_that_is_silent_is_found_also_after_the_receiver_slept(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(does=lambda pole: "hangs"), **QUICK)
    bench.go(15)
    bench.now += 3600
    bench.go(2 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "halted" and "noAnswer" in bench.row(number)["answer"]


# -- told to stop


@pytest.mark.parametrize("lost", ["killed", "broker"])
def test_who_was_told_to_stop_while_it_was_offline_does_not_install_it_later(bench: UpdateBench, lost: str) -> None:
    """Mender, hawkBit: a deployment that was aborted is installed by a device that did not hear of it."""
    number = bench.roll_out(BenchRelease(), spread=3000, soak=900)
    bench.go(30)
    one = bench.waves(number)[0][0]
    bench.poles[one].on = False  # its session is gone, and the broker has not noticed
    due, bench.poles[one]._do = bench.poles[one]._do, []
    bench.ask(number, HALT)
    if lost == "killed":
        bench.kill = "after"
        with pytest.raises(Killed):
            bench.go(5)
        bench.restart()
    else:
        bench.go(5)
        bench.retained = {topic: kept for topic, kept in bench.retained.items() if not topic.endswith("/update")}
        bench.connect()
    bench.go(60)
    assert b"cancel" in bench.retained[f"{HEAD}/{one}/update"]
    bench.poles[one]._do = due
    bench.poles[one].appear()
    bench.go(2 * 3600, 30)
    assert bench.versions() == {"0.1.0": POLES} and bench.poles[one].tried == []


# -- counting


def test_a_bad_pole_that_is_good_again_excuses_no_other(bench: UpdateBench) -> None:
    """An allowance that stays after go-on would let as many new ones fail unseen."""
    number = bench.roll_out(BenchRelease(does=lambda pole: trouble.get(pole, "")), **QUICK)
    trouble: dict[str, str] = {}
    bench.go(3)
    canary = bench.waves(number)[0]
    trouble[canary[0]] = "mute"
    bench.go(2 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "halted"
    bench.ask(number, GO_ON)
    bench.go(5)
    assert bench.row(number)["pardoned"] == 1
    trouble.clear()
    bench.poles[canary[0]].appear()
    bench.go(30)
    assert bench.row(number)["pardoned"] == 0 and bench.row(number)["state"] == "going"
    for name in bench.waves(number)[max(bench.waves(number))]:
        trouble[name] = "dies"
    bench.go(4 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "halted"


def test_poles_of_the_first_wave_that_left_the_site_do_not_hold_it_for_ever(bench: UpdateBench) -> None:
    """hawkBit #328: the share of successes counted targets that were deleted."""
    for pole in bench.poles.values():
        pole.leave()
    bench.go(2)
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(3)
    gone = bench.waves(number)[0]
    lines = (bench.folder / "poles.csv").read_text().splitlines(True)
    (bench.folder / "poles.csv").write_text("".join(one for one in lines if one.split(",")[0] not in gone))
    bench.restart()
    bench.go(4 * 3600, 60)
    assert bench.row(number)["state"] == "going"  # nothing is proven: no pole is online
    for name, pole in bench.poles.items():
        if name not in gone:
            pole.appear()
    bench.go(6 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done"
    assert bench.states(number) == {"applied": POLES - len(gone), "left": len(gone)}


def test_another_board_has_its_own_first_pole_also_where_that_is_offline(bench: UpdateBench) -> None:
    """A board has a package of its own: what is bad for it shows on one pole, not on a quarter of them."""
    names = list(bench.poles)
    others = names[-5:]
    text = (bench.folder / "poles.csv").read_text()
    for name in others:
        bench.say(name, "birth", board="other", app=bench.poles[name].app, flashNonce="00" * 8, configVersion=1)
    bench.go(2)
    release = BenchRelease(boards=("virtual", "other"), does=lambda pole: "dies" if pole in others else "")
    number = bench.roll_out(release, **QUICK)
    bench.go(1)
    first = next(name for name in bench.waves(number)[0] if name in others)
    bench.poles[first].leave()
    bench.go(8 * 3600, 30, over(bench, number))
    assert sum(len(bench.poles[name].tried) for name in others) == 1
    assert bench.row(number)["state"] in ("halted", "done") and text == (bench.folder / "poles.csv").read_text()


def test_a_pole_that_is_flashed_with_software_that_takes_no_updates_holds_nothing_up(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(3)
    last = bench.waves(number)[max(bench.waves(number))][-1]
    bench.poles[last].nonce = "ff" * 8
    bench.say(last, "birth", board="virtual", firmware="0.0.9", flashNonce="ff" * 8, configVersion=1)
    bench.go(6 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done", bench.row(number)
    assert bench.shares(number)[last].reason == "takesNoUpdates" and bench.poles[last].tried == []


def test_a_pole_that_came_to_the_street_later_is_told_and_gets_it_by_the_same_release(bench: UpdateBench) -> None:
    new = list(bench.poles)[-1]
    with bench.record.transaction() as connection:
        connection.exec_driver_sql("UPDATE pole SET birth = NULL WHERE name = ?", (new,))
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(4 * 3600, 30, over(bench, number))
    assert bench.states(number) == {"applied": POLES - 1}
    bench.poles[new].appear()
    bench.go(60, 30)
    again = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(2 * 3600, 30, over(bench, again))
    assert bench.row(again)["state"] == "done" and bench.versions() == {"0.2.0": POLES}


def test_one_whose_release_is_gone_can_be_halted_and_holds_no_other_up(bench: UpdateBench) -> None:
    """balena-supervisor #2133: a device that is pinned to a release which was deleted."""
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(5)
    with bench.record.transaction() as connection:
        kept = connection.execute(sa.select(release_table.c.manifests)).scalar_one()
        connection.execute(sa.update(release_table).values(manifests="{}"))
    bench.restart()
    bench.go(5)
    assert bench.row(number)["state"] == "going" and "makes no sense" in bench.row(number)["answer"]
    bench.ask(number, HALT)
    bench.go(5)
    assert (bench.row(number)["state"], bench.row(number)["answer"]) == ("halted", "halted by asha")
    with bench.record.transaction() as connection:
        connection.execute(sa.update(release_table).values(manifests=kept))
    bench.ask(number, GO_ON)
    bench.go(4 * 3600, 30, over(bench, number))
    assert bench.row(number)["state"] == "done" and bench.versions() == {"0.2.0": POLES}


def test_how_often_a_pole_was_brought_it_anew_is_kept_over_restarts(bench: UpdateBench) -> None:
    """hawkBit #866 and #1190, balena-supervisor #1588: the same is installed again and again, without an end."""
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(1800, 30)
    one = bench.poles[next(share.pole for share in bench.shares(number).values() if share.state == "applied")]
    for times in (1, 2, 2):
        bench.say(one.name, "birth", board="virtual", app={**one.app, "version": "0.1.0"}, flashNonce=one.nonce)
        bench.go(5)
        bench.restart()
        assert bench.shares(number)[one.name].renewed == times
        bench.retained.pop(f"{HEAD}/{one.name}/birth", None)
        one.appear()
        bench.go(5)


@pytest.mark.parametrize("outcome", [("accepted", ""), ("rejected", "replayed"), ("rejected", "olderVersion")])
def test_what_a_pole_says_late_takes_back_no_success(bench: UpdateBench, outcome: tuple[str, str]) -> None:
    """Azure/iot-hub-device-update #625, thingsboard-client-sdk #144 and #221."""
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(1800, 30)
    one = next(share for share in bench.shares(number).values() if share.state == "applied")
    said = {"sender": "receiver-u", "n": one.n, "key": one.pole, "outcome": outcome[0], "reason": outcome[1]}
    bench.say(one.pole, "ack", **said)
    bench.go(5)
    assert bench.shares(number)[one.pole].state == "applied" and bench.row(number)["state"] == "going"


# -- what it waits for, and what became of it


def test_what_it_waits_for_is_said_at_every_stage(bench: UpdateBench) -> None:
    names = list(bench.poles)

    def waits() -> str:
        with bench.record.transaction() as connection:
            return update_report.report(connection, "sagar", 1).waits

    for name in names:
        bench.poles[name].leave()
    bench.go(2)
    bench.roll_out(BenchRelease(), spread=60, soak=3600)
    bench.go(3)
    assert waits().startswith("nothing is proven yet: 3 poles of this wave are offline (P0")
    for name in names[:-1]:
        bench.poles[name].appear()
    bench.go(60)
    assert "poles that fetch it, wait for a good moment or try it (P0" in waits()
    bench.go(1200, 30)
    assert waits().startswith("every pole of this wave that is online has answered: they are watched for ")
    bench.go(12 * 3600, 30, over(bench, 1))
    assert waits() == "1 poles are offline and get it when they return"
    with bench.record.transaction() as connection:
        found = update_report.report(connection, "sagar", 1)
        assert [one.what for one in found.steps] == ["rollOut", "accepted", "done"]
        said = update_report.as_json(found)
        assert rollout_rows.row_of(connection, 1)["state"] == "done"
    each = {one["pole"]: one for one in said["each"]}
    assert (each[names[-1]]["state"], each[names[-1]]["online"]) == ("offline", False)
    assert each[names[-1]]["since"] == said["decided"]
    assert (each[names[0]]["version"], each[names[0]]["slot"], each[names[0]]["probation"]) == ("0.2.0", "a", False)
    assert said["release"]["signedBy"] == fingerprint(signer().public)
