"""Temperature in the node's enclosure: the air, the sun on it, the node itself, the driver beside it, overheating."""

from __future__ import annotations

from simulator.plant import noise
from simulator.plant.faults import Faults
from simulator.plant.heat import Heat

NODE_K, NODE_S = 6.0, 1200.0  # the node warms its enclosure by this much, with this time constant
GEAR_K = 9.0  # what the driver beside it adds at full output
SUN_K, SUN_LUX = 12.0, 100_000.0  # what full sun on the enclosure adds
OVERHEAT_K, OVERHEAT_S = 60.0, 240.0  # a burnt terminal or a blocked vent, at severity 1.0
COLD_K, COLD_S = -25.0, 1800.0  # a cold wave
THERMOMETER_K = 0.1  # standard deviation of one reading
THERMOMETER_OFFSET_K = 0.5  # from thermometer to thermometer


class Enclosure:
    """The enclosure of the node on *pole*, with its thermometer."""

    __slots__ = ("_cold", "_node", "_offset", "_overheat", "_stream")

    def __init__(self, pole: str, seed: int) -> None:
        self._stream = noise.key(seed, pole, "thermometer")
        self._offset = THERMOMETER_OFFSET_K * noise.normal(self._stream, -1)
        self._node = Heat(NODE_S, 1.0)
        self._overheat = Heat(OVERHEAT_S, 0.0)
        self._cold = Heat(COLD_S, 0.0)

    def settle(self, present: Faults, now_ms: int) -> None:
        """Takes over the faults *present* at *now_ms*."""
        self._node.follow(0.0 if present.mains_lost else 1.0, now_ms)
        self._overheat.follow(present.overheat, now_ms)
        self._cold.follow(present.cold_night, now_ms)

    def cold_k(self, now_ms: int) -> float:
        """What the cold wave adds to the temperature of the air (K); never above 0."""
        return COLD_K * self._cold.at(now_ms)

    def overheat_k(self, now_ms: int) -> float:
        """What the fault adds to the temperature of the enclosure (K)."""
        return OVERHEAT_K * self._overheat.at(now_ms)

    def celsius(self, air_c: float, daylight: float, warmth: float, now_ms: int) -> float:
        """The temperature (C) in air of *air_c*, under *daylight* (lux), beside a driver of *warmth* (0 to 1)."""
        sun = daylight / SUN_LUX
        return (
            air_c + SUN_K * (sun if sun < 1.0 else 1.0) + NODE_K * self._node.at(now_ms) + GEAR_K * warmth
            + OVERHEAT_K * self._overheat.at(now_ms)
        )  # fmt: skip

    def read(self, celsius: float, now_ms: int) -> float:
        """The thermometer's value at *celsius*."""
        return celsius + self._offset + THERMOMETER_K * noise.normal(self._stream, now_ms)
