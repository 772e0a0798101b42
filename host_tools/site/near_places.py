"""Finds places that lie close together, without comparing each with each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, floor, hypot, radians

METRES_PER_DEGREE = 111_320.0

Place = tuple[float, float]  # degrees north and east


def distance_m(one: Place, other: Place) -> float:
    """Metres between two places that are at most some kilometres apart."""
    north = (one[0] - other[0]) * METRES_PER_DEGREE
    return hypot(north, (one[1] - other[1]) * METRES_PER_DEGREE * cos(radians(one[0])))


class Net:
    """Places in cells of *reach_m* metres; ``around`` gives those that may lie within that reach."""

    def __init__(self, reach_m: float, middle: float) -> None:
        """*middle*: degrees north of the places, at which a degree east is as long as everywhere among them."""
        self.reach_m = reach_m
        self._north = METRES_PER_DEGREE / reach_m
        self._east = self._north * max(cos(radians(middle)), 0.01)
        self._cells: dict[tuple[int, int], list[int]] = {}

    def add(self, number: int, place: Place) -> None:
        """Put the place called *number* into the net."""
        self._cells.setdefault(self._cell(place), []).append(number)

    def around(self, place: Place) -> Iterator[int]:
        """The numbers of all that are within reach of *place*, and of some a little further."""
        row, column = self._cell(place)
        for down in (row - 1, row, row + 1):
            for across in (column - 1, column, column + 1):
                yield from self._cells.get((down, across), ())

    def _cell(self, place: Place) -> tuple[int, int]:
        return floor(place[0] * self._north), floor(place[1] * self._east)


def close_pairs(places: Sequence[Place], reach_m: float = 1.0) -> list[tuple[int, int]]:
    """Each place that has an earlier one within *reach_m*, with the first of these: indices (earlier, later)."""
    if not places:
        return []
    net = Net(reach_m, places[0][0])
    pairs = []
    for number, place in enumerate(places):
        close = [other for other in net.around(place) if distance_m(places[other], place) <= reach_m]
        if close:
            pairs.append((min(close), number))
        net.add(number, place)
    return pairs
