"""The times of one pole's nights: sunset, sunrise, and the switch points of its own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pole.lighting import sun
from pole.lighting.calendar import Calendar
from simulator.benchmarks.detection.population import NIGHTS, Life

if TYPE_CHECKING:
    from simulator.run_time import RunTime

UNIX_2000 = 946684800
DAY_S = 86400


@dataclass(frozen=True)
class Night:
    """From noon to noon, milliseconds of the run.  ``changes_ms``: when another level is asked for while it is on."""

    start_ms: int
    end_ms: int
    sunset_ms: int
    sunrise_ms: int
    on_ms: int
    off_ms: int
    changes_ms: tuple[int, ...]


def sun_times(settings: dict[str, Any], noon_unix: int) -> tuple[int, int]:
    """Sunset and the sunrise after it (Unix s) of the night that starts at *noon_unix*, by the pole's own sun."""
    day = (noon_unix - UNIX_2000) // DAY_S
    latitude, longitude = settings["latitude"], settings["longitude"]
    sets = sun.event(day, latitude, longitude, sun.SUNRISE_ZENITH, False)
    rises = sun.event(day + 1, latitude, longitude, sun.SUNRISE_ZENITH, True)
    midnight = UNIX_2000 + day * DAY_S
    return midnight + sets, midnight + DAY_S + rises


def nights_of(life: Life, settings: dict[str, Any], time: RunTime) -> list[Night]:
    """The NIGHTS nights of *life*, with *settings* as the pole has them."""
    calendar = Calendar(settings)
    out = []
    for number in range(NIGHTS):
        noon = int((life.start + timedelta(days=number)).timestamp())
        end = int((life.start + timedelta(days=number + 1)).timestamp())
        sunset, sunrise = sun_times(settings, noon)
        points: list[tuple[int, int]] = []
        at = noon
        while at < end:
            switch = calendar.at(at)
            points.append((at, switch.level))
            at = switch.until
        lit = [at for at, level in points if level > 0]
        off = [at for at, level in points if level == 0 and lit and at > lit[0]]
        on_unix, off_unix = (lit[0], off[0]) if off else (sunset, sunrise)
        changes = [at for (_before, low), (at, high) in pairwise(points) if low > 0 and high > 0 and low != high]
        start_ms, end_ms, sunset_ms, sunrise_ms, on_ms, off_ms = (
            time.ms(unix) for unix in (noon, end, sunset, sunrise, on_unix, off_unix)
        )
        changes_ms = tuple(time.ms(unix) for unix in changes)
        out.append(Night(start_ms, end_ms, sunset_ms, sunrise_ms, on_ms, off_ms, changes_ms))
    return out
