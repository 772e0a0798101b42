"""Noise that depends on nothing but its seed, its name and the time."""

from itertools import pairwise
from statistics import mean, pstdev

from simulator.plant import noise
from simulator.plant.heat import Heat


def test_the_same_question_has_the_same_answer_in_any_order() -> None:
    stream = noise.key(7, "P0001", "voltage")
    forward = [noise.normal(stream, step) for step in range(50)]
    assert [noise.normal(stream, step) for step in reversed(range(50))] == forward[::-1]
    assert noise.key(7, "P0001", "voltage") == stream


def test_seed_pole_and_quantity_each_give_another_stream() -> None:
    streams = {noise.key(7, "P0001", "voltage"), noise.key(8, "P0001", "voltage"), noise.key(7, "P0002", "voltage")}
    streams |= {noise.key(7, "P0001", "current"), noise.key(7, "P0001v", "oltage")}
    assert len(streams) == 5
    assert len({noise.bits(stream, 0) for stream in streams}) == 5


def test_the_values_do_not_change_between_versions() -> None:
    assert noise.bits(0, 1) == 16294208416658607535  # the published first output of SplitMix64 seeded with 0


def test_normal_noise_is_normal_and_uniform_noise_is_uniform() -> None:
    stream = noise.key(1, "x")
    values = [noise.normal(stream, step) for step in range(20_000)]
    assert abs(mean(values)) < 0.03
    assert abs(pstdev(values) - 1) < 0.02
    assert 0.0015 < sum(abs(value) > 3 for value in values) / len(values) < 0.0040  # 0.27 % of a normal spread
    even = [noise.uniform(stream, step) for step in range(20_000)]
    assert min(even) > 0 and max(even) < 1
    assert abs(mean(even) - 0.5) < 0.01


def test_smooth_noise_moves_slowly_and_keeps_its_spread() -> None:
    stream = noise.key(1, "drift")
    values = [noise.smooth(stream, step * 1000, 100_000) for step in range(100_000)]
    assert abs(pstdev(values) - 1) < 0.08
    assert max(abs(a - b) for a, b in pairwise(values)) < 0.15


def test_three_from_one_hash_are_normal_and_know_nothing_of_each_other() -> None:
    drawn = [noise.three(noise.key(1, "x"), step) for step in range(20_000)]
    for values in zip(*drawn, strict=True):
        assert abs(mean(values)) < 0.03 and abs(pstdev(values) - 1) < 0.02
    assert abs(mean(a * b for a, b, _c in drawn)) < 0.03 and abs(mean(b * c for _a, b, c in drawn)) < 0.03


def test_smooth_noise_is_the_same_forwards_backwards_and_from_its_class() -> None:
    stream = noise.key(1, "drift")
    times = [*range(-5000, 5000, 37), 3, -17, 40_000]
    kept = noise.Smooth(stream, 1000)
    for now in (*times, *reversed(times)):
        assert abs(kept.at(now) - noise.smooth(stream, now, 1000)) < 1e-12


def test_heat_follows_its_target_with_its_time_constant() -> None:
    heat = Heat(600, 0.0)
    heat.follow(1.0, 0)
    assert abs(heat.at(600_000) - 0.632) < 0.001
    heat.follow(0.0, 600_000)
    assert abs(heat.at(1_200_000) - 0.632 * 0.368) < 0.001
    assert heat.at(10**9) < 1e-9
