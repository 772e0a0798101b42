"""Happenings to the column."""

from __future__ import annotations

from simulator.happenings.act import BLOW, DOOR, LEAN, Fault
from simulator.happenings.kind import ALL, ANY_TIME, Drawn, Kind

SHOCK_MS = 40  # how long one blow shakes the column


def _blow_passed(_severity: float, at_ms: int, until_ms: int | None) -> int | None:
    """A single blow, one without an end, is over once it has passed."""
    return at_ms + SHOCK_MS if until_ms is None else until_ms


KINDS = (
    Kind(
        "tilt",
        "The column leans.",
        "1.0 leans it by 45 degrees.",
        ("orientationChanged",),
        act=Fault(LEAN),
        accepted=("impactDetected",),
        drawn=Drawn(0.25, 1.0, ANY_TIME),
    ),
    Kind(
        "impact",
        "Something strikes the column: once, or every 20 s up to until.",
        "1.0 is a blow of 8 g.",
        ("impactDetected",),
        act=Fault(BLOW, over=_blow_passed),
        accepted=("orientationChanged",),
        drawn=Drawn(0.4, 1.0, ANY_TIME),
    ),
    Kind(
        "door_open",
        "The door of the pole's cabinet stands open.",
        f"1.0 is open; {ALL}",
        ("cabinetDoorOpen",),
        act=Fault(DOOR),
        drawn=Drawn(1.0, 1.0, ANY_TIME),
    ),
)
