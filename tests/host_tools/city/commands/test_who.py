"""Whom an order is for: what is drawn on a map, and what is drawn wrongly."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.commands.who import FORMS, Directory
from host_tools.errors import CommandError
from host_tools.site.model import Pole

LATITUDE, LONGITUDE = 23.84, 78.74


def pole(name: str, latitude: float, longitude: float, ward: str = "W1", feeder: str = "F1") -> Pole:
    return Pole(name, latitude, longitude, ward, "Z1", feeder, "main-road", "led-150", "b")


# a grid of 10 x 10, a thousandth of a degree apart: P00 is at the south-west corner, P90 at the north-west
GRID = [
    pole(f"P{row}{column}", LATITUDE + row / 1000, LONGITUDE + column / 1000, f"W{row // 5}", f"F{column}")
    for row in range(10) for column in range(10)
]  # fmt: skip
CITY = Directory(GRID, LATITUDE, LONGITUDE, {"X1": ["W0", "extra"]})


def ring(*points: tuple[float, float]) -> list[list[float]]:
    """Of (row, column) of the grid, longitude first."""
    return [[LONGITUDE + column / 1000, LATITUDE + row / 1000] for row, column in points]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"polygon": {"type": "Polygon", "coordinates": list(rings)}}


SQUARE = ring((-0.5, -0.5), (-0.5, 2.5), (2.5, 2.5), (2.5, -0.5), (-0.5, -0.5))


def test_a_square_and_one_with_a_hole() -> None:
    assert len(CITY.find(polygon(SQUARE))) == 9
    hole = ring((0.5, 0.5), (0.5, 1.5), (1.5, 1.5), (1.5, 0.5), (0.5, 0.5))
    assert set(CITY.find(polygon(SQUARE))) - set(CITY.find(polygon(SQUARE, hole))) == {"P11"}


def test_several_polygons_a_feature_and_a_ring_that_is_not_closed() -> None:
    other = ring((6.5, 6.5), (6.5, 7.5), (7.5, 7.5), (7.5, 6.5))
    many = {"type": "MultiPolygon", "coordinates": [[SQUARE], [other]]}
    assert len(CITY.find({"polygon": {"type": "Feature", "properties": {}, "geometry": many}})) == 10


def test_poles_on_the_edge_count() -> None:
    assert len(CITY.find(polygon(ring((0, 0), (0, 9), (9, 9), (9, 0), (0, 0))))) == 100


def test_cap_has_the_latitude_first_and_geojson_the_longitude() -> None:
    text = " ".join(f"{latitude},{longitude}" for longitude, latitude in SQUARE)
    assert CITY.find({"capPolygon": text}) == CITY.find(polygon(SQUARE))
    assert CITY.find({"capCircle": f"{LATITUDE},{LONGITUDE} 0.05"}) == ["P00"]


def test_exchanged_coordinates_are_recognised() -> None:
    exchanged = [[latitude, longitude] for longitude, latitude in SQUARE]
    with pytest.raises(CommandError, match="would hold 9 if latitude and longitude were exchanged"):
        CITY.find(polygon(exchanged))


def test_a_circle_in_metres() -> None:
    around = {"latitude": LATITUDE, "longitude": LONGITUDE, "radiusM": 112}
    assert set(CITY.find({"circle": around})) == {"P00", "P01", "P10"}


def test_a_segment_takes_the_poles_beside_it() -> None:
    line = {"type": "LineString", "coordinates": ring((4, -1), (4, 4.4))}
    assert CITY.find({"segment": line}) == ["P40", "P41", "P42", "P43", "P44"]
    assert len(CITY.find({"segment": line, "widthM": 120})) == 16


def test_names_groups_wards_and_feeders() -> None:
    assert CITY.find({"poles": ["P11", "P00", "P11"]}) == ["P11", "P00"]
    assert len(CITY.find({"ward": "W0"})) == 51
    assert len(CITY.find({"feeder": "F3"})) == 10
    assert CITY.find({"group": "extra"}) == ["X1"]
    assert len(CITY.find({"all": True})) == 101


def test_the_180th_meridian_is_no_edge() -> None:
    fiji = [pole("west", -16.8, 179.999), pole("east", -16.8, -179.999), pole("far", -16.8, 179.0)]
    there = Directory(fiji, -16.8, 180.0)
    for east in (180.01, -179.99):
        box = [[179.99, -16.9], [east, -16.9], [east, -16.7], [179.99, -16.7], [179.99, -16.9]]
        assert there.find(polygon(box)) == ["west", "east"]
    halves = [
        [[[a, -16.9], [b, -16.9], [b, -16.7], [a, -16.7], [a, -16.9]]] for a, b in ((179.99, 180), (-180, -179.99))
    ]
    assert there.find({"polygon": {"type": "MultiPolygon", "coordinates": halves}}) == ["west", "east"]
    assert there.find({"circle": {"latitude": -16.8, "longitude": -180, "radiusM": 500}}) == ["west", "east"]
    assert there.find({"capPolygon": "-16.9,179.99 -16.9,-179.99 -16.7,-179.99 -16.7,179.99"}) == ["west", "east"]


BOW = ring((0, 0), (2, 2), (2, 0), (0, 2), (0, 0))


@pytest.mark.parametrize(("scope", "why"), [
    ({}, "exactly one of"), ({"group": "W0", "all": True}, "exactly one of"), ({"all": 1}, "all is 1 and must be true"),
    ({"all": True, "widthM": 3}, "'widthM' is not a field"), ({"poles": []}, "poles must be a list"),
    ({"poles": ["P99", "P999"]}, "'P999' is no pole of this site"), ({"poles": [7]}, "7 is no pole"),
    ({"group": "W00"}, "'W00' is no group of this site"), ({"ward": "F3"}, "'F3' is no ward"),
    ({"feeder": None}, "None is no feeder"),
    (polygon(BOW), "polygon crosses itself near latitude 23.841"),
    (polygon(SQUARE, ring((5, 5), (5, 6), (6, 6), (5, 5))), "polygon is not valid (hole lies outside shell)"),
    (polygon(ring((0, 0), (1, 1), (0, 0))), "2 different points and must have three"),
    (polygon(ring((0, 0), (1, 1), (2, 2), (0, 0))), "polygon"),
    (polygon(), "no ring"), (polygon([]), "polygon"), ({"polygon": None}, "polygon.type is None"),
    ({"polygon": {"type": "Point", "coordinates": [1, 2]}}, "polygon.type is 'Point'"),
    ({"polygon": {"type": "Polygon", "coordinates": {"a": 1}}}, "polygon"),
    ({"polygon": {"type": "Polygon", "coordinates": [[1, 2, 3, 4]]}}, "has the position '1'"),
    (polygon([[78, 95], [79, 95], [79, 96], [78, 95]]), "the latitude 95 and must have -90 to 90 (GeoJSON"),
    (polygon([[78, math.nan], [79, 23], [79, 24], [78, 23]]), "the latitude nan"),
    (polygon([["78", 23], [79, 23], [79, 24], [78, 23]]), "the longitude '78'"),
    (polygon([[True, 23], [79, 23], [79, 24], [78, 23]]), "the longitude True"),
    (polygon([[10**400, 23], [79, 23], [79, 24], [78, 23]]), "the longitude"),
    (polygon([[0, 80], [120, 80], [-120, 80], [0, 80]]), "goes round a pole of the Earth"),
    (polygon([[78 + at / 1e6, 23] for at in range(10_001)]), "has 10001 positions"),
    (polygon(ring((40, 40), (40, 41), (41, 41), (40, 40))), "holds no pole of this site"),
    ({"capPolygon": "23.8,78.7 x"}, "polygon has 'x'"), ({"capPolygon": "78.7"}, "position"),
    ({"capPolygon": ""}, "0 different points"), ({"capPolygon": 5}, "must be text as in CAP"),
    ({"capCircle": "23.8,78.7"}, "circle"), ({"capCircle": "23.8,78.7 -1"}, "must be above 0"),
    ({"circle": {"latitude": 23.8, "longitude": 78.7}}, "must be an object with"),
    ({"circle": {"latitude": 23.8, "longitude": 78.7, "radiusM": 0}}, "radiusM is 0"),
    ({"circle": {"latitude": 23.8, "longitude": 78.7, "radiusM": math.inf}}, "radiusM is inf"),
    ({"segment": {"type": "LineString", "coordinates": [[78, 23]]}}, "two positions"),
    ({"segment": {"type": "LineString", "coordinates": [[78, 23], [78.1, 23]]}, "widthM": "wide"}, "widthM is 'wide'"),
])  # fmt: skip
def test_what_is_drawn_or_named_wrongly_is_one_sentence(scope: dict[str, Any], why: str) -> None:
    with pytest.raises(CommandError) as error:
        CITY.find(scope)
    assert why in str(error.value)
    assert "\n" not in str(error.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(FORMS),
    JSON, st.sampled_from(["", "Polygon", "MultiPolygon", "LineString"]),
)  # fmt: skip
def test_no_scope_is_a_traceback(form: str, value: Any, kind: str) -> None:
    scope = {form: {"type": kind, "coordinates": value} if kind else value}
    try:
        found = CITY.find(scope)
    except CommandError:
        return
    assert found


@settings(max_examples=60, deadline=None)
@given(st.floats(-60, 60), st.floats(-180, 180), st.floats(50, 5000), st.floats(0, 360))
def test_a_circle_holds_what_is_near_and_nothing_that_is_far_anywhere_on_earth(
    latitude: float, longitude: float, radius: float, bearing: float
) -> None:
    def at(metres: float) -> Pole:
        north = metres * math.cos(math.radians(bearing)) / 111_195
        east = metres * math.sin(math.radians(bearing)) / 111_195 / math.cos(math.radians(latitude))
        return pole(f"{metres}", latitude + north, (longitude + east + 180) % 360 - 180)

    here = Directory([at(radius * 0.99), at(radius * 1.01)], latitude, longitude)
    scope = {"circle": {"latitude": latitude, "longitude": longitude, "radiusM": radius}}
    assert here.find(scope) == [f"{radius * 0.99}"]


def test_a_site_without_files_knows_names_and_groups_only() -> None:
    there = Directory([], 0, 0, {"P1": ["W1"]})
    assert there.find({"group": "W1"}) == ["P1"]
    with pytest.raises(CommandError, match="holds no pole"):
        there.find(polygon(SQUARE))
