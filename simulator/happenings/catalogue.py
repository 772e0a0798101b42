"""The catalogue of the kinds of happening that a scenario may name.

One table: the scenario reader checks against it, the list for people is printed from it.  A kind stands in the file of
its family.
"""

from __future__ import annotations

from simulator.happenings import column, harmless, lamp, network, node, supply
from simulator.happenings.kind import ANYWHERE, EVENT_TYPES, FEEDER, GROUP, POLE, POLES, Kind

__all__ = [
    "ANYWHERE", "EVENT_TYPES", "FEEDER", "FORMER", "GROUP", "KINDS", "POLE", "POLES", "Kind", "happenings",
]  # fmt: skip

KINDS = {
    kind.name: kind
    for family in (lamp.KINDS, supply.KINDS, node.KINDS, column.KINDS, network.KINDS, harmless.KINDS)
    for kind in family
}
FORMER = {"power_cut": "mains_cut"}  # names that are still understood


def happenings() -> list[Kind]:
    """Every kind, in the order in which they are listed for people."""
    return list(KINDS.values())
