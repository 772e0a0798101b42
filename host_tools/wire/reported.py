"""The kinds of alarm that people report and no pole does: what a complaint raises where no event explains it."""

from __future__ import annotations

from host_tools.wire.event_types import DANGER, DARK, DEGRADED

REPORTED = {  # kind: severity
    "reportedDark": DARK, "reportedDarkStretch": DARK, "reportedByDay": DEGRADED, "reportedFlicker": DEGRADED,
    "reportedLeaning": DANGER, "reportedShock": DANGER,
}  # fmt: skip
