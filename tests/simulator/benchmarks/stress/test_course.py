"""What is read from the course of a pole."""

from __future__ import annotations

from simulator.benchmarks.stress.course import Course, Heard, thinned


def test_the_retries_are_counted_up_to_the_session() -> None:
    course = Course("P0001", attempts=[10, 100, 200, 300, 900], online=[20, 310])
    assert (course.back(50), course.tries(50)) == (260, 3)
    assert course.tries(400) == 1, "of one that is not back, all count"
    assert course.back(400) is None


def test_a_level_counts_once_it_stays() -> None:
    course = Course("P0001", dim=[(0, 100.0), (1000, 40.0), (1500, 60.0), (3000, 40.0), (9000, 0.0)])
    assert course.settled(40, 900) == 2100
    assert course.settled(40, 4000) == 0, "it is there already"
    assert course.settled(40, 9000) is None
    assert course.settled(0, 9000) == 0
    assert course.moved(1000) == 500


def test_darkness_and_full_light_are_added_up_between_two_moments() -> None:
    course = Course("P0001", light=[(0, 90.0), (1000, 0.0), (3000, 90.0), (5000, 5.0)], dim=[(0, 40.0), (500, 100.0)])
    assert course.dark_ms(10.0, 2000, 6000) == 2000
    assert sum(end - ms for ms, end in course.full_spans(0, 2000)) == 1500
    assert course.lit(10.0, 1500) == 1500


def test_events_that_the_city_never_had_are_missing() -> None:
    course = Course("P0001", events=[Heard(1, "e-1"), Heard(2, "e-1")], journal=["e-1", "e-2"])
    assert course.missing == ["e-2"]


def test_of_a_ramp_only_its_ends_are_kept_and_what_turns_round_stays() -> None:
    ramp = [(0, 100.0), (100, 90.0), (200, 80.0), (300, 70.0), (5000, 90.0), (5100, 70.0)]
    assert thinned(ramp) == [(0, 100.0), (300, 70.0), (5000, 90.0), (5100, 70.0)]
    assert thinned([]) == [] and thinned([(1, 2.0)]) == [(1, 2.0)]
