"""The receiver's end of rollouts: judged, filed, brought to poles of real firmware in waves, and kept over a kill."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa

from host_tools.city.commands.second_person import PERSONS
from host_tools.city.rollouts import examine, requests
from host_tools.city.rollouts.share import SILENT_S
from host_tools.city.store.command_tables import audit as audit_table
from host_tools.city.store.rollout_tables import GO_ON, HALT, rollout
from host_tools.errors import CommandError
from host_tools.site import load_site, sections
from tests.host_tools.city.rollouts.rolling_bench import HEAD, Killed, RollingBench, site_folder

POLES, FIRST = 24, 196


@pytest.fixture(autouse=True)
def fortnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fortnight instead of a year is enough to see that a pole gets darker."""
    monkeypatch.setattr(examine, "NIGHTS", 14)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that poles have reported to, to be copied."""
    folder = tmp_path_factory.mktemp("street")
    RollingBench(folder / "store.db", site_folder(folder, POLES, FIRST)).close()
    return folder


@pytest.fixture
def bench(tmp_path: Path, empty: Path) -> Iterator[RollingBench]:
    shutil.copyfile(empty / "store.db", tmp_path / "store.db")
    made = RollingBench(tmp_path / "store.db", site_folder(tmp_path, POLES, FIRST))
    yield made
    made.close()


def residential(bench: RollingBench) -> list[str]:
    return [one.name for one in load_site(bench.folder).poles if one.road_class == "residential"]


def test_edited_programmes_reach_the_poles_in_waves_and_the_receivers_files(bench: RollingBench) -> None:
    before = (bench.folder / "site.toml").read_text()
    number = bench.roll_out(reason="brighter evenings")
    touched = residential(bench)
    waves = bench.waves(number)
    assert waves == {}
    bench.go(30)
    assert bench.row(number)["state"] == "done", bench.row(number)
    assert bench.states(number) == dict.fromkeys(touched, "applied")
    assert {bench.poles[name].level_at_ten for name in touched} == {70}
    assert {pole.restarts for name, pole in bench.poles.items() if name not in touched} == {0}
    canary = bench.waves(number)[0]
    assert set(bench.published[: len(canary)]) == set(canary) and len(canary) < len(touched) / 2
    after = (bench.folder / "site.toml").read_text()
    assert after == before.replace('"22:00", level = 60', '"22:00", level = 70')
    [kept] = [one for one in bench.folder.iterdir() if one.name.startswith("site.toml.2026-11-24T23")]
    assert kept.read_text() == before
    with bench.record.transaction() as connection:
        told = connection.execute(sa.select(audit_table.c.what).order_by(audit_table.c.id)).scalars().all()
    assert told == ["rollOut", "accepted", "done"]


def test_poles_that_live_by_it_already_are_left_alone_and_the_way_back_is_the_former_text(bench: RollingBench) -> None:
    number = bench.roll_out()
    bench.go(30)
    back = bench.take_back(number)
    bench.go(30)
    assert bench.row(back)["state"] == "needsSecondPerson" or bench.row(back)["state"] == "done"
    assert {bench.poles[name].level_at_ten for name in residential(bench)} == {60}
    assert bench.row(number)["state"] == "replaced"
    assert bench.present()["programmes"]["residential"][1]["level"] == 60


@pytest.mark.parametrize("trouble", ["rejects", "reverts"])
def test_a_bad_rollout_halts_by_itself_in_the_first_wave_and_is_taken_back(bench: RollingBench, trouble: str) -> None:
    for pole in bench.poles.values():
        pole.trouble = trouble
    number = bench.roll_out()
    bench.go(20)
    row, canary = bench.row(number), bench.waves(number)[0]
    assert row["state"] == "halted" and "halted by itself" in row["answer"] and canary[0] in row["answer"]
    assert set(bench.published) <= set(canary)
    for pole in bench.poles.values():
        pole.trouble = ""
    back = bench.take_back(number)
    bench.go(30)
    assert bench.row(back)["state"] == "done"
    assert set(bench.states(back)) <= set(canary)
    assert {bench.poles[name].level_at_ten for name in residential(bench)} == {60}


def test_poles_that_fall_silent_halt_it_and_a_person_may_go_on_all_the_same(bench: RollingBench) -> None:
    for pole in bench.poles.values():
        pole.trouble = "mute"
    number = bench.roll_out()
    bench.go(60, 10)
    assert bench.row(number)["state"] == "going"  # it is waited for them
    bench.go(SILENT_S + 60, 30)
    row = bench.row(number)
    assert row["state"] == "halted" and "noAnswer" in row["answer"]
    assert max(Counter(bench.published).values()) > 1  # the same was published again meanwhile
    for pole in bench.poles.values():
        pole.trouble = ""
    bench.ask(number, GO_ON)
    bench.go(40)
    assert bench.row(number)["state"] == "done"


def test_poles_that_are_offline_get_theirs_when_they_return_and_hold_nothing_up(bench: RollingBench) -> None:
    away = residential(bench)[::3]
    for name in away:
        bench.poles[name].leave()
    bench.go(2)
    number = bench.roll_out()
    bench.go(30)
    assert bench.row(number)["state"] == "done"
    states = bench.states(number)
    assert {states[name] for name in away} == {"sent"}
    for name in away:
        bench.poles[name].appear()
    bench.go(3)
    assert set(bench.states(number).values()) == {"applied"}
    assert {bench.poles[name].level_at_ten for name in away} == {70}


def test_where_no_pole_of_the_first_wave_is_online_it_waits_for_one(bench: RollingBench) -> None:
    for name in residential(bench):
        bench.poles[name].leave()
    bench.go(2)
    number = bench.roll_out()
    bench.go(60, 5)
    assert (bench.row(number)["state"], bench.row(number)["wave"]) == ("going", 0)
    bench.poles[bench.waves(number)[0][0]].appear()
    bench.go(10)
    assert bench.row(number)["wave"] > 0


def test_halted_by_a_person_nothing_more_goes_out_until_it_goes_on(bench: RollingBench) -> None:
    number = bench.roll_out()
    bench.turn()
    bench.turn()
    bench.turn()
    bench.ask(number, HALT)
    bench.go(1)
    sent = len(bench.published)
    bench.go(20)
    assert len(bench.published) == sent and bench.row(number)["answer"] == "halted by asha"
    bench.ask(number, GO_ON)
    bench.go(30)
    assert bench.row(number)["state"] == "done"


def test_killed_at_every_stage_each_pole_gets_it_once_and_no_wave_is_skipped(bench: RollingBench) -> None:
    number = bench.roll_out()
    stages = ["before", "after", "half", "half", "after", "before", "half"]
    died = 0
    for _ in range(400):
        bench.kill = stages[died] if died < len(stages) else ""
        try:
            bench.turn()
        except Killed:
            died += 1
            bench.restart()
        bench.now += 1
        bench.steady += 1
        if bench.row(number)["state"] == "done":
            break
    assert died == len(stages)
    bench.settle()
    assert set(bench.states(number).values()) == {"applied"}
    assert {bench.poles[name].restarts for name in residential(bench)} == {1}
    assert {bench.poles[name].level_at_ten for name in residential(bench)} == {70}


def test_killed_before_the_file_was_written_the_next_start_writes_it(bench: RollingBench) -> None:
    number = bench.roll_out()
    bench.turn()
    bench.turn()
    assert bench.row(number)["state"] == "going"
    bench.restart()
    bench.go(40)
    assert bench.row(number)["state"] == "done" and bench.present()["programmes"]["residential"][1]["level"] == 70


def test_a_broker_that_was_replaced_gets_the_new_configurations(bench: RollingBench) -> None:
    number = bench.roll_out()
    bench.go(30)
    configured = {topic: payload for topic, payload in bench.retained.items() if topic.endswith("/config")}
    for topic in configured:
        del bench.retained[topic]
    bench.connect()
    bench.settle()
    assert {topic: bench.retained.get(topic) for topic in configured} == configured
    assert bench.row(number)["state"] == "done"


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"role": "operator"}, "the role is 'operator' and must be engineer"),
        ({"base": "0" * 32}, "were changed by another meanwhile"),
    ],
)
def test_what_may_not_begin_is_refused_in_a_sentence(bench: RollingBench, fields: dict[str, str], answer: str) -> None:
    number = bench.roll_out(**fields)
    bench.go(3)
    assert bench.row(number)["state"] == "refused" and answer in bench.row(number)["answer"]
    assert bench.published == [] and bench.states(number) == {}


def test_nothing_but_programmes_may_differ_and_mistakes_are_named(bench: RollingBench) -> None:
    text = sections.text_of(bench.edited())
    with bench.record.transaction() as connection:
        base = sections.digest(bench.present())
        ids = [
            requests.write(connection, "asha", "engineer", "console", one, base, bench.now)[0]
            for one in (
                text + "[light]\nfloor = 0\n", "not = [toml",
                text.replace('"22:00", level = 70', '"22:00", level = 170'),
                sections.text_of(bench.present()),
            )
        ]  # fmt: skip
    bench.go(12)
    answers = [bench.row(number)["answer"] for number in ids]
    assert [bench.row(number)["state"] for number in ids] == ["refused"] * 4
    assert "section 'light'" in answers[0] and "are not TOML" in answers[1]
    assert "programmes.residential[2].level is 170" in answers[2] and "in force already" in answers[3]
    assert load_site(bench.folder).floor == 20 and bench.published == []


def test_files_that_have_the_new_programmes_already_hold_nothing_up(bench: RollingBench) -> None:
    """By hand, or by the receiver of another zone with the same folder."""
    values, base = bench.edited(), sections.digest(bench.present())
    (bench.folder / "site.toml").write_text(
        (bench.folder / "site.toml").read_text().replace('"22:00", level = 60', '"22:00", level = 70')
    )
    number = bench.roll_out(values, base=base)
    bench.go(30)
    assert bench.row(number)["state"] == "done" and set(bench.states(number).values()) == {"applied"}
    assert bench.row(bench.take_back(number))["base"] == sections.digest(values)


def test_what_was_edited_by_hand_meanwhile_is_not_overwritten(bench: RollingBench) -> None:
    values, base = bench.edited(), sections.digest(bench.present())
    text = (bench.folder / "site.toml").read_text().replace('"05:00", level = 70', '"05:00", level = 75')
    (bench.folder / "site.toml").write_text(text)
    number = bench.roll_out(values, base=base)
    bench.go(5)
    assert "changed by another meanwhile" in bench.row(number)["answer"]
    assert (bench.folder / "site.toml").read_text() == text


def test_a_row_that_was_changed_after_the_decision_is_not_gone_on_with(bench: RollingBench) -> None:
    number = bench.roll_out()
    bench.turn()
    bench.turn()
    with bench.record.transaction() as connection:
        other = sections.text_of(bench.edited(0))
        connection.execute(sa.update(rollout).values(text=other))
    bench.restart()
    bench.go(20)
    assert bench.row(number)["state"] == "refused" and "changed after" in bench.row(number)["answer"]
    assert bench.published == [] and bench.present()["programmes"]["residential"][1]["level"] == 60


def test_less_light_for_many_poles_at_night_needs_the_code_of_a_second_person(
    tmp_path: Path,
) -> None:
    bench = RollingBench(tmp_path / "store.db", site_folder(tmp_path, 110, 130))
    secret = pyotp.random_base32()
    (bench.folder / PERSONS).write_text(f"meera:{secret}\n")
    assert len(residential(bench)) > 50
    number = bench.roll_out(bench.edited(30))
    bench.go(3)
    row = bench.row(number)
    assert row["state"] == "needsSecondPerson" and "a second person has to agree" in row["answer"]
    with bench.record.transaction() as connection:
        requests.agree(connection, number, "meera", "000000", bench.now)
    bench.go(3)
    assert "wrong or too old" in bench.row(number)["answer"]
    with bench.record.transaction() as connection:
        requests.agree(connection, number, "meera", pyotp.TOTP(secret).now(), bench.now)
    bench.go(90)
    row = bench.row(number)
    assert (row["state"], row["second"], row["code"], row["darkens"]) == ("done", "meera", "", 0)
    assert set(bench.states(number).values()) == {"applied"}
    bench.close()


def test_small_rollouts_that_darken_count_together(bench: RollingBench) -> None:
    for level in (55, 50, 45, 40, 35, 30, 25, 20, 15, 10):
        number = bench.roll_out(bench.edited(level))
        bench.go(25)
        if bench.row(number)["state"] == "needsSecondPerson":
            break
    assert "other rollouts of one person lately" in bench.row(number)["answer"]
    assert level < 55


def test_the_topics_are_the_poles_own_and_retained(bench: RollingBench) -> None:
    number = bench.roll_out()
    bench.go(30)
    configured = {topic for topic in bench.retained if topic.endswith("/config")}
    assert configured == {f"{HEAD}/{name}/config" for name in bench.states(number)}


def test_on_either_database_one_that_was_killed_goes_on(new_store: Path | str, tmp_path: Path) -> None:
    bench = RollingBench(new_store, site_folder(tmp_path, 12, FIRST))
    number = bench.roll_out(reason="a reason with ' and \\ and {braces}")
    bench.kill = "after"
    with pytest.raises(Killed):
        bench.go(10)
    bench.restart()
    refused = bench.roll_out(role="operator")
    bench.go(40)
    assert bench.row(number)["state"] == "done" and set(bench.states(number).values()) == {"applied"}
    assert "must be engineer" in bench.row(refused)["answer"]
    bench.close()


def test_one_does_not_begin_or_go_on_while_a_release_goes_to_the_poles(bench: RollingBench) -> None:
    """The poles restart for both, and a pole on probation is judged by how it did before."""
    first = bench.roll_out()
    bench.go(2)
    bench.ask(first, HALT)
    bench.go(2)
    values = {"who": "asha", "role": "engineer", "door": "console", "text": "", "base": "", "written_at": 1}
    with bench.record.transaction() as connection:
        added = sa.insert(rollout).values(**values, kind="release", state="going", decided_at=1)
        release = connection.execute(added.returning(rollout.c.id)).scalar_one()
        connection.execute(sa.update(rollout).where(rollout.c.id == first).values(asked=GO_ON, asked_by="asha"))
    sent, number = len(bench.published), bench.roll_out(bench.edited(80))
    bench.go(10)
    why = f"rollout {release} of a release is going: wait until it is over, or halt it"
    assert bench.row(number)["state"] == "refused" and why in bench.row(number)["answer"]
    assert bench.row(first)["state"] == "halted" and why in bench.row(first)["answer"]
    assert len(bench.published) == sent
    with bench.record.transaction() as connection, pytest.raises(CommandError, match=f"rollout {release} of a release"):
        requests.refuse_beside(connection, "programmes")
    with bench.record.transaction() as connection:
        connection.execute(sa.update(rollout).where(rollout.c.id == release).values(state="halted"))
    bench.ask(first, GO_ON)
    bench.go(30)
    assert bench.row(first)["state"] == "done"
