"""Turns of a condition become spells, whatever the order and number in which they come."""

from dataclasses import replace
from itertools import pairwise, permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.alarms.line import Line
from host_tools.city.alarms.rules import Rules
from host_tools.city.alarms.spells import REOPEN_S, observed, spells
from host_tools.city.alarms.turns import STATE, Turn, turn

T = 1795500000


def at(seconds: int, begins: bool | None, number: int = 0, epoch: str = "a", **attributes: object) -> Turn:
    return Turn("P0001", "lampFailure", T + seconds, begins, epoch, number or seconds, T + seconds, attributes)


def shape(turns: list[Turn], closings: tuple[int, ...] = ()) -> list[tuple[int, int | None, int]]:
    return [(one.began - T, None if one.ended is None else one.ended - T, one.times) for one in spells(turns, closings)]


def test_it_begins_and_ends_by_its_own_times() -> None:
    assert shape([at(10, True), at(50, False)]) == [(10, 50, 1)]
    assert shape([at(10, True)]) == [(10, None, 1)]
    assert shape([at(50, False), at(60, False)]) == []  # two ends whose beginning never came (opennms#2266)


def test_within_a_day_it_is_the_same_again_and_after_a_day_another() -> None:
    again = [at(10, True), at(50, False), at(50 + REOPEN_S, True)]
    assert shape(again) == [(10, None, 2)]
    assert shape([*again[:2], at(51 + REOPEN_S, True)]) == [(10, 50, 1), (51 + REOPEN_S, None, 1)]


def test_a_late_spell_between_two_makes_them_one_and_a_late_end_makes_two_of_one() -> None:
    day = REOPEN_S
    apart = [at(0, True, 1), at(10, False, 2), at(2 * day, True, 5)]
    assert shape(apart) == [(0, 10, 1), (2 * day, None, 1)]
    between = [at(day, True, 3), at(day + 10, False, 4)]
    assert shape(apart + between) == [(0, None, 3)]
    assert shape([apart[0], apart[2]]) == [(0, None, 1)]


def test_a_clock_that_was_put_back_does_not_change_the_order_of_a_journal() -> None:
    turns = [at(1000, True, 1), at(400, False, 2)]
    assert shape(turns) == [(1000, 1000, 1)]
    assert shape(turns[::-1]) == [(1000, 1000, 1)]


def test_a_person_closes_it_until_it_comes_again() -> None:
    assert spells([at(10, True)], [T + 20])[0].by_hand == T + 20
    assert not spells([at(10, True), at(30, True)], [T + 20])[0].by_hand  # a new beginning, though it never ended
    assert shape([at(10, True), at(30, False)], (T + 20,)) == [(10, 30, 1)]


def test_a_chatter_counts_with_what_was_told_before_it() -> None:
    span = {"count": 30, "from": T + 10, "to": T + 3600}
    assert shape([at(10, True), at(60, False), at(150, True), at(3600, True, present=False, **span)]) == [
        (10, None, 30)
    ]
    assert shape([at(3600, True, **span)]) == [(10, None, 30)]  # the first turns are still on their way


@pytest.mark.parametrize("timestamp", [None, 0, 946684800, 848836621000, T + 2 * 86400])
def test_an_impossible_time_is_that_of_arrival(timestamp: int | None) -> None:
    assert turn("P", "lampFailure", timestamp, True, "a", 1, T, {}).at == T
    assert turn("P", "lampFailure", T - 5 * 86400, True, "a", 1, T, {}).at == T - 5 * 86400  # days late, and its own


def test_a_state_tells_what_events_do_not() -> None:
    begun = [at(10, True)]
    assert observed(begun, "P0001", "lampFailure", T + 20, True, T) is None
    end = observed(begun, "P0001", "lampFailure", T + 20, False, T)
    assert end and shape([*begun, end]) == [(10, 20, 1)]
    assert shape([*begun, at(15, False), end]) == [(10, 15, 1)]  # the end event has come: its own time counts
    listed = observed([], "P0001", "lampFailure", T + 20, True, T)
    assert listed and spells([listed])[0].earlier
    assert shape([listed, at(10, True)]) == [(10, None, 1)] and not spells([listed, at(10, True)])[0].earlier
    assert observed(begun, "P0001", "lampFailure", T + 10, False, T) is None  # of the same second: the event decides


def test_the_end_of_a_chatter_is_sent_late_and_the_states_until_then_open_nothing_again() -> None:
    span = {"count": 9, "from": T + 10, "to": T + 900}
    turns = [at(10, True), at(900, False, **span)]
    assert observed(turns, "P0001", "lampFailure", T + 1190, True, T) is None
    assert observed(turns, "P0001", "lampFailure", T + 1300, True, T) is not None


def test_a_conclusion_orders_after_an_event_of_the_same_second() -> None:
    turns = [at(10, True), at(10, False, 1, STATE)]
    assert {tuple(shape(list(one))) for one in permutations(turns)} == {((10, 10, 1),)}


TURNS = st.lists(
    st.builds(
        lambda seconds, begins, epoch: (seconds, begins, epoch),
        st.integers(0, 5 * REOPEN_S), st.booleans(), st.sampled_from("abc"),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(TURNS, st.lists(st.integers(0, 5 * REOPEN_S), max_size=2), st.randoms())
def test_any_order_doubling_and_delay_gives_the_same_spells(
    turns: list[tuple[int, bool, str]], by_hand: list[int], random: Random
) -> None:
    told = [at(seconds, begins, number + 1, epoch) for number, (seconds, begins, epoch) in enumerate(turns)]
    closings = [T + one for one in by_hand]
    expected = spells(told, closings)
    mixed = [replace(one, received=one.received + random.randrange(10 * REOPEN_S)) for one in told]
    mixed += random.sample(mixed, len(mixed) // 2)
    random.shuffle(mixed)
    late = spells(mixed, closings[::-1])
    assert [replace(one, received=0) for one in late] == [replace(one, received=0) for one in expected]
    for one, after in pairwise(expected):
        assert one.over is not None and one.over < after.began  # they never overlap


@settings(max_examples=80, deadline=None)
@given(TURNS, st.integers(0, 12), st.randoms())
def test_going_on_from_the_spells_so_far_gives_what_all_turns_give(
    turns: list[tuple[int, bool, str]], first: int, random: Random
) -> None:
    def one_of(number: int, seconds: int, begins: bool, epoch: str) -> Turn:
        chatter = {"count": 3, "from": T + 5, "to": T + 50} if seconds % 7 == 0 else {}
        return at(seconds, begins, number, epoch if random.random() < 0.1 else "a", **chatter)

    mostly = sorted(turns) if random.random() < 0.7 else turns
    told = [one_of(number, *one) for number, one in enumerate(mostly, 1)]
    line = Line("P0001", "lampFailure").with_turns(told[:first])
    assert line.spells(Rules()) == spells(told[:first])
    for one in told[first:]:
        before = line
        line = line.with_turns([one])
        assert line.spells(Rules()) == spells(line.turns.values())
        assert before.spells(Rules()) == spells(before.turns.values())  # for a transaction that failed
