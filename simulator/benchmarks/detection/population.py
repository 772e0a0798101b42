"""Draws the poles of the benchmark from a seed: types of luminaire, classes of road, places and dates.

A pole's settings have its type's table.  Its real lamp differs from that, as the plant varies every lamp, driver and
meter, and is measured once, at commissioning, through its own meter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.site import load_site
from host_tools.site.model import Luminaire, Pole, Site, SwitchPoint
from host_tools.site.pole_settings import pole_config
from pole.settings import schema
from simulator.benchmarks.detection.random_stream import Draw
from simulator.plant.meter import ADE7953, BL0942, PZEM004T, MeterType

TIMEZONE = "Asia/Kolkata"
FIRST_DAY = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(TIMEZONE))
NIGHTS = 4  # of one pole, one after the other
TYPES, ROADS = 16, 12
UNCOMMISSIONED = 10  # for so many commissioned poles there is one more that is not; they are counted apart
AGED, AGEING = 0.20, (0.3, 1.0)  # part of the lamps that are old, and how old
METERS = (BL0942, BL0942, ADE7953, PZEM004T)

# Power factor near zero output, and at full: how much of the difference is left falls with the level.
_FACTORS = ((0.52, 0.97), (0.60, 0.98), (0.70, 0.985), (0.80, 0.99))
_MINIMA = (5, 10, 10, 15, 20, 30)  # percent, the lowest level a driver holds
_WATTS = (18, 250)
# Part of the poles whose lamp is none of constant power: (technology, driver, part, watts with their ballast)
OTHERS = (
    ("led", "follows-voltage", 0.10, (18, 60, 120)),
    ("hps", "follows-voltage", 0.06, (80, 168, 280)),
    ("mh", "follows-voltage", 0.04, (80, 168, 448)),
)
_FIXED = (0.03, 0.07)  # of the rated power: what a driver needs however little light it gives


@dataclass(frozen=True)
class Life:
    """One pole of the benchmark, NIGHTS nights from the noon of ``start`` on; ``luminaire`` is the configured type."""

    number: int
    site: Site
    start: datetime
    commissioned: bool
    constant_light: tuple[tuple[int, int], ...]
    meter: MeterType
    ageing: float  # how old the lamp is, 0 to 1, beside the hours it has burnt
    hours: float

    @property
    def pole(self) -> Pole:
        return self.site.poles[0]

    @property
    def luminaire(self) -> Luminaire:
        return self.site.luminaires[self.pole.luminaire]

    @property
    def technology(self) -> str:
        """Its luminaire's technology and driver, in words."""
        return technology_words(self.luminaire.technology, self.luminaire.driver)


def luminaire_types(seed: int) -> list[Luminaire]:
    """Those of Sagar, and TYPES more: rated power, lowest level, losses and power factor all differ."""
    out = list(load_site("sagar", 1).luminaires.values())
    for number in range(TYPES):
        draw = Draw(seed, "luminaire type", str(number))
        rated = round(draw.ratio(*_WATTS), 1)
        least = draw.one_of(_MINIMA)
        poor, good = draw.one_of(_FACTORS)
        bend = draw.between(1.6, 3.2)
        fixed = draw.between(*_FIXED)
        sag = draw.between(0.0, 0.06)  # LEDs need a little less voltage at a low current
        levels = sorted({least, 25, 50, 75, 100} - ({25} if least > 25 else set()))
        points = []
        for level in levels:
            part = level / 100
            watts = rated * (fixed + (1 - fixed) * part * (1 - sag * (1 - part)))
            factor = good - (good - poor) * (1 - part) ** bend
            points.append((level, round(watts, 2), round(factor, 3)))
        standby = round(draw.between(0.3, 0.8), 2)
        out.append(Luminaire(f"type-{number + 1}", rated, rated * 130, ((0, standby, 0.1), *points)))
    return out


def technology_words(technology: str, driver: str) -> str:
    """What the page calls a *technology* with a *driver*."""
    return f"{technology}, {'constant power' if driver == 'constant-power' else 'following the voltage'}"


