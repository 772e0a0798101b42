"""A site small enough to reason about: twelve poles on three feeders, two types of luminaire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from host_tools.site.model import Luminaire, Pole, Site, SwitchPoint
from simulator.plant.mains import Feeder
from simulator.plant.pole import PolePlant
from simulator.plant.weather import Weather
from simulator.run_time import RunTime

LATITUDE, LONGITUDE, TIMEZONE = 23.84, 78.74, "Asia/Kolkata"
NOON = datetime(2026, 11, 24, 12)  # where a run starts unless told otherwise
HOUR_MS = 3_600_000

LED_90 = Luminaire(
    "led-90", 90.0, 11700.0,
    ((0, 0.5, 0.10), (10, 11.9, 0.60), (25, 24.9, 0.72), (50, 46.4, 0.85), (75, 68.0, 0.94), (100, 90.0, 0.98)),
)  # fmt: skip
LED_30 = Luminaire("led-30", 30.0, 3300.0, ((10, 4.4, 0.60), (50, 15.6, 0.85), (100, 30.0, 0.98)))


def pole(number: int = 1, latitude: float = LATITUDE, longitude: float = LONGITUDE) -> Pole:
    """Pole number 1 to 12: P0001 to P0004 on feeder F01, and so on; even ones stand on a main road."""
    return Pole(
        name=f"P{number:04}",
        latitude=latitude,
        longitude=longitude,
        ward="W01",
        zone="north" if number <= 8 else "south",
        feeder=f"F{(number + 3) // 4:02}",
        road_class="residential" if number % 2 else "main-road",
        luminaire="led-30" if number % 2 else "led-90",
        board="virtual",
    )


def site() -> Site:
    """The site with its twelve poles; a luminaire is lit from 10 % on."""
    return Site(
        name="town",
        title="A town",
        latitude=LATITUDE,
        longitude=LONGITUDE,
        timezone=TIMEZONE,
        version=1,
        broker="mqtt://127.0.0.1:1883",
        root="diya/1",
        lit_percent=10,
        floor=20,
        programme="all-night",
        programmes={"all-night": (SwitchPoint("sunset", 100, 2), SwitchPoint("sunrise", 0, 2))},
        road_classes={},
        rules=(),
        luminaires={"led-90": LED_90, "led-30": LED_30},
        poles=tuple(pole(number) for number in range(1, 13)),
    )


def run_time(start: datetime = NOON, timezone: str = TIMEZONE) -> RunTime:
    """A run that starts at the local time *start*."""
    return RunTime(RunTime(0, timezone).local_ms(start) // 1000, timezone)


def plant(
    name: str = "P0001", kind: Luminaire = LED_90, seed: int = 7, start: datetime = NOON, **options: Any
) -> PolePlant:
    """The plant of a pole called *name* with a luminaire of the type *kind*, in a run from *start* on."""
    time = run_time(start)
    here = Pole(name, LATITUDE, LONGITUDE, "W01", "north", "F01", "main-road", kind.name, "virtual")
    weather = Weather(LATITUDE, LONGITUDE, seed, time)
    return PolePlant(here, kind, Feeder("F01", seed, time), weather, seed, **options)
