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
        self._slow = noise.key(seed, "sky", "slow cloud")
        self._fast = noise.key(seed, "sky", "fast cloud")
        self._air = noise.key(seed, "sky", "air")
        self._day = -1
        self._climate = (0.0, 0.0, 0.0)

    def lux(self, now_ms: int, longitude: float) -> float:
        """Daylight (lux) at *now_ms* on a pole of this site that stands at *longitude* (degrees)."""
        seconds = self._time.start_unix + now_ms / 1000.0 + (longitude - self._longitude) * 240.0
        point, rest = divmod(seconds, GRID_S)
        before, after = self._clear(int(point)), self._clear(int(point) + 1)
        clear: float = 10.0 ** (before + (after - before) * (rest / GRID_S))
        if clear < 1e-2 * NIGHT_SKY_LUX:
            return NIGHT_SKY_LUX
        return clear * through_cloud(self.cloud(now_ms)) + NIGHT_SKY_LUX

    def cloud(self, now_ms: int) -> float:
        """Cloud cover at *now_ms*, 0 to 1."""
        cover = self._climate_of(now_ms)[2] + CLOUD_SLOW * noise.smooth(self._slow, now_ms, CLOUD_SLOW_MS)
        return max(0.0, min(1.0, cover + CLOUD_FAST * noise.smooth(self._fast, now_ms, CLOUD_FAST_MS)))

    def air_c(self, now_ms: int) -> float:
        """Temperature (C) of the air at *now_ms*."""
        mean, swing, _cloud = self._climate_of(now_ms)
        hours = self._time.local_seconds(now_ms) % 86400.0 / 3600.0
        drift = AIR_DRIFT_K * noise.smooth(self._air, now_ms, AIR_DRIFT_MS)
        return mean + swing * cos((hours - WARMEST_HOUR) * (pi / 12.0)) + drift

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
