"""The photocell of one pole, and which readings no sky could give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulator.plant import noise
from simulator.plant.faults import Faults
from simulator.plant.weather import NIGHT_SKY_LUX, Weather, through_cloud

if TYPE_CHECKING:
    from host_tools.site.model import Pole

NOISE_PART = 0.015  # standard deviation of one reading
DIRT_PART, DIRTIEST = 0.08, 0.5  # from photocell to photocell: dirt, and where it looks
FOG_S = 40 * 60  # so much earlier it is dusk in fog, at severity 1.0
FULL_SCALE_LUX = 1000.0  # where the board does not say
STEP_LUX = 1.0  # what a node can tell apart


class Photocell:
    """The photocell on *pole*; *part* is its table of the board, which says how many lux fill its input."""

    __slots__ = ("_dirt", "_full_lux", "_longitude", "_stream", "_weather")

    def __init__(self, weather: Weather, part: Mapping[str, float], pole: Pole, seed: int) -> None:
        self._weather = weather
        self._longitude = pole.longitude
        self._full_lux = part.get("full_scale_lux", FULL_SCALE_LUX)
        self._stream = noise.key(seed, pole.name, "photocell")
        self._dirt = max(DIRTIEST, 1.0 + DIRT_PART * noise.normal(noise.key(seed, pole.name, "dirt"), 0))

    def daylight(self, present: Faults, now_ms: int) -> float:
        """Daylight (lux) on the pole."""
        return self._weather.lux(now_ms, self._longitude, FOG_S * present.fog)

    def read(self, present: Faults, daylight: float, now_ms: int) -> float:
        """What the photocell makes of *daylight* (lux)."""
        if present.photocell_stuck_dark > 0.0:
            return 0.0
        if present.photocell_stuck_light > 0.0:
            return self._full_lux
        return daylight * self._dirt * max(0.0, 1.0 + NOISE_PART * noise.normal(self._stream, now_ms))

    def impossible(self, present: Faults, now_ms: int) -> bool:
        """Whether a photocell with the faults *present* reads what no sky can give, from clear to fog under cloud.

        What fills the input cannot be told from what would fill it even more.
        """
        if present.photocell_stuck_dark > 0.0:
            darkest = self._weather.clear(now_ms, self._longitude, FOG_S) * through_cloud(1.0) * DIRTIEST
            return darkest > STEP_LUX
        if present.photocell_stuck_light > 0.0:
            clear = self._weather.clear(now_ms, self._longitude, 0.0) + NIGHT_SKY_LUX
            return clear * (2.0 - DIRTIEST) + STEP_LUX < self._full_lux
        return False
