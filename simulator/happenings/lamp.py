"""Happenings to the lamp, its driver and its relay."""

from __future__ import annotations

from simulator.happenings.kind import ALL, Kind

KINDS = (
    Kind(
        "lamp_open",
        "The lamp is open: no light, and the driver runs without load.",
        f"1.0 leaves 2 % of the rated watts; {ALL}",
        ("lampFailure",),
    ),
    Kind(
        "string_open",
        "LED strings of the luminaire are open: their light is gone, and so is their power.",
        "1.0 takes all the light; 0.2 takes a fifth.",
        ("lampPowerTooLow",),
    ),
    Kind(
        "driver_short",
        "A part of the driver is shorted: it takes more power for the same light.",
        "1.0 adds 100 % to the power at every level.",
        ("lampPowerTooHigh",),
    ),
    Kind(
        "relay_welded",
        "The relay's contact is welded shut: the lamp cannot be switched off, only dimmed.",
        f"1.0 leaves the watts and the light of the lowest level when it should be off; {ALL}",
        ("lampUnexpectedOn",),
    ),
    Kind(
        "relay_stuck_open",
        "The relay's contact does not close: the luminaire has no mains.",
        f"1.0 leaves nothing but the leakage across the contact; {ALL}",
        ("relayFailure",),
    ),
    Kind(
        "dim_line_cut",
        "The dim line is cut: the driver goes to full, at any level asked for.",
        f"1.0 is full light and full watts at every level; {ALL}",
        ("dimmingFailure",),
    ),
    Kind(
        "driver_ignores_dim",
        "The driver stays at the level it has; once it has been without mains it comes up at full.",
        f"1.0 ignores every level; {ALL}",
        ("dimmingFailure",),
    ),
    Kind(
        "cycling",
        "The lamp goes out and comes back by itself, and runs up for a minute each time.",
        "1.0 does so every 2 minutes, out for 40 % of them; 0.1 every 20 minutes.",
        ("cyclingFailure",),
    ),
    Kind(
        "flicker",
        "Light and power of the lamp wander from one second to the next.",
        "1.0 wanders by up to 30 % to either side.",
        ("lampFlicker",),
    ),
    Kind(
        "pf_low",
        "The capacitor of the driver has lost its capacity: the power factor drops at the same power.",
        "1.0 takes 0.5 from the power factor, which stays at 0.2 at least.",
        ("powerFactorTooLow",),
    ),
    Kind(
        "gear_comm_lost",
        "The control gear no longer answers on its DALI line.",
        f"1.0 answers nothing; {ALL}",
        ("controlGearCommFailure",),
    ),
)
