"""What goes wrong in a city's updates: people, laptops, nodes and clocks; some by public reports, tried here."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from host_tools.city.rollouts import rollout_rows
from host_tools.city.store.rollout_tables import GO_ON, HALT
from host_tools.city.updates import update_report
from host_tools.city.updates.foreseen import foresee
from host_tools.city.updates.kept_release import release_in
from host_tools.city.updates.wish import Wish
from tests.host_tools.city.updates.test_update_roller import QUICK, over
from tests.host_tools.city.updates.update_bench import HEAD, SERIAL, BenchRelease, UpdateBench

POLES, FIRST = 12, 196
DAY = 86400


def report(bench: UpdateBench, number: int) -> update_report.Report:
    with bench.record.transaction() as connection:
        return update_report.report(connection, "sagar", number)


# -- laptops with a wrong clock


def test_a_release_signed_with_a_clock_years_ahead_is_refused_before_it_locks_the_poles_out(bench: UpdateBench) -> None:
    ahead = BenchRelease(serial=4_000_000_000_000)  # 2096
    number = bench.roll_out(ahead, **QUICK)
    bench.go(3)
    row = bench.row(number)
    assert row["state"] == "refused" and "the clock of who signed it was wrong" in row["answer"], row
    assert bench.published == []
    with bench.record.transaction() as connection:
        seen = foresee(connection, bench.site, bench.folder, release_in("sagar", ahead), Wish(ahead.serial), bench.now)
    assert "was signed 25" in seen.ruled.refused and "Sign it again" in seen.ruled.refused
    right = bench.roll_out(BenchRelease("0.2.1", SERIAL + 1), **QUICK)
    bench.go(4 * 3600, 30, over(bench, right))
    assert bench.states(right) == {"applied": POLES}


def test_one_signed_with_a_clock_that_is_behind_is_named_so_and_sent_to_nobody(bench: UpdateBench) -> None:
    for pole in bench.poles.values():
        pole.app["serial"] = SERIAL
        pole.appear()
    bench.go(2)
    number = bench.roll_out(BenchRelease(serial=SERIAL - 1), **QUICK)
    bench.go(3)
    answer = bench.row(number)["answer"]
    assert answer == f"no pole is to get this release ({POLES} have taken up a release that was signed later)"


# -- people


def test_two_engineers_at_once_start_one_rollout_and_the_other_is_told(bench: UpdateBench) -> None:
    first = bench.roll_out(BenchRelease(), who="asha", **QUICK)
    second = bench.roll_out(BenchRelease("0.2.1", SERIAL + 1), who="ravi", **QUICK)
    bench.go(4 * 3600, 30, over(bench, first))
    assert bench.states(first) == {"applied": POLES} and bench.versions() == {"0.2.0": POLES}
    row = bench.row(second)
    assert row["state"] == "refused" and f"rollout {first} is going" in row["answer"]


def test_one_halts_while_the_other_goes_on_and_the_last_word_counts(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(3)
    for _ in range(3):
        bench.ask(number, HALT)
        bench.go(2)
        bench.ask(number, GO_ON)
        bench.go(2)
    bench.go(4 * 3600, 30, over(bench, number))
    assert bench.states(number) == {"applied": POLES}
    assert all(len(pole.tried) == 1 for pole in bench.poles.values())
    assert [step.what for step in report(bench, number).steps].count("goOn") == 3


@pytest.mark.parametrize("wish", [{"groups": ("NH-44",)}, {"groups": ("f10",)}, {"feeders": ("F1",)}])
def test_a_group_or_feeder_that_nobody_is_in_starts_nothing(
    bench: UpdateBench, wish: dict[str, tuple[str, ...]]
) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK, **wish)  # type: ignore[arg-type]
    bench.go(3)
    row = bench.row(number)
    assert row["state"] == "refused" and "and no pole of the site is" in row["answer"] and bench.published == []


# -- nodes


def test_a_node_replaced_by_one_with_another_board_gets_nothing_and_holds_nothing_up(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(3)
    last = bench.poles[bench.waves(number)[max(bench.waves(number))][-1]]
    last.board = "esp32-c3-devkitm"
    last.replace()
    bench.go(6 * 3600, 30, over(bench, number))
    assert bench.states(number) == {"applied": POLES - 1, "waiting": 1}
    assert bench.shares(number)[last.name].reason == "noPackage" and last.tried == []


def test_two_nodes_with_the_name_of_one_pole_are_not_sent_it_for_ever(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(4 * 3600, 30, over(bench, number))
    name = bench.waves(number)[0][0]
    twin = {"slot": "", "version": "0.1.0", "probation": False, "serial": 0, "key": bench.poles[name].app["key"]}
    for turn in range(12):
        bench.poles[name].appear()
        bench.go(20, 5)
        bench.say(name, "birth", board="virtual", app=twin, flashNonce=f"{turn % 2:016x}", configVersion=1)
        bench.go(20, 5)
    assert bench.published.count(name) <= 3
    assert bench.shares(number)[name].state == "rejected" and bench.shares(number)[name].reason == "goesBack"


def test_a_pole_that_was_away_for_a_month_gets_the_newest_alone(bench: UpdateBench) -> None:
    """It was sent the release before, which the broker retains for it all that time."""
    first = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(2)
    gone = bench.poles[bench.waves(first)[0][0]]
    gone.leave()
    gone._do, gone._under_way = [], None
    bench.go(2)
    bench.ask(first, HALT)
    bench.go(5)
    bench.ask(first, GO_ON)
    bench.go(4 * 3600, 30, over(bench, first))
    second = bench.roll_out(BenchRelease("0.3.0", SERIAL + 9), **QUICK)
    bench.go(4 * 3600, 30, over(bench, second))
    assert bench.states(second) == {"applied": POLES - 1, "waiting": 1}
    bench.now += 30 * DAY
    gone.appear()
    bench.go(3600, 30)
    assert gone.tried == ["0.3.0"] and bench.states(second) == {"applied": POLES}


# -- what the report says


def test_no_pole_is_a_success_that_has_not_said_so(bench: UpdateBench) -> None:
    """eclipse-hawkbit/hawkbit#3185 and #735: recorded as updated when the image was written, or at once; #693: for ever
    under way."""
    number = bench.roll_out(BenchRelease(does=lambda pole: "hangs"), **QUICK)
    for _ in range(10):
        bench.go(240, 10)
        assert set(report(bench, number).states) <= {"waiting", "accepted", "probation", "sent"}
    bench.go(3 * 3600, 60, over(bench, number))
    found = report(bench, number)
    assert found.row["state"] == "halted" and found.states["silent"] >= 1
    assert "applied" not in found.states and bench.versions() == {"0.1.0": POLES}


def test_a_pole_that_confirmed_and_is_not_heard_again_is_shown_as_offline_beside_that(bench: UpdateBench) -> None:
    """usetrmnl/trmnl-firmware#476: the server sees a change of version, then silence."""
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(4 * 3600, 30, over(bench, number))
    bench.poles[next(iter(bench.poles))].leave()
    bench.go(30)
    said = {one["pole"]: one for one in update_report.as_json(report(bench, number))["each"]}
    assert [one["online"] for one in said.values()].count(False) == 1


