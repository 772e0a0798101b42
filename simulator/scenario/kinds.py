"""What can happen to a simulated street: the kinds of happening a scenario may name.

One table: the scenario reader checks against it, the list for people is printed from it.
"""

from __future__ import annotations

from dataclasses import dataclass

POLE, POLES, GROUP, FEEDER = "pole", "poles", "group", "feeder"
ANYWHERE = (POLE, POLES, GROUP, FEEDER)

# Of TALQ 2.7's LampMonitorFunction: what expect and allow may name.
EVENT_TYPES = (
    "controlGearCommFailure", "currentTooHigh", "cyclingFailure", "dimmingFailure", "lampFailure", "lampPowerTooHigh",
    "lampPowerTooLow", "lampUnexpectedOn", "leakageDetected", "powerFactorTooLow", "relayFailure", "supplyLoss",
    "supplyVoltageTooHigh", "supplyVoltageTooLow",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of happening.  ``severity`` says what severity 1.0 is; only a ``graded`` kind takes less than 1.

    ``targets`` are the fields which may name where it happens; with none of them in a happening it is everywhere.
    ``lasts`` is false for what is over at once, so that ``until`` makes no sense.
    """

    name: str
    sentence: str
    severity: str
    graded: bool = False
    targets: tuple[str, ...] = ANYWHERE
    lasts: bool = True


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "power_cut",
            "Poles lose their mains: lamp dark, node without supply until it comes back and the node boots.",
            "1.0 takes away all 240 V; it is all or nothing.",
        ),
        Kind(
            "feeder_trip",
            "The breaker of a feeder opens: every pole on it loses its mains (of a pole or group: on its feeders).",
            "1.0 takes away all 240 V of the whole feeder; it is all or nothing.",
        ),
        Kind(
            "network_outage",
            "The Wi-Fi access point of the poles cannot be reached.",
            "1.0 lets no frame through; it is all or nothing.",
        ),
        Kind(
            "broker_down",
            "The city's MQTT broker is gone: connections are refused and open ones close.",
            "1.0 is no broker at all; it is all or nothing.",
            targets=(),
        ),
        Kind(
            "clock_lost",
            "The battery of the clock chip is dead, the node restarts without the time, and no network time answers.",
            "1.0 is no idea of the time at all; it is all or nothing.",
        ),
        Kind(
            "data_corrupt",
            "The data partition of the flash is overwritten with rubbish, and the node restarts.",
            "1.0 overwrites all of it; it is all or nothing.",
            lasts=False,
        ),
        Kind(
            "memory_short",
            "The chip's memory is in pieces: no TLS session can be opened, while one that is open goes on.",
            "1.0 leaves no piece that is large enough; it is all or nothing.",
        ),
        Kind(
            "lamp_open",
            "LED modules of the luminaire are disconnected: their light is gone, and so is their power.",
            "1.0 disconnects all modules: no light, and 2 % of the rated watts are left; 0.4 disconnects four in ten.",
            graded=True,
        ),
        Kind(
            "relay_welded",
            "The relay's contact is welded shut: the lamp cannot be switched off, only dimmed.",
            "1.0 welds the contact: at off, the watts and the light of the lowest level remain; it is all or nothing.",
        ),
        Kind(
            "command",
            "The city sends an override: level (0-100 %), minutes, owner (operator) and rampToLevelTime (2 s).",
            "1.0 has no other meaning; it is all or nothing.",
            lasts=False,
        ),
    )
}


def happenings() -> list[Kind]:
    """Every kind, in the order in which they are listed for people."""
    return list(KINDS.values())
