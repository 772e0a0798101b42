"""What a night of chaos is made of."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from host_tools.site import load_site
from simulator.chaos.mix import APART_MIN, BESIDE, CALM_MIN, TOLD_MIN, Night, night, span_of
from simulator.chaos.night_run import SITE
from simulator.happenings.catalogue import KINDS
from simulator.run_time import RunTime
from simulator.scenario import load_scenario

STREET = load_site(SITE, 25)
NIGHTS = [night(seed, STREET) for seed in range(60)]


def test_a_seed_is_always_the_same_night_and_another_seed_another() -> None:
    assert night(7, STREET) == NIGHTS[7]
    assert len({one.toml for one in NIGHTS}) == len(NIGHTS)


def test_every_pole_has_a_happening_of_its_own_and_sixty_nights_have_every_kind() -> None:
    for one in NIGHTS:
        assert {table["pole"] for table in one.tables if "pole" in table} == {pole.name for pole in STREET.poles}
    seen = Counter(table["kind"] for one in NIGHTS for table in one.tables)
    assert set(seen) == set(KINDS)
    assert min(seen.values()) >= 3


def test_it_ends_with_a_calm_hour() -> None:
    for one in NIGHTS:
        last = round(one.hours * 60) - CALM_MIN
        assert all(span_of(table)[1] <= last or table["kind"] == "command" for table in one.tables)


@pytest.mark.parametrize("seed", range(0, 60, 20))
def test_a_night_is_a_scenario_that_a_person_can_run(tmp_path: Path, seed: int) -> None:
    one = NIGHTS[seed]
    file = tmp_path / "chaos.toml"
    file.write_text(one.toml)
    time = RunTime(0, STREET.timezone)
    scenario = load_scenario(file, STREET, RunTime(time.local_ms(one.start) // 1000, STREET.timezone), None)
    assert [happening.kind for happening in scenario.happenings] == [table["kind"] for table in one.tables]
    assert scenario.hours == one.hours


def test_what_must_be_told_is_alone_on_its_pole_and_lasts_an_hour() -> None:
    due = 0
    for one in NIGHTS:
        for table in one.tables:
            if "expect" not in table or "pole" not in table:
                continue
            due += 1
            begin, end = span_of(table)
            assert end - begin >= TOLD_MIN
            for other in one.tables:
                if other is table or other["kind"] in BESIDE or other.get("pole", table["pole"]) != table["pole"]:
                    continue
                if "feeder" in other and STREET.pole(table["pole"]).feeder != other["feeder"]:
                    continue
                first, last = span_of(other)
                assert last < begin - APART_MIN or end + APART_MIN < first
    assert due > 5 * len(NIGHTS)


def test_the_toml_of_a_part_is_that_part() -> None:
    one = NIGHTS[0]
    part = Night(one.seed, one.start, one.hours, one.poles, one.tables[:2])
    assert part.toml.count("[[happening]]") == 2
    assert part.toml in one.toml
