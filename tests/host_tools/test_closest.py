"""A name that is not there is told from one that a person may have meant."""

from __future__ import annotations

import pytest

from host_tools.closest import closest, near

MANY = [f"P{number:04d}" for number in range(6000)]


@pytest.mark.parametrize(
    ("name", "names", "found"),
    [
        ("Market", ["market", "main-road"], ["market"]), ("makret", ["market", "main-road"], ["market"]),
        ("zzz", ["market"], []), ("lampfailure", ["lampFailure", "relayFailure"], ["lampFailure"]), ("x", [], []),
        ("p0003", MANY, ["P0003"]), ("P003", MANY, []),
    ],
)  # fmt: skip
def test_near(name: str, names: list[str], found: list[str]) -> None:
    assert near(name, names) == found


def test_few_names_are_all_said_and_of_many_the_closest_or_some() -> None:
    assert closest("zzz", ["b", "a"]) == ": a, b"
    assert closest("makret", [*MANY[:20], "market"]) == ", such as 'market'"
    assert closest("zzz", MANY) == ": P0000, P0001, P0002, P0003, P0004, P0005, P0006, P0007 ... P5999 (6000 of them)"
