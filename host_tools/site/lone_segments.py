"""The segments of the traffic system that have no pole beside them: most likely their coordinates are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import ceil

from host_tools.site.door_files import Segment
from host_tools.site.model import Site
from host_tools.site.near_places import Net, Place, distance_m
from host_tools.site.summary import SHOWN

REACH_M = 250.0  # more than the furthest that a segment's poles may stand


def lone_segments(site: Site) -> Iterator[str]:
    """A warning for each of the first of them."""
    if not site.doors.segments:
        return
    places = [(pole.latitude, pole.longitude) for pole in site.poles]
    net = Net(REACH_M, site.latitude)
    for number, place in enumerate(places):
        net.add(number, place)
    lone = [one for one in site.doors.segments.values() if not _has_pole(one, places, net)]
    for one in lone[:SHOWN]:
        yield f"segment {one.id} has no pole within {one.metres:g} m of its line: its level would light nothing"
    if len(lone) > SHOWN:
        yield f"{len(lone) - SHOWN} more segments have no pole beside their lines"


def _has_pole(segment: Segment, places: list[Place], net: Net) -> bool:
    near = segment.metres * 1.2  # its line is looked at from points on it
    for point in _along(segment):
        if any(distance_m(point, places[number]) <= near for number in net.around(point)):
            return True
    return False


def _along(segment: Segment) -> Iterator[Place]:
    """Points on its line, as far from each other as its poles may stand from it."""
    for (east, north), (east2, north2) in pairwise(segment.line):
        steps = max(1, ceil(distance_m((north, east), (north2, east2)) / segment.metres))
        for step in range(steps + 1):
            yield north + (north2 - north) * step / steps, east + (east2 - east) * step / steps
