"""Who has his turn when, and when the next wave begins."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.rollouts.waves import (
    ALL,
    BAD_PERCENT,
    CANARY,
    FEW,
    LEAST,
    NEXT,
    QUARTER,
    STOP,
    TWENTIETH,
    WAIT,
    Member,
    Tally,
    at_once,
    plan,
    verdict,
)


def street(rows: list[tuple[str, int, bool]]) -> list[Member]:
    return [Member(f"P{number:04}", kind, f"F{feeder}", on) for number, (kind, feeder, on) in enumerate(rows)]


poles = st.tuples(st.sampled_from("abc"), st.integers(1, 6), st.booleans())
streets = st.lists(poles, min_size=1, max_size=120).map(street)
tallies = st.builds(Tally, *[st.integers(0, 60)] * 5)


@given(streets)
@settings(max_examples=60, deadline=None)
def test_each_pole_has_one_turn_each_kind_is_among_the_first_and_waves_grow(members: list[Member]) -> None:
    waves = plan(members)
    assert waves.keys() == {one.name for one in members}
    first = [one for one in members if waves[one.name] == CANARY]
    kinds = {one.kind for one in members}
    assert {one.kind for one in first} == kinds
    for kind in kinds:  # one that is online, where there is one
        assert any(one.online for one in first if one.kind == kind) == any(
            one.online for one in members if one.kind == kind
        )
    assert len(first) == max(len(kinds), LEAST if len(members) > FEW else 0) or len(first) == len(members)
    for wave, percent in ((TWENTIETH, 5), (QUARTER, 25)):
        there = sum(1 for number in waves.values() if number <= wave)
        assert there == max(len(first), -(-len(members) * percent // 100))


@given(streets)
@settings(max_examples=60, deadline=None)
def test_before_the_last_wave_no_feeder_of_many_has_had_its_turn_whole(members: list[Member]) -> None:
    waves = plan(members)
    first = Counter(one.feeder for one in members if waves[one.name] == CANARY)
    early = Counter(one.feeder for one in members if waves[one.name] < ALL)
    for feeder, many in Counter(one.feeder for one in members).items():
        if many >= 4:
            assert early[feeder] - first[feeder] <= many // 2 + 1
        assert at_once(many) < many or many == 1


@given(st.integers(CANARY, ALL), tallies, st.integers(0, 60))
def test_it_halts_for_more_than_the_share_of_bad_ones_and_never_goes_on_with_poles_under_way(
    wave: int, tally: Tally, pardoned: int
) -> None:
    said = verdict(wave, tally, pardoned)
    bad = max(0, tally.bad - pardoned)
    answered = tally.good + tally.bad
    if bad * 100 > BAD_PERCENT * tally.poles:
        assert said == STOP
    if said == NEXT:
        assert not tally.waiting and not tally.flying
        assert bad * 100 <= BAD_PERCENT * answered
    if said == STOP:
        assert bad > 0
    if not bad:
        assert said != STOP


def test_the_first_wave_waits_for_one_that_is_online_and_a_pardon_lets_it_go_on() -> None:
    assert verdict(CANARY, Tally(away=3), 0) == WAIT
    assert verdict(TWENTIETH, Tally(away=3), 0) == NEXT
    assert verdict(CANARY, Tally(good=1, away=2), 0) == NEXT
    assert verdict(CANARY, Tally(good=2, bad=1), 0) == STOP
    assert verdict(CANARY, Tally(good=2, bad=1), 1) == NEXT
    assert verdict(ALL, Tally(good=95, bad=5), 0) == NEXT
    assert verdict(ALL, Tally(good=60, bad=6, waiting=34), 0) == STOP
