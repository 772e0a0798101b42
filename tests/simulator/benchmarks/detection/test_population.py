"""The poles of the benchmark and what happens to them: the same for a seed, other for another, and as many as asked."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.benchmarks.detection.fault_draws import FAULTS, assign, expected, happenings
from simulator.benchmarks.detection.night_times import nights_of
from simulator.benchmarks.detection.population import NIGHTS, lives, luminaire_types, road_programmes, settings_of
from simulator.run_time import RunTime

SEED = 5


def fated(seed: int, nights: int = 1000, each: int = 20) -> list[tuple[object, ...]]:
    people = lives(seed, nights)
    fates = assign(seed, people, each)
    out: list[tuple[object, ...]] = []
    for life in people[::50]:
        settings = settings_of(life)
        time = RunTime(int(life.start.timestamp()), life.site.timezone)
        out += happenings(seed, life, nights_of(life, settings, time), fates[life.number])  # type: ignore[arg-type]
    return out


def test_a_seed_is_a_population() -> None:
    assert lives(SEED, 100) == lives(SEED, 100)
    assert fated(SEED) == fated(SEED)
    assert [life.pole for life in lives(SEED, 100)] != [life.pole for life in lives(SEED + 1, 100)]
    assert fated(SEED) != fated(SEED + 1)


def test_there_are_as_many_nights_and_faults_as_asked_for() -> None:
    people = lives(SEED, 1000)
    commissioned = [life for life in people if life.commissioned]
    assert len(commissioned) * NIGHTS >= 1000
    assert 0 < len(people) - len(commissioned) <= len(commissioned) / 9
    fates = assign(SEED, people, 20)
    counted = Counter(kind for life in commissioned for night in fates[life.number] for kind in night)
    assert all(counted[fault.kind] >= 20 for fault in FAULTS)
    quiet = sum(not night for life in commissioned for night in fates[life.number])
    assert quiet >= 0.3 * len(commissioned) * NIGHTS
    with pytest.raises(ValueError, match="faults for only"):
        assign(SEED, lives(SEED, 100), 200)


def test_luminaires_and_roads_differ_and_can_be_told_to_a_pole() -> None:
    types = luminaire_types(SEED)
    assert len({one.rated_w for one in types}) == len(types) >= 10
    assert len({one.points[1][0] for one in types}) >= 3  # lowest levels
    for one in types:
        lit = one.points[1:]
        assert [level for level, _watts, _factor in lit] == sorted({level for level, _watts, _factor in lit})
        assert [watts for _level, watts, _factor in lit] == sorted({watts for _level, watts, _factor in lit})
        assert all(0.3 < factor < 1.0 for _level, _watts, factor in lit)
    assert len(set(road_programmes(SEED))) >= 10
    for life in lives(SEED, 200):
        settings = settings_of(life)
        assert settings["luminaire"][0][0] == settings["lamp.minimumLevel"]


def test_nights_are_spread_over_the_year_and_the_country() -> None:
    people = lives(SEED, 2000)
    assert {life.start.month for life in people} == set(range(1, 13))
    latitudes = [life.site.latitude for life in people]
    assert min(latitudes) < 12 < 30 < max(latitudes)


def test_what_happens_lies_within_the_nights_and_expects_what_its_kind_does() -> None:
    people = lives(SEED, 400)
    fates = assign(SEED, people, 8)
    kinds = {fault.kind: fault for fault in FAULTS}
    benign = 0
    for life in people:
        settings = settings_of(life)
        time = RunTime(int(life.start.timestamp()), life.site.timezone)
        nights = nights_of(life, settings, time)
        for night in nights:
            assert night.start_ms < night.sunset_ms < night.sunrise_ms < night.end_ms
            assert night.start_ms < night.on_ms < night.off_ms < night.end_ms
        for happening in happenings(SEED, life, nights, fates[life.number]):
            assert 0 <= happening.at_ms < nights[-1].end_ms
            assert happening.over_ms is None or happening.over_ms > happening.at_ms
            fault = kinds.get(happening.kind)
            if fault:
                assert fault.low <= happening.severity <= fault.high
                assert happening.expect == expected(fault.kind) != ()
            else:
                benign += 1
                assert happening.expect == ()
    assert benign > len(people)


def test_a_fifth_of_the_lamps_are_none_of_constant_power() -> None:
    counted = Counter(life.technology for life in lives(SEED, 4000))
    total = sum(counted.values())
    assert set(counted) == {"led, constant power", *(f"{one}, following the voltage" for one in ("led", "hps", "mh"))}
    assert 0.17 < 1 - counted["led, constant power"] / total < 0.23
    told = next(settings_of(life) for life in lives(SEED, 400) if life.luminaire.technology == "hps")
    assert (told["lamp.technology"], told["lamp.driver"]) == ("hps", "followsVoltage")
