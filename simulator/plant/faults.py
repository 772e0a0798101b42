"""The faults and unusual conditions of one pole, by name, with their severity.

Several happenings may put the same fault on a pole, at the same time or one after the other; each is kept under its
own number until it is cleared, and the worst of them counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

CYCLE_MS = 10 * 60 * 1000  # how long a power_cycle of severity 1.0 is without mains
SHOCK_MS = 40  # how long one blow shakes the column


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults in force on one pole, each 0 (none) to 1; a field is called as the kind of happening that causes it.

    Of a fault that is all or nothing, anything above 0 is the whole of it.
    """

    mains_cut: float = 0.0
    feeder_trip: float = 0.0
    power_cycle: float = 0.0
    mains_sag: float = 0.0
    mains_swell: float = 0.0
    mains_wobble: float = 0.0
    dips: float = 0.0
    lamp_open: float = 0.0
    string_open: float = 0.0
    driver_short: float = 0.0
    relay_welded: float = 0.0
    relay_stuck_open: float = 0.0
    dim_line_cut: float = 0.0
    driver_ignores_dim: float = 0.0
    cycling: float = 0.0
    flicker: float = 0.0
    pf_low: float = 0.0
    gear_comm_lost: float = 0.0
    leakage: float = 0.0
    theft: float = 0.0
    meter_frozen: float = 0.0
    meter_noise: float = 0.0
    overheat: float = 0.0
    cold_night: float = 0.0
    photocell_stuck_dark: float = 0.0
    photocell_stuck_light: float = 0.0
    photocell_own_light: float = 0.0
    photocell_reversed: float = 0.0
    photocell_loose: float = 0.0
    headlights: float = 0.0
    fog: float = 0.0
    tilt: float = 0.0
    impact: float = 0.0
    door_open: float = 0.0
    ageing: float = 0.0  # acts from the start of the run on, by what the plant was made with, and not here

    mains_lost: bool = field(init=False)  # there is no mains at all
    disturbed: bool = field(init=False)  # its voltage is not what it should be
    of_the_light: bool = field(init=False)  # lamp, relay or gear is at fault: darkness is not the firmware's doing

    restless: bool = field(init=False)  # the light changes by itself

    def __post_init__(self) -> None:
        for name, causes in DERIVED.items():
            object.__setattr__(self, name, any(getattr(self, cause) > 0.0 for cause in causes))


DERIVED = {
    "mains_lost": ("mains_cut", "feeder_trip", "power_cycle"),
    "disturbed": ("mains_sag", "mains_swell", "mains_wobble", "dips"),
    "of_the_light": (
        "lamp_open", "string_open", "driver_short", "relay_welded", "relay_stuck_open", "dim_line_cut",
        "driver_ignores_dim", "cycling", "flicker", "pf_low", "gear_comm_lost",
    ),
    "restless": ("cycling", "flicker"),
}  # fmt: skip
NAMES = tuple(each.name for each in fields(Faults) if each.init)
HEALTHY = Faults()

Held = dict[int, tuple[str, float]]  # {number of the happening: (name of the fault, severity)}


def combined(held: Held) -> Faults:
    """The combined faults of all in *held*."""
    worst: dict[str, float] = {}
    for name, severity in held.values():
        worst[name] = max(worst.get(name, 0.0), severity)
    return Faults(**worst)


def over_ms(name: str, severity: float, at_ms: int, until_ms: int | None) -> int | None:
    """When the fault *name* that begins at *at_ms* ends: at *until_ms*, or by itself; None: never in this run.

    A power_cycle is over when the mains comes back; a single blow (an impact without an end) once it has passed.
    """
    if name == "power_cycle":
        back_ms = at_ms + round(severity * CYCLE_MS)
        return back_ms if until_ms is None else min(back_ms, until_ms)
    if name == "impact" and until_ms is None:
        return at_ms + SHOCK_MS
    return until_ms
