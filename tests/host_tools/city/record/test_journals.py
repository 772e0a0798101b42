"""A journal knows which of its records are missing, in whatever order they come."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.record.journals import Gap, Gone, Journal
from host_tools.wire.journal import LAST

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("arrived"), st.integers(1, 12)),
        st.tuples(st.just("next"), st.just(0)),
        st.tuples(st.just("next"), st.just(0)),
        st.tuples(st.just("open"), st.just(0)),
        st.tuples(st.just("asked"), st.integers(1, 12)),
        st.tuples(st.just("told"), st.integers(1, 12)),
        st.tuples(st.just("lose"), st.integers(1, 12)),
        st.tuples(st.just("settle"), st.just(0)),
    ),
    max_size=14,
)


def missing(one: Journal) -> set[int]:
    """The records up to its highest that it does not hold."""
    return {sequence for sequence in range(1, one.highest + 1) if not one.holds(sequence)}


@given(STEPS)
@settings(max_examples=80, deadline=None)
def test_a_next_record_leaves_what_is_missing_as_it_was_and_moves_the_open_end(steps: list[tuple[str, int]]) -> None:
    one, wall = Journal(), 0.0
    for what, number in steps:
        wall += 1.0
        if what == "arrived":
            one.arrived(number, wall)
        elif what == "open":
            one.open_end(wall)
        elif what == "asked":
            one.asked(number, LAST, wall, 15.0, 600.0)
        elif what == "told":
            one.told(1, number, False, wall)
        elif what == "lose":
            one.lose(number, number + 1, "dropped", wall)
        elif what == "settle":
            one.agreed(1, LAST)
            one.settle(wall)
        else:
            before, lost = missing(one), list(one.gone)
            inner = [gap for gap in one.gaps if not gap.open]
            end = next((gap for gap in one.gaps if gap.open), None)
            one.arrived(one.highest + 1, wall)
            assert (missing(one), one.gone) == (before, lost) and one.holds(one.highest)
            assert [gap for gap in one.gaps if not gap.open] == inner
            moved = [] if end is None else [
                Gap(one.highest + 1, LAST, wall + 15.0 if end.asked else end.due, end.asked)
            ]  # fmt: skip
            assert [gap for gap in one.gaps if gap.open] == moved
        spans: list[Gap | Gone] = [*one.gaps, *one.gone]
        spans.sort(key=lambda span: span.low)
        for earlier, later in pairwise(spans):
            assert earlier.high < later.low
