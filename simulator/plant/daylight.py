"""The photocell of one pole, and the readings that are impossible under any sky."""

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
OWN_LUX = 200.0  # of the lamp at full light that comes back from a branch, snow or a white wall, at severity 1.0
LOOSE_MS = 20_000  # a loose contact is open or closed for so long
NIGHT_LUX = 3.0  # less than a clear sky gives with the sun 6 degrees below the horizon, 3.4 lux (civil twilight)
DAY_LUX = 10_000.0  # what a clear sky gives about an hour after sunrise
PROOF_MS = 15 * 60_000  # so long it must be able to, before dusk or dawn: a pole watches it for 10 minutes
TWILIGHT_MS = 90 * 60_000  # longer than it is neither
HEADLIGHT_LUX, HEADLIGHT_MS, PARKED_MS = 400.0, 600_000, 240_000  # each ten minutes a car stands there for so long


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

    def read(self, present: Faults, daylight: float, light: float, now_ms: int) -> float:
        """The photocell's value at *daylight* (lux) while its lamp gives *light* (0 to 1)."""
        if present.photocell_stuck_dark > 0.0:
            return 0.0
        if present.photocell_stuck_light > 0.0:
            return self._full_lux
        seen = daylight * self._dirt * max(0.0, 1.0 + NOISE_PART * noise.normal(self._stream, now_ms))
        seen += OWN_LUX * present.photocell_own_light * light
        if now_ms % HEADLIGHT_MS < PARKED_MS:
            seen += HEADLIGHT_LUX * present.headlights
        if present.photocell_reversed > 0.0:
            seen = max(0.0, self._full_lux - seen)
        if present.photocell_loose > 0.0 and noise.normal(self._stream, now_ms // LOOSE_MS) > 0.0:
            seen = self._full_lux
        return seen

    def impossible(self, present: Faults, light: float, now_ms: int) -> bool:
        """Whether a photocell with the faults *present* reads a value impossible under any sky, from clear to foggy.

        *light*: what its lamp gives, 0 to 1.

        Above the full scale of the input, values cannot be distinguished.
        """
        darkest = self._weather.clear(now_ms, self._longitude, FOG_S) * through_cloud(1.0) * DIRTIEST
        clear = self._weather.clear(now_ms, self._longitude, 0.0) + NIGHT_SKY_LUX
        brightest = clear * (2.0 - DIRTIEST) + STEP_LUX
        if present.photocell_stuck_dark > 0.0:
            return darkest > STEP_LUX
        if present.photocell_stuck_light > 0.0 or present.photocell_loose > 0.0:
            return brightest < self._full_lux
        if present.photocell_reversed > 0.0:
            return self._full_lux - brightest > brightest or self._full_lux - darkest + STEP_LUX < darkest
        return OWN_LUX * present.photocell_own_light * light > brightest

    def phase(self, now_ms: int) -> int:
        """1 where it is surely day, -1 where it is surely night, 0 where it is neither."""
        clear = self._weather.clear(now_ms, self._longitude, 0.0)
        return 1 if clear > DAY_LUX else -1 if clear < NIGHT_LUX else 0

    def proves_itself(self, now_ms: int, seen_ms: int) -> bool:
        """Whether a photocell that works again can show it at *now_ms*.

        It can by night where it was wrong by night, which could first be seen at *seen_ms*, and by day where by day:
        one that took the night for day says nothing by day.
        """
        wrong = self.phase(seen_ms) or self.phase(seen_ms + TWILIGHT_MS)
        return self.phase(now_ms) == self.phase(now_ms + PROOF_MS) == wrong != 0
