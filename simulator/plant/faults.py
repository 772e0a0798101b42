"""What can be wrong with the electricity of one pole, by name, and how badly.

Several happenings may put the same fault on a pole, at the same time or one after the other; each is kept under its
own number until it is cleared.
"""

from __future__ import annotations

from typing import NamedTuple

POWER_CUT = "power_cut"
FEEDER_TRIP = "feeder_trip"
LAMP_OPEN = "lamp_open"
RELAY_WELDED = "relay_welded"

NAMES = (POWER_CUT, FEEDER_TRIP, LAMP_OPEN, RELAY_WELDED)


class Faults(NamedTuple):
    """The faults in force on one pole: the worst of the happenings which cause each."""

    mains_lost: bool = False
    lamp_open: float = 0.0  # part of the luminaire's light sources that is disconnected, 0 to 1
    relay_welded: bool = False

    @property
    def of_the_light(self) -> bool:
        """Whether lamp, relay or gear is at fault, so that darkness is not the firmware's doing."""
        return self.lamp_open > 0.0 or self.relay_welded


Held = dict[int, tuple[str, float]]  # {number of the happening: (name of the fault, severity)}


def combined(held: Held) -> Faults:
    """What all of *held* together do to the pole."""
    worst = dict.fromkeys(NAMES, 0.0)
    for name, severity in held.values():
        worst[name] = max(worst[name], severity)
    return Faults(
        mains_lost=worst[POWER_CUT] > 0.0 or worst[FEEDER_TRIP] > 0.0,
        lamp_open=worst[LAMP_OPEN],
        relay_welded=worst[RELAY_WELDED] > 0.0,
    )
