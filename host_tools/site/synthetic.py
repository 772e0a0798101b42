"""Synthetic poles beyond the end of `poles.csv`: streets of twenty around the site's place, the same ones each time.

They stand for no street of any city.  What a street looks like follows from its number alone, through an integer
hash, so a run with a thousand poles has the same first three hundred as a run with three hundred.
"""

from __future__ import annotations

from math import cos, pi, radians, sin

from host_tools.site.model import Pole, Site

PER_STREET = 20  # poles on one street, which is also one feeder
SPACING_M = 30.0
REACH_M = 6000.0  # streets start within this distance of the site's place
METRES_PER_DEGREE = 111_320.0


def fill(site: Site, count: int) -> list[Pole]:
    """*count* poles: the first of the site's own, and then synthetic ones called P0241 and so on by their number."""
    poles = list(site.poles[:count])
    taken = {pole.name for pole in poles}
    number = len(poles)
    while len(poles) < count:
        number += 1
        pole = pole_at(site, number)
        if pole.name not in taken:
            poles.append(pole)
    return poles


def pole_at(site: Site, number: int) -> Pole:
    """The synthetic pole *number* (1 is the first) of *site*."""
    street, place = divmod(number - 1, PER_STREET)
    bearing = _share(street, 1) * 2 * pi
    away, round_ = REACH_M * _share(street, 2) ** 0.5, _share(street, 3) * 2 * pi
    along = SPACING_M * place
    north = away * cos(round_) + along * cos(bearing)
    east = away * sin(round_) + along * sin(bearing)
    classes = list(site.road_classes) or ["street"]
    luminaires = list(site.luminaires)
    return Pole(
        name=f"P{number:04d}",
        latitude=round(site.latitude + north / METRES_PER_DEGREE, 6),
        longitude=round(site.longitude + east / METRES_PER_DEGREE / cos(radians(site.latitude)), 6),
        ward=f"W{street % 48 + 1:02d}",
        zone=f"Z{street // 16 + 1}",
        feeder=f"F{street + 1:02d}",
        road_class=classes[_hash(street, 4) % len(classes)],
        luminaire=luminaires[_hash(street, 5) % len(luminaires)],
        board=site.poles[0].board if site.poles else "virtual",
    )


def _share(number: int, salt: int) -> float:
    return _hash(number, salt) / 0x1_0000_0000


def _hash(number: int, salt: int) -> int:
    """32 well mixed bits of *number*: multiply by an odd constant and fold the high half down, three times."""
    value = (number * 8 + salt) & 0xFFFFFFFF
    for factor in (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35):
        value = (value + 1) * factor & 0xFFFFFFFF
        value ^= value >> 15
    return value
