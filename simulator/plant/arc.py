"""The arc of a discharge lamp: when it strikes, and how far its power has run up since.

A cold lamp strikes at once; a hot one only when it has cooled, and its ignition pulse is high enough again.  Then its
power rises from a part of the full one, as a lag.  Sodium lamps restrike after one to three minutes and are at full
power after four to ten; metal halide lamps restrike after eight to fifteen (IEC 60662, IEC 61167 and the makers' guides
give bounds like these).  The voltage of the mains must hold the arc.
"""

from __future__ import annotations

from math import exp

from simulator.plant import noise
from simulator.plant.faults import Faults
from simulator.plant.mains import SAG_PART

STRUCK = 0.45  # of the full power, right after it has struck
HOLDS = 0.70  # of the voltage: below it, for longer than a dip, the arc goes out
# technology: seconds of a hot lamp until it strikes, and of the lag of its power
_TIMES_S = {"hps": ((60.0, 180.0), (75.0, 200.0)), "mh": ((480.0, 900.0), (60.0, 150.0))}
# k, of power as V^k, where it follows the voltage
EXPONENT = {"led": (1.1, 1.9), "hps": (1.9, 2.5), "mh": (1.75, 2.25)}


class Arc:
    """The arc of the lamp on *pole*, of *technology* (hps or mh); it is out, and cold."""

    __slots__ = ("_burns", "_cool_ms", "_restrike_ms", "_run_up_ms", "_struck_ms")

    def __init__(self, technology: str, pole: str, seed: int) -> None:
        stream = noise.key(seed, pole, "arc")
        self._restrike_ms, self._run_up_ms = (
            1000.0 * (low + (high - low) * noise.uniform(stream, number))
            for number, (low, high) in enumerate(_TIMES_S[technology])
        )
        self._burns = False
        self._struck_ms = self._cool_ms = 0.0

    def settle(self, live: bool, present: Faults, now_ms: int) -> None:
        """The lamp has mains (*live*), or not, under the faults *present*."""
        burns = live and 1.0 - SAG_PART * present.mains_sag >= HOLDS
        if burns and not self._burns:
            self.strike(now_ms)
        elif self._burns and not burns:
            self._cool_ms = now_ms + self._restrike_ms if self.part(now_ms) else self._cool_ms
        self._burns = burns

    def strike(self, now_ms: int) -> None:
        """From *now_ms* on it is struck, as soon as it has cooled."""
        self._struck_ms = max(float(now_ms), self._cool_ms)

    def part(self, now_ms: int) -> float:
        """Part of the full power that it takes at *now_ms*; 0 while it is dark."""
        if not self._burns or now_ms < self._struck_ms:
            return 0.0
        return 1.0 - (1.0 - STRUCK) * exp((self._struck_ms - now_ms) / self._run_up_ms)
