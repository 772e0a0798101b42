"""The areas of alerts as agencies write them."""

from __future__ import annotations

import time

import pytest

from host_tools.city.commands.area import Plane
from host_tools.city.commands.cap_area import cap_areas, exchanged

PLANE = Plane(23.84, 78.74)
SQUARE = "23.83,78.73 23.83,78.75 23.85,78.75 23.85,78.73"
KM2 = 2.224 * 2.034


@pytest.mark.parametrize(
    "text",
    [
        SQUARE,  # not closed
        SQUARE + " 23.83,78.73",
        SQUARE + " 23.83,78.73 23.83,78.73",  # closed twice (meteoalarm)
        "\n  23.83,78.73\n23.83,78.75\t23.85,78.75   23.85,78.73\n",
        "23.83, 78.73 23.83, 78.75 23.85, 78.75 23.85, 78.73",
        "23.83,78.73,310 23.83,78.75,310 23.85,78.75,310 23.85,78.73,310",  # with a height
        "23.83,78.73;23.83,78.75;23.85,78.75;23.85,78.73",
        "+23.830000,+78.730000 23.83,78.75 23.85,78.75 23.85,78.73",
    ],
)
def test_a_polygon_is_taken_as_it_comes(text: str) -> None:
    area, wrong = cap_areas(PLANE, [text], [])
    assert area is not None and not wrong
    assert area.area / 1e6 == pytest.approx(KM2, rel=0.01)


def test_a_ring_that_crosses_itself_is_what_it_encloses() -> None:
    area, wrong = cap_areas(PLANE, ["23.83,78.73 23.85,78.75 23.83,78.75 23.85,78.73"], [])
    assert area is not None and not wrong
    assert area.area / 1e6 == pytest.approx(KM2 / 2, rel=0.01)


def test_several_areas_are_one_and_what_is_none_is_said() -> None:
    area, wrong = cap_areas(
        PLANE, [SQUARE, "23.83,78.73 23.83,78.75", "123.83,78.73 23.9,78.7 23.9,78.8"],
        ["23.84,78.74 0", "23.84,78.74 200", "23.84 78.74 1", "23.84,78.74 -1"],
    )  # fmt: skip
    assert area is not None and area.area / 1e6 == pytest.approx(3.1416 * 200**2, rel=0.01)
    assert wrong == [
        "polygon '23.83,78.73 23.83,78.75' has 2 different points and must have three at least",
        "polygon has 123.83,78.73 and must have latitude,longitude in degrees",
        "circle '23.84 78.74 1' must be latitude,longitude kilometres",
        "circle '23.84,78.74 -1' must be latitude,longitude kilometres",
    ]
    assert cap_areas(PLANE, [], []) == (None, [])


def test_latitude_and_longitude_are_exchanged() -> None:
    assert exchanged(["78.73,23.83 78.75,23.83"]) == ["23.83,78.73 23.83,78.75"]


@pytest.mark.parametrize("text", ["1" * 250_000, "1 " * 120_000, "1," * 120_000, " " * 250_000, "1.1" * 80_000])
def test_a_hostile_polygon_takes_no_time(text: str) -> None:
    began = time.process_time()
    assert cap_areas(PLANE, [text], [text])[0] is None
    assert time.process_time() - began < 2
