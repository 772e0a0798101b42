"""Places that lie close together are found as if each were compared with each."""

from hypothesis import given, strategies

from host_tools.site.near_places import close_pairs, distance_m

DEGREES = strategies.floats(0, 3e-5)


@given(
    strategies.lists(strategies.tuples(DEGREES, DEGREES), max_size=30),
    strategies.sampled_from([-33.9, 0.0, 23.8, 69.6]),
)
def test_the_same_pairs_as_by_comparing_all(steps: list[tuple[float, float]], north: float) -> None:
    places = [(north + down, 78.7 + across) for down, across in steps]
    found = {later for _earlier, later in close_pairs(places)}
    brute = {
        later for later in range(len(places)) for other in range(later) if distance_m(places[other], places[later]) <= 1
    }
    assert found == brute


def test_a_degree_east_is_shorter_in_the_north() -> None:
    assert round(distance_m((60.0, 10.0), (60.0, 11.0))) == 55660
