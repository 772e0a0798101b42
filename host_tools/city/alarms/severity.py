"""How bad each kind of alarm is: what endangers people, what leaves a road dark, what works less well, what to note."""

from __future__ import annotations

from host_tools.city.correlation import fault

DANGER, DARK, DEGRADED, NOTE = 1, 2, 3, 4
NAMES = {DANGER: "danger", DARK: "dark", DEGRADED: "degraded", NOTE: "note"}

_OF = {
    **dict.fromkeys(("leakageDetected", "impactDetected", "orientationChanged", "cabinetDoorOpen"), DANGER),
    **dict.fromkeys(("lampFailure", "relayFailure", "cyclingFailure", "supplyLoss", fault.FEEDER), DARK),
    **dict.fromkeys(("powerFactorTooLow", "photocellFailure", "meterFailure"), NOTE),
    **dict.fromkeys(("clockLost", "daylightUnconfirmed", "safeMode", "partFailure"), NOTE),
}


def severity(kind: str) -> int:
    """1 (danger) to 4 (note) of *kind*, an eventType or the kind of a street's fault; 3 where it is in no list."""
    return _OF.get(kind, DEGRADED)