def other_type(draw: Draw, types: list[Luminaire]) -> Luminaire:
    """One of *types*, or, in OTHERS' part of the poles, one that follows the voltage or has an arc."""
    at = draw.between(0.0, 1.0)
    for technology, driver, part, watts in OTHERS:
        if at < part:
            rated = draw.one_of(watts)
            name = f"{technology}-{rated}"
            if technology == "led":
                like = load_site("sagar", 1).luminaires["led-90"]
                points = tuple((level, round(w * rated / 90, 2), factor) for level, w, factor in like.points)
            else:
                points = ((0, 0.6, 0.10), (10, float(rated), 0.90), (100, float(rated), 0.90))
            return Luminaire(name, rated, rated * 100, points, technology=technology, driver=driver)
        at -= part
    return draw.one_of(types)


def road_programmes(seed: int) -> list[tuple[SwitchPoint, ...]]:
    """ROADS classes of road: when they are lit, how far they are dimmed in the night, and how fast."""
    out = []
    for number in range(ROADS):
        draw = Draw(seed, "road", str(number))
        evening = draw.one_of((70, 80, 90, 100, 100))
        night = draw.one_of((20, 30, 30, 40, 50, 60, 70, evening))
        morning = draw.one_of((night, 70, evening))
        ramp_s = draw.one_of((2, 30, 60, 120))
        early, late = draw.below(21), draw.below(16)
        points = [SwitchPoint(f"sunset-{early}" if early else "sunset", evening, ramp_s)]
        if draw.chance(0.5):
            points.append(SwitchPoint(draw.one_of(("21:30", "22:15")), (evening + night) // 2, ramp_s))
        points.append(SwitchPoint(draw.one_of(("23:00", "23:45", "00:30")), night, ramp_s))
        points.append(SwitchPoint(draw.one_of(("03:30", "dawn-20", "sunrise-75", "sunrise-45")), morning, ramp_s))
        points.append(SwitchPoint(f"sunrise+{late}" if late else "sunrise", 0, ramp_s))
        out.append(tuple(points))
    return out


def lives(seed: int, nights: int) -> list[Life]:
    """So many commissioned poles that they have at least *nights* pole-nights together, spread over places and the
    year, and after them those that are not commissioned.
    """
    types, roads = luminaire_types(seed), road_programmes(seed)
    commissioned = ceil(nights / NIGHTS)
    count = commissioned + ceil(commissioned / UNCOMMISSIONED)
    return [_life(seed, number, number < commissioned, types, roads) for number in range(count)]


def _life(
    seed: int, number: int, commissioned: bool, types: list[Luminaire], roads: list[tuple[SwitchPoint, ...]]
) -> Life:
    draw = Draw(seed, "pole", str(number))
    luminaire, road = other_type(Draw(seed, "technology", str(number)), types), draw.below(len(roads))
    name = f"B{number + 1:05d}"
    pole = Pole(
        name=name,
        latitude=round(draw.between(8.5, 33.5), 4),
        longitude=round(draw.between(70.0, 92.0), 4),
        ward="W01",
        zone="Z1",
        feeder=f"F{number + 1}",
        road_class=f"road-{road + 1}",
        luminaire=luminaire.name,
        board="virtual",
    )
    programme = f"programme-{road + 1}"
    site = Site(
        name="bench",
        title="a pole of the benchmark",
        latitude=pole.latitude,
        longitude=pole.longitude,
        timezone=TIMEZONE,
        version=1,
        broker="mqtt://127.0.0.1:1883",
        root="diya/1",
        lit_percent=10,
        floor=20,
        programme=programme,
        programmes={programme: roads[road]},
        road_classes={pole.road_class: programme},
        rules=(),
        luminaires={luminaire.name: luminaire},
        poles=(pole,),
    )
    return Life(
        number=number,
        site=site,
        start=FIRST_DAY + timedelta(days=draw.below(365)),
        commissioned=commissioned,
        constant_light=((0, 85), (40000, 100)) if draw.chance(0.2) else (),
        meter=draw.one_of(METERS),
        ageing=draw.between(*AGEING) if draw.chance(AGED) else 0.0,
        hours=draw.between(0, 30000),
    )


def settings_of(life: Life) -> dict[str, Any]:
    """The settings the pole of *life* is given, every default filled in."""
    settings = pole_config(life.site, life.pole, int(life.start.timestamp()), years=1)
    settings["lamp.minimumLevel"] = min(level for level, _watts, _factor in life.luminaire.points if level > 0)
    settings["lamp.constantLightOutput"] = [list(point) for point in life.constant_light]
    complete: dict[str, Any] = schema.complete(settings)
    return complete
