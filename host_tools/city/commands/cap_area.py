"""The areas of an alert of CAP 1.2 as agencies really write them, latitude first, laid into the site's plane; pure.

Taken: rings that are not closed, that cross themselves or come twice, blanks and line feeds anywhere, a third number
for the height, circles larger than a city.  What makes no area is left out, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from host_tools.city.commands.area import MOST_POINTS, Plane
from host_tools.text import quoted

MOST_AREAS = 1000
MOST_KM = 20_000
_DEGREES = r"[-+]?\d{1,3}(?:\.\d{0,20})?"  # of so few digits: a text of 256 KiB is read in one go
_PAIR = re.compile(rf"(?<![\w.])({_DEGREES})\s*,\s*({_DEGREES})(?:\s*,\s*[-+]?\d{{1,5}}(?:\.\d{{0,20}})?)?(?![\w.])")
_CIRCLE = re.compile(rf"\s*({_DEGREES})\s*,\s*({_DEGREES})(?:\s+|\s*,\s*)(\d{{1,5}}(?:\.\d{{0,20}})?)\s*")


def cap_areas(
    plane: Plane, polygons: Iterable[str], circles: Iterable[str]
) -> tuple[BaseGeometry | None, list[str]]:  # fmt: skip
    """(the area of all *polygons* and *circles*, None where there is none; a sentence for each that was left out)."""
    parts: list[BaseGeometry] = []
    wrong: list[str] = []
    for read, texts in ((_polygon, polygons), (_circle, circles)):
        for text in texts:
            if len(parts) == MOST_AREAS:
                return shapely.union_all(parts), [*wrong, f"it has more than {MOST_AREAS} areas"]
            found = read(plane, text)
            if isinstance(found, str):
                wrong.append(found)
            else:
                parts.append(found)
    if not parts:
        return None, wrong
    area = parts[0] if len(parts) == 1 else shapely.union_all(parts)
    shapely.prepare(area)
    return area, wrong


def exchanged(texts: Iterable[str]) -> list[str]:
    """Polygons *texts* with latitude and longitude exchanged, as who has GeoJSON in mind writes them."""
    return [" ".join(f"{second},{first}" for first, second in _PAIR.findall(text)) for text in texts]


def _polygon(plane: Plane, text: str) -> BaseGeometry | str:
    pairs = [(float(one), float(other)) for one, other in _PAIR.findall(text)]
    if len(set(pairs)) < 3:
        return f"polygon {quoted(text, 40)} has {len(set(pairs))} different points and must have three at least"
    if len(pairs) > MOST_POINTS:
        return f"a polygon has {len(pairs)} points and must have at most {MOST_POINTS}"
    if wrong := _off_the_earth(pairs):
        return f"polygon {wrong}"
    ring = plane.ring(pairs)
    area = Polygon(ring)
    if not area.is_valid:  # it crosses itself: what it encloses either way
        area = shapely.make_valid(area)
    flat = [one for one in getattr(area, "geoms", [area]) if one.area > 0]
    return shapely.union_all(flat) if flat else f"polygon {quoted(text, 40)} covers nothing"


def _circle(plane: Plane, text: str) -> BaseGeometry | str:
    found = _CIRCLE.fullmatch(text)
    if found is None:
        return f"circle {quoted(text, 40)} must be latitude,longitude kilometres"
    latitude, longitude, kilometres = (float(one) for one in found.groups())
    if wrong := _off_the_earth([(latitude, longitude)]):
        return f"circle {wrong}"
    if not 0 <= kilometres <= MOST_KM:
        return f"circle {quoted(text, 40)} must have 0 to {MOST_KM} km"
    return Point(plane.place(latitude, longitude)).buffer(max(kilometres * 1000, 1.0), quad_segs=64)


def _off_the_earth(pairs: Iterable[tuple[float, float]]) -> str:
    for latitude, longitude in pairs:
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return f"has {latitude:g},{longitude:g} and must have latitude,longitude in degrees"
    return ""
