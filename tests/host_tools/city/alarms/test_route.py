"""The order in which a crew drives."""

from itertools import pairwise, permutations
from math import hypot

from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.alarms.route import route

STEP = 0.001  # degrees: 111 m


def test_a_street_is_driven_from_one_end_to_the_other() -> None:
    street = {f"P{number:02}": (23.8, 78.7 + STEP * (number * 7 % 20)) for number in range(20)}
    way, metres = route(street)
    assert [round((street[pole][1] - 78.7) / STEP) for pole in way] in ([*range(20)], [*range(20)][::-1])
    assert abs(metres - 19 * 111.19 * 0.915) < 5


def test_it_begins_where_the_crew_is() -> None:
    street = {f"P{number}": (23.8, 78.7 + STEP * number) for number in range(5)}
    assert route(street, (23.8, 78.7 + STEP * 9))[0] == ["P4", "P3", "P2", "P1", "P0"]
    assert route({}, (23.8, 78.7)) == ([], 0)
    assert route({"P1": (23.8, 78.7)}) == (["P1"], 0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=6, unique=True))
def test_it_is_a_third_longer_than_the_shortest_at_most(grid: list[tuple[int, int]]) -> None:
    places = {f"P{place}": (x * STEP, y * STEP) for place, (x, y) in enumerate(grid)}
    way, metres = route(places)
    assert sorted(way) == sorted(places)

    def length(names: tuple[str, ...]) -> float:
        pairs = pairwise([places[name] for name in names])
        return sum(hypot(one[0] - other[0], one[1] - other[1]) for one, other in pairs) * 111_195

    assert metres <= 1.34 * min(map(length, permutations(places))) + 1
