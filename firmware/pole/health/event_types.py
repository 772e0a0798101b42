"""The names of the conditions: loaded when a condition has changed, and at the start."""

# in the order of the rows of conditions.py; TALQ's where it has one
EVENT_TYPES = (
    "meterFailure", "supplyVoltageTooLow", "supplyVoltageTooHigh", "relayFailure", "currentTooHigh", "cyclingFailure",
    "lampFlicker", "dimmingFailure", "lampUnexpectedOn", "lampFailure", "lampPowerTooLow", "lampPowerTooHigh",
    "powerFactorTooLow", "leakageDetected", "controlGearCommFailure", "highTemperature", "photocellFailure",
    "orientationChanged", "impactDetected", "cabinetDoorOpen", "clockLost", "daylightUnconfirmed",
)  # fmt: skip


def bits(names):
    """*names* as bits of rows; a name of no condition is ignored."""
    out = 0
    for i in range(len(EVENT_TYPES)):
        if EVENT_TYPES[i] in names:
            out |= 1 << i
    return out


def names(rows):
    """The names of *rows*, bits."""
    return [EVENT_TYPES[i] for i in range(len(EVENT_TYPES)) if rows >> i & 1]
