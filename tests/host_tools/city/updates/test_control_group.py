"""The comparison of updated poles with the others: known numbers, and how often it halts a sound release."""

from __future__ import annotations

import random
from math import comb, isclose

import pytest

from host_tools.city.updates.control_group import FALSE_HALTS, Compared, allowed, chance, worse


@pytest.mark.parametrize(
    ("seen", "probability"),
    [
        (Compared(4, 4, 0, 4), 1 / 70),  # Fisher's lady tasting tea: all eight cups right
        (Compared(3, 4, 1, 4), 17 / 70),  # and one pair of them wrong
        (Compared(3, 3, 0, 197), 1 / comb(200, 3)),
        (Compared(2, 3, 0, 197), 3 / comb(200, 2)),
        (Compared(1, 3, 0, 197), 3 / 200),
        (Compared(0, 10, 5, 100), 1.0),
        (Compared(10, 10, 0, 0), 1.0),  # nobody to compare with
        (Compared(5, 5, 100, 100), 1.0),  # all are faulty: a storm
        (Compared(0, 0, 3, 100), 1.0),
    ],
)
def test_the_probability_is_fishers(seen: Compared, probability: float) -> None:
    assert isclose(chance(seen), probability, rel_tol=1e-9)


def test_two_of_three_poles_of_a_first_wave_are_enough_and_one_is_not() -> None:
    assert worse(Compared(2, 3, 0, 197), 1)
    assert not worse(Compared(1, 3, 0, 197), 1)
    assert not worse(Compared(1, 1, 0, 100_000), 1)  # one may always be chance, however improbable
    assert not worse(Compared(3, 3, 3, 3), 1)


def test_a_large_city_does_not_overflow() -> None:
    assert worse(Compared(400, 5_000, 500, 15_000), 8)
    assert not worse(Compared(130, 5_000, 370, 15_000), 1)


def test_all_looks_together_may_halt_one_sound_release_in_a_hundred() -> None:
    assert isclose(sum(allowed(look) for look in range(1, 100_000)), FALSE_HALTS, rel_tol=1e-4)


@pytest.mark.parametrize("by_feeder", [False, True])
def test_how_often_a_sound_release_is_halted(by_feeder: bool) -> None:
    """200 poles of 10 feeders, 12 looks; new faults come alone, or now and then to all of a feeder's poles alike."""
    draw, halted, lives = random.Random(18), 0, 1500
    for _ in range(lives):
        updated, faulty = set(draw.sample(range(200), 3)), set[int]()
        for look in range(1, 13):
            if look in (4, 7, 10):
                updated |= set(range({4: 10, 7: 50, 10: 120}[look]))
            if by_feeder and draw.random() < 0.1:
                feeder = draw.randrange(10)
                faulty |= {pole for pole in range(200) if pole % 10 == feeder}
            faulty |= {pole for pole in range(200) if draw.random() < 0.004}
            seen = Compared(len(faulty & updated), len(updated), len(faulty - updated), 200 - len(updated))
            if worse(seen, look):
                halted += 1
                break
    assert halted / lives <= FALSE_HALTS


@pytest.mark.parametrize(("share", "least"), [(0.5, 0.9), (0.2, 0.6)])
def test_how_often_a_release_that_makes_poles_faulty_is_halted(share: float, least: float) -> None:
    """*share* of the updated poles become faulty, beside 1 in 100 of all: seen in the wave of 5 or of 25 percent."""
    draw, halted, lives = random.Random(7), 0, 400
    for _ in range(lives):
        for look, updated in enumerate((3, 10, 50), 1):
            of_them = sum(draw.random() < share for _ in range(updated))
            of_others = sum(draw.random() < 0.01 for _ in range(200 - updated))
            if worse(Compared(of_them, updated, of_others, 200 - updated), look):
                halted += 1
                break
    assert halted / lives >= least
