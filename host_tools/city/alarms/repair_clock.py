"""The repair clock of an alarm: until when the contract wants it mended, and what each day beyond costs.

24 h and Rs 50 a light for each begun day beyond: Gurugram's contract of lights (Hindustan Times, 2020-10-12); others
give 48 h (Lucknow, Mint, 2022-10-27).  A quiet does not stop the clock, and a person's word does not: proof does.
"""

from __future__ import annotations

from dataclasses import dataclass

from host_tools.wire.event_types import CATALOGUE, DARK, DEGRADED, LAMP
from host_tools.wire.reported import REPORTED

REPAIR_S = 24 * 3600
RUPEES_A_LIGHT_A_DAY = 50
DAY_S = 86400


@dataclass(frozen=True)
class RepairClock:
    """*due* is Unix s; *left_s* is below 0 once it is over, and *rupees* are what it costs by now."""

    due: int
    left_s: int
    rupees: int


def runs_for(kind: str, severity: int) -> bool:
    """Whether the contract counts an alarm of *kind*: danger, a dark road, a lamp that gives less than it should, or
    what a person reported."""
    known = CATALOGUE.get(kind)
    lamp = kind in REPORTED or (known is not None and known.concerns == LAMP)
    return severity <= DARK or (severity == DEGRADED and lamp)


def repair_clock(
    began: int, ended: int | None, lights: int, now: int, repair_s: int = REPAIR_S,
    rupees: float = RUPEES_A_LIGHT_A_DAY,
) -> RepairClock:  # fmt: skip
    """The clock of an alarm of *lights* that *began* by its own event's time and *ended* by proof (Unix s).

    *repair_s* and *rupees* a light and day are the contract's.
    """
    over_s = (now if ended is None else ended) - (began + repair_s)
    days = -(-over_s // DAY_S) if over_s > 0 else 0
    return RepairClock(began + repair_s, -over_s, round(days * lights * rupees))
