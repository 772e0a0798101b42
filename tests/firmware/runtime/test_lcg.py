"""The pole's own random numbers."""

from pole.runtime.lcg import Lcg


def draws(seed, bound, count):
    generator = Lcg(seed)
    return [generator.below(bound) for _ in range(count)]


def test_the_same_seed_gives_the_same_numbers_on_every_runtime():
    assert draws(7, 1000, 8) == [671, 393, 689, 509, 878, 613, 323, 236]
    assert draws(7, 1000, 8) != draws(8, 1000, 8)


def test_numbers_stay_below_the_bound_and_reach_all_of_it():
    assert set(draws(1, 5, 200)) == {0, 1, 2, 3, 4}
    assert draws(1, 1, 3) == [0, 0, 0]
    largest = max(draws(3, Lcg.LIMIT, 2000))
    assert Lcg.LIMIT * 99 // 100 < largest < Lcg.LIMIT < 1 << 30


def test_any_integer_is_a_seed():
    for seed in (0, -1, 1 << 48, 32362, 32363 * 31727):
        assert 0 <= Lcg(seed).below(100) < 100


def test_neighbours_in_a_street_are_spread_evenly():
    counts = [0] * 10
    for pole in range(2000):
        counts[Lcg(pole).below(5000) // 500] += 1
    assert min(counts) > 150 and max(counts) < 250, counts


def test_one_generator_is_even():
    counts = [0] * 16
    for value in draws(99, 16, 16000):
        counts[value] += 1
    assert min(counts) > 880 and max(counts) < 1120, counts
