"""A failing night is made as small as it can be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.chaos.shrink import smallest


@settings(max_examples=50)
@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), min_size=1, max_size=4)))
)
def test_what_is_left_is_just_what_makes_it_fail(found: tuple[int, set[int]]) -> None:
    count, guilty = found
    assert smallest(range(count), lambda part: guilty <= set(part)) == sorted(guilty)


def test_it_asks_for_far_less_than_every_part() -> None:
    asked: list[int] = []

    def fails(part: list[int]) -> bool:
        asked.append(len(part))
        return {3, 40} <= set(part)

    assert smallest(range(64), fails) == [3, 40]
    assert len(asked) < 64
