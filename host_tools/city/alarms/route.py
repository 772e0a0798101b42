"""The order in which a crew drives from pole to pole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import cos, hypot, radians

EARTH_M = 6_371_000
MOST_STARTS = 24  # of poles that are tried as the first
MOST_TURNS = 120  # poles of a way that is made shorter by turning parts of it round

Place = tuple[float, float]  # degrees north and east


def route(places: Mapping[str, Place], start: Place | None = None) -> tuple[list[str], int]:
    """The names of *places* in driving order from *start* (None: from the best of them), and metres as the crow flies.

    To the nearest that is left each time; then parts are turned round while that makes the way shorter (2-opt).  The
    way ends at its last place.
    """
    if not places:
        return [], 0
    names = sorted(places)
    north = sum(places[name][0] for name in names) / len(names)
    points = [_flat(places[name], north) for name in names]
    if start is not None:
        points.append(_flat(start, north))
        best = _shorter(points, _nearest(points, len(names)))
        return [names[place] for place in best[1:]], round(_metres(points, best))
    step = max(1, len(names) // MOST_STARTS)
    ways = [_shorter(points, _nearest(points, first)) for first in range(0, len(names), step)]
    best = min(ways, key=lambda way: _metres(points, way))
    return [names[place] for place in best], round(_metres(points, best))


def _flat(place: Place, north: float) -> tuple[float, float]:
    return radians(place[0]) * EARTH_M, radians(place[1]) * EARTH_M * cos(radians(north))


def _nearest(points: Sequence[tuple[float, float]], first: int) -> list[int]:
    way, left = [first], set(range(len(points))) - {first}
    while left:
        here = points[way[-1]]
        way.append(min(left, key=lambda one: (hypot(points[one][0] - here[0], points[one][1] - here[1]), one)))
        left.remove(way[-1])
    return way


def _shorter(points: Sequence[tuple[float, float]], way: list[int]) -> list[int]:
    """*way* with parts turned round while that saves more than a centimetre; the first place stays the first."""

    def between(one: int, other: int) -> float:
        return hypot(points[one][0] - points[other][0], points[one][1] - points[other][1])

    better = 2 < len(way) <= MOST_TURNS
    while better:
        better = False
        for low in range(1, len(way) - 1):
            for high in range(low + 1, len(way)):
                now, then = between(way[low - 1], way[low]), between(way[low - 1], way[high])
                if high + 1 < len(way):
                    now += between(way[high], way[high + 1])
                    then += between(way[low], way[high + 1])
                if then < now - 0.01:
                    way[low : high + 1] = way[low : high + 1][::-1]
                    better = True
    return way


def _metres(points: Sequence[tuple[float, float]], way: Sequence[int]) -> float:
    pairs = pairwise(way)
    return sum(hypot(points[one][0] - points[other][0], points[one][1] - points[other][1]) for one, other in pairs)