def test_times_of_a_report_are_plain_in_the_hour_that_comes_twice(bench: UpdateBench) -> None:
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(4 * 3600, 30, over(bench, number))
    found = replace(report(bench, number), zone=ZoneInfo("Europe/Berlin"))
    summer, winter = (int(datetime(2026, 10, 25, hour, 30, tzinfo=UTC).timestamp()) for hour in (0, 1))
    for one, at in zip(found.shares, (summer, winter), strict=False):
        one.answered_at = at
    out = io.StringIO()
    update_report.as_csv(found, out)
    lines = list(csv.DictReader(out.getvalue().splitlines()))
    assert [line["answered"] for line in lines[:2]] == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


def test_a_rollout_over_midnight_loses_no_pole_and_says_both_days(bench: UpdateBench) -> None:
    bench.go(1)
    bench.now += (18 * 3600 + 25 * 60 - bench.now) % DAY  # 23:55 in Sagar
    number = bench.roll_out(BenchRelease(), **QUICK)
    bench.go(4 * 3600, 30, over(bench, number))
    found = report(bench, number)
    days = {datetime.fromtimestamp(step.at, found.zone).day for step in found.steps}
    assert bench.states(number) == {"applied": POLES} and len(days) == 2
    with bench.record.transaction() as connection:
        assert rollout_rows.row_of(connection, number)["ended_at"] > found.row["decided_at"]
    assert all(f"{HEAD}/{name}/update" in bench.retained for name in bench.poles)
