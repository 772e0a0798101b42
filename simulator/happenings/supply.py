"""Happenings to the supply of a pole, leakage and theft."""

from __future__ import annotations

from simulator.happenings.kind import ALL, Kind

KINDS = (
    Kind(
        "mains_sag",
        "The voltage of the mains is too low.",
        "1.0 takes 40 % of the voltage.",
        ("supplyVoltageTooLow",),
    ),
    Kind(
        "mains_swell",
        "The voltage of the mains is too high.",
        "1.0 adds 25 % to the voltage.",
        ("supplyVoltageTooHigh",),
    ),
    Kind(
        "mains_cut",
        "Poles lose their mains (also written power_cut): lamp dark, node without supply until it boots again.",
        f"1.0 takes away all 240 V; {ALL}",
        ("supplyLoss",),
    ),
    Kind(
        "feeder_trip",
        "The breaker of a feeder opens: every pole on it loses its mains (of a pole or group: on its feeders).",
        f"1.0 takes away all 240 V of the whole feeder; {ALL}",
        ("supplyLoss",),
    ),
    Kind(
        "power_cycle",
        "Poles lose their mains and get it back by themselves; they may report a supplyLoss and need not.",
        "1.0 is a cut of 10 minutes (or to until, if that is sooner); 0.1 of one minute.",
    ),
    Kind(
        "leakage",
        "Current flows to earth at the pole's inlet.",
        "1.0 is 300 mA; 0.5 to 3 mA are usual.",
        ("leakageDetected",),
    ),
    Kind(
        "theft",
        "Somebody takes current from the pole, behind its meter and before its relay.",
        "1.0 is 5 A more than the lamp explains.",
        ("currentTooHigh",),
    ),
)
