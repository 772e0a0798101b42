"""What the contract of a city's lights counts: uptime, hours to repair, rupees, and what energy is compared with.

The defaults and where they are from: docs/ledger.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HOUR_S = 3600
SHOULD, SUN = (
    "should",
    "sun",
)  # minutes in which a lamp without dimming would burn: those asked for, or all of the night
FEEDER_OUTAGE, SUPPLY_LOSS = "feederOutage", "supplyLoss"  # kinds of alarms by which time is excluded


@dataclass(frozen=True)
class Contract:
    """``repair_hours_of`` is by ward or kind of alarm, and a kind counts before a ward.  ``old_watts`` is of the
    luminaires that were there before, by the luminaire in their place or by road class; the first counts.

    ``rupees_per_kwh`` None: not given, and no rupees of energy are told.  ``excluded``: kinds of alarms whose time
    without supply is the distribution company's.  ``contractors``: each one's wards.
    """

    uptime_percent: float = 95.0
    repair_hours: float = 24.0
    repair_hours_of: Mapping[str, float] = field(default_factory=dict)
    penalty_rupees: float = 50.0
    rupees_per_kwh: float | None = None
    co2_kg_per_kwh: float = 0.7117
    always_on: str = SHOULD
    old_watts: Mapping[str, float] = field(default_factory=dict)
    excluded: tuple[str, ...] = (FEEDER_OUTAGE,)
    contractors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def repair_s(self, kind: str, ward: str) -> int:
        """Seconds from its begin in which an alarm of *kind* in *ward* is to be mended."""
        hours = self.repair_hours_of.get(kind, self.repair_hours_of.get(ward, self.repair_hours))
        return round(hours * HOUR_S)

    def contractor_of(self, ward: str) -> str:
        """Who has *ward*; empty where that is not said."""
        return next((name for name, wards in self.contractors.items() if ward in wards), "")
