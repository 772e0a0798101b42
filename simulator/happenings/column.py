"""Happenings to the column."""

from __future__ import annotations

from simulator.happenings.kind import ALL, Kind

KINDS = (
    Kind("tilt", "The column leans.", "1.0 leans it by 45 degrees.", ("orientationChanged",)),
    Kind(
        "impact",
        "Something strikes the column: once, or every 20 s up to until.",
        "1.0 is a blow of 8 g.",
        ("impactDetected",),
    ),
    Kind("door_open", "The door of the pole's cabinet stands open.", f"1.0 is open; {ALL}", ("cabinetDoorOpen",)),
)
