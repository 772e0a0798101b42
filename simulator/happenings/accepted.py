"""What a person would accept beside the event that is expected of a happening, whatever the scenario's file allows.

A relay that does not close leaves the lamp dark, so a lampFailure beside the relayFailure is no false alarm.
"""

from __future__ import annotations

# {kind of happening: event types that are neither required nor false}
ACCEPTED: dict[str, tuple[str, ...]] = {
    "lamp_open": ("lampPowerTooLow",),
    "string_open": ("lampFailure",),
    "driver_short": ("currentTooHigh", "dimmingFailure"),
    "relay_welded": ("relayFailure",),
    "relay_stuck_open": ("lampFailure", "lampPowerTooLow", "controlGearCommFailure"),
    "dim_line_cut": ("lampPowerTooHigh", "lampPowerTooLow"),
    "driver_ignores_dim": ("lampPowerTooHigh", "lampPowerTooLow"),
    "cycling": ("lampFailure", "lampPowerTooLow", "lampFlicker"),
    "flicker": ("lampPowerTooLow", "cyclingFailure"),
    "pf_low": ("currentTooHigh",),
    "photocell_loose": ("photocellFailure",),
    "tilt": ("impactDetected",),
    "impact": ("orientationChanged",),
    "theft": ("lampPowerTooHigh", "lampUnexpectedOn"),
    "clock_drift": ("clockLost", "clockDisagreement"),
    # what restarts, or cannot be used, is not there for the rest either
    "rtc_wrong": ("clockDisagreement", "supplyLoss", "communicationFailure"),
    "rtc_stopped": ("clockDisagreement",),
    "meter_fails": ("meterFailure",),
    "bus_fails": ("controlGearCommFailure",),
    # a pole without supply is silent, and one that starts again cannot tell why its supply was gone
    "mains_cut": ("supplyLoss", "communicationFailure"),
    "feeder_trip": ("supplyLoss", "communicationFailure"),
    "power_cycle": ("supplyLoss", "communicationFailure"),
    "data_corrupt": ("supplyLoss", "communicationFailure"),
    "clock_lost": ("supplyLoss", "communicationFailure", "clockLost"),
    # all or nothing, and true whenever it is said
    "network_outage": ("communicationFailure",),
    "broker_down": ("communicationFailure",),
    "memory_short": ("communicationFailure",),
}

# What can be sensed for less than so many milliseconds need not be told: a broker waits one and a half keepalives, a
# recorder a minute without its broker, a pole two minutes without the time; and it waits a minute before it tells of a
# witness.  Of its photocell it judges by night, which is half an hour after sunset, and from an hour after sunrise on.
UNNOTICED = {
    "network_outage": 120_000, "broker_down": 70_000, "clock_lost": 130_000,
    "server_time_wrong": 200_000, "city_time_wrong": 200_000,
    "photocell_stuck_dark": 3_900_000, "photocell_reversed": 3_900_000, "photocell_stuck_light": 2_100_000,
}  # fmt: skip

# A fault that was just being noticed when it ended may still be raised, or its pole had to boot first.
LATE_MS = 60_000
# A broker tells of a silent pole only after one and a half times its keepalive; a pole tries a part
# that raised once an hour at most.
LATE_OF = {"communicationFailure": 180_000, "partFailure": 3_900_000}
# What a fast clock has gained is there until the time is compared again: once an hour.
LATE_AFTER = {("clock_drift", "clockDisagreement"): 3_900_000}

OVER_BY_THEMSELVES = ("impact", "power_cycle")  # an end of theirs before ``until`` is no mistake
