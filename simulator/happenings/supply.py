"""Happenings to the supply of a pole, leakage and theft."""

from __future__ import annotations

from simulator.happenings.act import DISTURBED, LEAK, MAINS, MAINS_LOST, POWER, VOLTAGE, Fault
from simulator.happenings.kind import ALL, ANY_TIME, BENIGN, UNHEARD, Drawn, Kind

CYCLE_MS = 10 * 60 * 1000  # how long a power_cycle of severity 1.0 is without mains


def _mains_back(severity: float, at_ms: int, until_ms: int | None) -> int | None:
    """A power_cycle is over when the mains comes back."""
    back_ms = at_ms + round(severity * CYCLE_MS)
    return back_ms if until_ms is None else min(back_ms, until_ms)


# accepted of a pole without supply: it is silent, and one that starts again cannot tell why its supply was gone

KINDS = (
    Kind(
        "mains_sag",
        "The voltage of the mains is too low.",
        "1.0 takes 40 % of the voltage.",
        ("supplyVoltageTooLow",),
        act=Fault(VOLTAGE, (DISTURBED,)),
        drawn=Drawn(0.4, 1.0, ANY_TIME),
    ),
    Kind(
        "mains_swell",
        "The voltage of the mains is too high.",
        "1.0 adds 25 % to the voltage.",
        ("supplyVoltageTooHigh",),
        act=Fault(VOLTAGE, (DISTURBED,)),
        drawn=Drawn(0.6, 1.0, ANY_TIME),
    ),
    Kind(
        "mains_cut",
        "Poles lose their mains (also written power_cut): lamp dark, node without supply until it boots again.",
        f"1.0 takes away all 240 V; {ALL}",
        ("supplyLoss",),
        act=Fault(MAINS, (MAINS_LOST,)),
        accepted=("supplyLoss", "communicationFailure"),
        restarts=True,
        time=UNHEARD,
        drawn=Drawn(1.0, 1.0, ANY_TIME),
    ),
    Kind(
        "feeder_trip",
        "The breaker of a feeder opens: every pole on it loses its mains (of a pole or group: on its feeders).",
        f"1.0 takes away all 240 V of the whole feeder; {ALL}",
        ("supplyLoss",),
        act=Fault(MAINS, (MAINS_LOST,)),
        accepted=("supplyLoss", "communicationFailure"),
        restarts=True,
        time=UNHEARD,
        street_share=0.4,
        whole_feeders=True,
    ),
    Kind(
        "power_cycle",
        "Poles lose their mains and get it back by themselves; they may report a supplyLoss and need not.",
        "1.0 is a cut of 10 minutes (or to until, if that is sooner); 0.1 of one minute.",
        act=Fault(MAINS, (MAINS_LOST,), over=_mains_back),
        accepted=("supplyLoss", "communicationFailure"),
        restarts=True,
        time=UNHEARD,
        drawn=Drawn(0.1, 1.0, BENIGN),
    ),
    Kind(
        "leakage",
        "Current flows to earth at the pole's inlet.",
        "1.0 is 300 mA; 0.5 to 3 mA are usual.",
        ("leakageDetected",),
        act=Fault(LEAK),
        drawn=Drawn(0.15, 1.0, ANY_TIME),
    ),
    Kind(
        "theft",
        "Current is stolen from the pole, behind its meter and before its relay.",
        "1.0 is 5 A more than the lamp explains.",
        ("currentTooHigh",),
        act=Fault(POWER),
        accepted=("lampPowerTooHigh", "lampUnexpectedOn"),
        drawn=Drawn(0.1, 1.0, ANY_TIME),
    ),
)
