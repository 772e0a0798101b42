"""The sky and the air over the street: daylight at a photocell, cloud, air temperature.

Where the sun stands is taken from ``astral`` on a grid of five minutes, and the logarithm of its light is joined by
straight lines: that is right to 2 %, and a street of thousands asks for each point once.  The climate is that
of central India: a dry winter, a hot spring, a monsoon from June to September.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import cos, log10, pi

from astral import Observer
from astral.sun import elevation

from simulator.plant import noise
from simulator.run_time import RunTime

GRID_S = 300
GRID_MOST = 20_000  # points kept: two months
NIGHT_SKY_LUX = 0.5  # town glow under which no sky falls
CLOUD_SLOW, CLOUD_SLOW_MS = 0.25, 3 * 3600 * 1000  # standard deviations of cloud cover and how long they last
CLOUD_FAST, CLOUD_FAST_MS = 0.10, 8 * 60 * 1000
CLOUD_MS = 10_000  # cloud cover is taken to stay for so long
AIR_MS = 60_000  # and the temperature of the air
AIR_DRIFT_K, AIR_DRIFT_MS = 1.5, 8 * 3600 * 1000
WARMEST_HOUR = 15.0

# January to December: mean air temperature (C), half its daily swing (K), mean cloud cover (0 to 1)
_CLIMATE = (
    (17.5, 7.0, 0.20), (20.5, 7.5, 0.15), (26.0, 8.0, 0.15), (31.0, 8.0, 0.15), (34.5, 7.0, 0.20), (31.5, 5.0, 0.55),
    (27.0, 3.0, 0.85), (25.5, 2.5, 0.85), (26.5, 3.5, 0.60), (25.0, 6.0, 0.25), (21.0, 7.0, 0.20), (18.0, 7.0, 0.20),
)  # fmt: skip

# Lowest elevation (degrees) and the coefficients a, b, c, d of log10(lux) = a + bx + cx^2 + dx^3, x = elevation / 90.
# Janiczek and DeYoung, "Computer Programs for Sun and Moon Illuminance", US Naval Observatory Circular 171 (1987).
_ILLUMINANCE = (
    (20.0, 3.74, 3.97, -4.07, 1.47),
    (5.0, 3.05, 13.28, -45.98, 64.33),
    (-0.8, 2.88, 22.26, -207.64, 1034.30),
    (-5.0, 2.88, 21.81, -258.11, -858.36),
    (-12.0, 2.70, 12.17, -431.69, -1899.83),
    (-18.0, 13.84, 262.72, 1447.42, 2797.93),
)


def clear_sky_log(degrees: float) -> float:
    """log10 of the illuminance (lux) of level ground under a clear sky, sun *degrees* above the horizon."""
    for lowest, a, b, c, d in _ILLUMINANCE:
        if degrees >= lowest:
            x = degrees / 90.0
            return a + x * (b + x * (c + x * d))
    return log10(6e-4)  # astronomical night without a moon


def through_cloud(cover: float) -> float:
    """Part of the daylight that passes *cover* (0 to 1).  Kasten and Czeplak, Solar Energy 24 (1980), 177-189."""
    lost: float = 0.75 * cover**3.4
    return 1.0 - lost


class Weather:
    """Sky and air over a site at *latitude*, *longitude* (degrees, east positive)."""

    def __init__(self, latitude: float, longitude: float, seed: int, time: RunTime) -> None:
        self._observer = Observer(latitude, longitude)
        self._longitude = longitude
        self._time = time
        self._grid: dict[int, float] = {}
        self._slow = noise.Smooth(noise.key(seed, "sky", "slow cloud"), CLOUD_SLOW_MS)
        self._fast = noise.Smooth(noise.key(seed, "sky", "fast cloud"), CLOUD_FAST_MS)
        self._air = noise.Smooth(noise.key(seed, "sky", "air"), AIR_DRIFT_MS)
        self._point = self._minute = self._cloud_slot = -1  # of what is kept below
        self._before = self._after = self._air_c = self._through = 0.0
        self._day = -1
        self._climate = (0.0, 0.0, 0.0)

    def lux(self, now_ms: int, longitude: float, fog_s: float = 0.0) -> float:
        """Daylight (lux) at *now_ms* on a pole of this site that stands at *longitude* (degrees), in fog of *fog_s*."""
        clear = self.clear(now_ms, longitude, fog_s)
        if clear < 1e-2 * NIGHT_SKY_LUX:
            return NIGHT_SKY_LUX
        slot = now_ms // CLOUD_MS
        if slot != self._cloud_slot:
            self._cloud_slot = slot
            self._through = through_cloud(self.cloud(slot * CLOUD_MS))
        return clear * self._through + NIGHT_SKY_LUX

    def clear(self, now_ms: int, longitude: float, fog_s: float) -> float:
        """Daylight (lux) without a cloud, as ``lux``.

        Fog takes the more of it the longer the way of the light through it: as if the sun were *fog_s* nearer to the
        night.  It is the same at noon, and darker at once where the sun is low.
        """
        seconds = self._time.start_unix + now_ms / 1000.0 + (longitude - self._longitude) * 240.0
        if fog_s:
            afternoon = (seconds + self._longitude * 240.0) % 86400.0 >= 43200.0
            seconds += fog_s if afternoon else -fog_s
        point = int(seconds // GRID_S)
        if point != self._point:
            self._point = point
            self._before, self._after = self._clear(point), self._clear(point + 1)
        clear: float = 10.0 ** (self._before + (self._after - self._before) * (seconds / GRID_S - point))
        return clear

    def cloud(self, now_ms: int) -> float:
        """Cloud cover at *now_ms*, 0 to 1."""
        cover = self._climate_of(now_ms)[2] + CLOUD_SLOW * self._slow.at(now_ms)
        return max(0.0, min(1.0, cover + CLOUD_FAST * self._fast.at(now_ms)))

    def air_c(self, now_ms: int) -> float:
        """Temperature (C) of the air at *now_ms*: that of the minute, in which it moves by some hundredths."""
        minute = now_ms // AIR_MS
        if minute != self._minute:
            self._minute = minute
            at_ms = minute * AIR_MS
            mean, swing, _cloud = self._climate_of(at_ms)
            hours = self._time.local_seconds(at_ms) % 86400.0 / 3600.0
            drift = AIR_DRIFT_K * self._air.at(at_ms)
            self._air_c = mean + swing * cos((hours - WARMEST_HOUR) * (pi / 12.0)) + drift
        return self._air_c

    def sun_degrees(self, unix: int) -> float:
        """Elevation (degrees) of the sun's centre, without refraction, at *unix* (Unix s)."""
        return elevation(self._observer, datetime.fromtimestamp(unix, UTC), with_refraction=False)

    def _clear(self, point: int) -> float:
        clear = self._grid.get(point)
        if clear is None:
            if len(self._grid) >= GRID_MOST:
                self._grid.clear()
            clear = self._grid[point] = clear_sky_log(self.sun_degrees(point * GRID_S))
        return clear

    def _climate_of(self, now_ms: int) -> tuple[float, float, float]:
        """Mean, swing and cloud cover of the local day: between the middles of two months, in proportion."""
        day = int(self._time.local_seconds(now_ms) // 86400.0)
        if day != self._day:
            date = datetime.fromtimestamp(day * 86400, UTC)
            position = date.month - 1 + (date.day - 15.5) / 30.5
            month = int(position // 1)
            part = position - month
            early, late = _CLIMATE[month % 12], _CLIMATE[(month + 1) % 12]
            mean, swing, cloud = (a + (b - a) * part for a, b in zip(early, late, strict=True))
            self._day, self._climate = day, (mean, swing, cloud)
        return self._climate
