"""The leakage current to earth at one pole, before its meter, and the value of a residual-current monitor."""

from __future__ import annotations

from simulator.plant import noise
from simulator.plant.faults import Faults

LEAK_A = 0.300  # at severity 1.0
HEALTHY_A = (0.0005, 0.0030)  # through the filters of driver and node, and damp insulation
NOISE_PART = 0.02  # standard deviation of one reading


class Leak:
    """The leakage of *pole*."""

    __slots__ = ("_healthy_a", "_stream")

    def __init__(self, pole: str, seed: int) -> None:
        self._stream = noise.key(seed, pole, "leakage")
        self._healthy_a = HEALTHY_A[0] + (HEALTHY_A[1] - HEALTHY_A[0]) * noise.uniform(self._stream, -1)

    def read(self, present: Faults, now_ms: int) -> float:
        """The reading (A) at *now_ms*; 0 without mains."""
        if present.mains_lost:
            return 0.0
        part = 1.0 + NOISE_PART * noise.normal(self._stream, now_ms)
        return (self._healthy_a + LEAK_A * present.leakage) * part
