"""The small map of the public page, drawn without a script: the poles of a ward, of a street, or near a place; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from host_tools.site.model import Pole
from host_tools.site.near_places import METRES_PER_DEGREE, Place, distance_m
from host_tools.text import text

NEAR_M, MOST = 200.0, 150
APART = 27.0  # pixels between two poles, so that a finger meets one
MARGIN, SMALLEST, LARGEST = 24.0, 320.0, 4000.0
GAP_M = 120.0  # between two poles that a line of the street joins


@dataclass(frozen=True)
class Dot:
    name: str
    called: str
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    """In pixels; *here*: the place that was asked for."""

    width: float
    height: float
    dots: tuple[Dot, ...]
    lines: tuple[tuple[float, float, float, float], ...]
    here: tuple[float, float] | None = None


def near(poles: Sequence[Pole], place: Place) -> list[Pole]:
    """Those of *poles* within NEAR_M of *place*, the nearest first, MOST at most."""
    away = [(distance_m(place, (one.latitude, one.longitude)), one.name, one) for one in poles]
    return [one for metres, _name, one in sorted(away, key=lambda each: each[:2]) if metres <= NEAR_M][:MOST]


def picture(poles: Sequence[Pole], here: Place | None = None) -> Picture | None:
    """Of *poles*, MOST at most; None without one."""
    shown = list(poles)[:MOST]
    if not shown:
        return None
    middle = math.cos(math.radians(shown[0].latitude)) * METRES_PER_DEGREE
    each = [(one.longitude * middle, -one.latitude * METRES_PER_DEGREE) for one in shown]
    more = [*each, (here[1] * middle, -here[0] * METRES_PER_DEGREE)] if here else each
    west, north = min(x for x, _y in more), min(y for _x, y in more)
    span = max(max(x for x, _y in more) - west, max(y for _x, y in more) - north, 1.0)
    gaps = sorted(math.dist(a, b) for place, a in enumerate(each) for b in each[:place])
    gap = next((one for one in gaps if one > 1), span)  # two at one place stay at one place
    scale = min(max(APART / gap, (SMALLEST - 2 * MARGIN) / span), (LARGEST - 2 * MARGIN) / span)
    at = [(round(MARGIN + (x - west) * scale, 1), round(MARGIN + (y - north) * scale, 1)) for x, y in more]
    dots = tuple(Dot(one.name, text(one.called, 60), *spot) for one, spot in zip(shown, at, strict=False))
    lines = tuple(
        (*at[number - 1], *at[number])
        for number in range(1, len(shown))
        if shown[number].feeder == shown[number - 1].feeder and math.dist(each[number - 1], each[number]) <= GAP_M
    )
    width, height = max(x for x, _y in at) + MARGIN, max(y for _x, y in at) + MARGIN
    return Picture(round(width, 1), round(height, 1), dots, lines, at[-1] if here else None)
