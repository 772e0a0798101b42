"""What a kind of happening is, where it can happen, and which events may be expected of it."""

from __future__ import annotations

from dataclasses import dataclass

POLE, POLES, GROUP, FEEDER = "pole", "poles", "group", "feeder"
ANYWHERE = (POLE, POLES, GROUP, FEEDER)

# What expect and allow may name: the event types of TALQ 2.7's LampMonitorFunction, and ours beside them.
EVENT_TYPES = (
    "cabinetDoorOpen", "clockDisagreement", "clockLost", "communicationFailure", "controlGearCommFailure",
    "currentTooHigh", "cyclingFailure", "dimmingFailure", "highTemperature", "impactDetected", "lampFailure",
    "lampFlicker", "lampPowerTooHigh", "lampPowerTooLow", "lampUnexpectedOn", "leakageDetected", "meterFailure",
    "orientationChanged", "partFailure", "photocellFailure", "powerFactorTooLow", "relayFailure", "supplyLoss",
    "supplyVoltageTooHigh", "supplyVoltageTooLow",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of happening.  ``severity`` says what severity 1.0 is, ``events`` which event types are expected of it.

    ``targets`` are the fields which may name where it happens; with none of them in a happening it is everywhere.
    ``lasts`` is false for what is over at once, so that ``until`` makes no sense.
    """

    name: str
    sentence: str
    severity: str
    events: tuple[str, ...] = ()
    targets: tuple[str, ...] = ANYWHERE
    lasts: bool = True
