"""Areas on the ground, as other systems draw them: polygons, circles and lines, checked and laid into one plane.

GeoJSON (RFC 7946) gives longitude first, CAP 1.2 latitude first, so each has a reader of its own.  The plane has its
origin at the site: metres to the east and to the north, good to a thousandth within 100 km.  It has no edge at the
180th meridian: a longitude is laid where it is nearest to the site, and a line from one point to the next goes the
shorter way round.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from host_tools.language.refusal import Refusal
from host_tools.text import quoted

MOST_POINTS = 10_000
MOST_RADIUS_M = 50_000
DEGREE_M = 111_195.0  # of latitude, on a sphere of 6371 km


@dataclass(frozen=True)
class Plane:
    """The plane whose origin is *latitude* and *longitude* (degrees north and east)."""

    latitude: float
    longitude: float

    def ring(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """The (latitude, longitude) *points* of one line, in metres east and north."""
        scale = DEGREE_M * max(1e-6, math.cos(math.radians(self.latitude)))
        out, before = [], self.longitude
        for latitude, longitude in points:
            before = longitude + 360 * round((before - longitude) / 360)
            out.append(((before - self.longitude) * scale, (latitude - self.latitude) * DEGREE_M))
        return out

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        return self.ring([(latitude, longitude)])[0]

    def degrees(self, east: float, north: float) -> tuple[float, float]:
        """The latitude and longitude of a point of the plane."""
        scale = DEGREE_M * max(1e-6, math.cos(math.radians(self.latitude)))
        return self.latitude + north / DEGREE_M, (self.longitude + east / scale + 180) % 360 - 180


def geojson(plane: Plane, value: Any, name: str = "polygon") -> BaseGeometry:
    """The area of a GeoJSON Polygon or MultiPolygon, longitude first.  Raises CommandError."""
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind == "Feature":
        return geojson(plane, value.get("geometry"), name)
    if kind not in ("Polygon", "MultiPolygon"):
        raise Refusal("commands.area_type", name=name, kind=quoted(kind, 30))
    parts = value.get("coordinates")
    if kind == "Polygon":
        parts = [parts]
    if not isinstance(parts, list) or not parts or not all(isinstance(part, list) and part for part in parts):
        raise Refusal("commands.area_no_ring", name=name)
    _bound_points(parts, name)
    areas = []
    for part in parts:
        rings = [[_position(one, name, longitude_first=True) for one in _listed(ring, name)] for ring in part]
        areas.append(_polygon(plane, rings, name))
    return areas[0] if len(areas) == 1 else shapely.union_all(areas)  # parts may touch, as at the 180th meridian


def cap_polygon(plane: Plane, text: str) -> BaseGeometry:
    """The area of a `polygon` of CAP 1.2: `latitude,longitude` pairs with blanks between.  Raises CommandError."""
    pairs = text.split()
    if len(pairs) > MOST_POINTS:
        raise Refusal("commands.area_points", many=len(pairs), most=MOST_POINTS)
    return _polygon(plane, [[_position(_numbers(pair, "polygon"), "polygon", False) for pair in pairs]], "polygon")


def cap_circle(plane: Plane, text: str) -> BaseGeometry:
    """The area of a `circle` of CAP 1.2: `latitude,longitude kilometres`.  Raises CommandError."""
    middle, _, radius = text.strip().partition(" ")
    latitude, longitude = _position(_numbers(middle, "circle"), "circle", False)
    kilometres = _numbers(radius.strip(), "circle")
    if len(kilometres) != 1:
        raise Refusal("commands.area_circle", value=quoted(text, 40))
    return circle(plane, latitude, longitude, kilometres[0] * 1000)


def circle(plane: Plane, latitude: Any, longitude: Any, radius_m: Any) -> BaseGeometry:
    """The area within *radius_m* metres.  Raises CommandError."""
    north, east = _position([latitude, longitude], "circle", False)
    return Point(plane.place(north, east)).buffer(_metres(radius_m, "radiusM"), quad_segs=64)


def corridor(plane: Plane, value: Any, width_m: Any, name: str = "segment") -> BaseGeometry:
    """The area within *width_m* metres of a GeoJSON LineString, longitude first.  Raises CommandError."""
    points = value.get("coordinates") if isinstance(value, Mapping) and value.get("type") == "LineString" else None
    if not isinstance(points, list) or len(points) < 2:
        raise Refusal("commands.area_line", name=name)
    _bound_points([[points]], name)
    line = LineString(plane.ring([_position(one, name, longitude_first=True) for one in points]))
    return line.buffer(_metres(width_m, "widthM"))


def _polygon(plane: Plane, rings: Sequence[Sequence[tuple[float, float]]], name: str) -> BaseGeometry:
    laid = []
    for ring in rings:
        if len(set(ring)) < 3:
            raise Refusal("commands.area_ring", name=name, many=len(set(ring)))
        line = plane.ring([*ring, ring[0]])
        if abs(line[-1][0] - line[0][0]) > 1:
            raise Refusal("commands.area_round", name=name)
        laid.append(line[:-1])
    return _sound(plane, Polygon(laid[0], laid[1:]), name)


def _sound(plane: Plane, area: BaseGeometry, name: str) -> BaseGeometry:
    if not area.is_valid:
        said = explain_validity(area)
        where = said.partition("[")[2].rstrip("]").split()
        kind = "Self-intersection" if "Self-intersection" in said else said.partition("[")[0].lower()
        crosses = kind == "Self-intersection"
        if len(where) == 2:
            north, east = plane.degrees(float(where[0]), float(where[1]))
            at = {"latitude": f"{north:.5f}", "longitude": f"{east:.5f}"}
            if crosses:
                raise Refusal("commands.area_crosses_at", name=name, **at)
            raise Refusal("commands.area_invalid_at", name=name, kind=kind, **at)
        if crosses:
            raise Refusal("commands.area_crosses", name=name)
        raise Refusal("commands.area_invalid", name=name, kind=kind)
    if area.area < 1:
        raise Refusal("commands.area_small", name=name, metres=f"{area.area:.2f}")
    shapely.prepare(area)
    return area


def _position(value: Any, name: str, longitude_first: bool) -> tuple[float, float]:
    """(latitude, longitude) of one position."""
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= 3:
        order = "[longitude, latitude]" if longitude_first else "latitude,longitude"
        raise Refusal("commands.area_position", name=name, value=quoted(str(value), 40), order=order)
    first, second = value[:2]
    latitude, longitude = (second, first) if longitude_first else (first, second)
    for what, number, most in (("latitude", latitude, 90), ("longitude", longitude, 540 if longitude_first else 180)):
        if isinstance(number, bool) or not isinstance(number, int | float) or not -most <= number <= most:
            values = {"name": name, "value": quoted(number, 30), "most": most}
            note = "_first" if longitude_first and what == "latitude" else ""
            raise Refusal(f"commands.area_{what}{note}", **values)
    return float(latitude), float(longitude)


def _numbers(text: str, name: str) -> list[float]:
    try:
        return [float(one) for one in text.split(",")]
    except ValueError:
        raise Refusal("commands.area_numbers", name=name, value=quoted(text, 40)) from None


def _metres(value: Any, name: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value <= MOST_RADIUS_M:
        raise Refusal("commands.area_metres", name=name, value=quoted(value, 30), most=MOST_RADIUS_M)
    return float(value)


def _listed(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise Refusal("commands.area_listed", name=name, value=quoted(str(value), 30))
    return value


def _bound_points(parts: list[Any], name: str) -> None:
    count = sum(len(ring) for part in parts for ring in part if isinstance(ring, list))
    if count > MOST_POINTS:
        raise Refusal("commands.area_positions", name=name, many=count, most=MOST_POINTS)
