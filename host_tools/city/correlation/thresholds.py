"""All thresholds of the correlation, in one table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Spans in seconds, shares from 0 to 1."""

    # What began together. A will comes up to one and a half keepalives (90 s) after the pole's last packet, and that
    # up to a keepalive (60 s) before the cut.
    together_s: int = 150
    # A pole that is back reports within this time whether its supply was gone; no report after that means it was not.
    proof_s: int = 180

    # A group's own fault: so many of its poles that were there fell silent, and so large a share of them.
    least_poles: int = 2
    group_share: float = 0.6
    network_share: float = 0.8  # of the whole site, and more than one access point
    # So many poles of a feeder that lost their supply together are one fault with any share: a phase, or a branch.
    phase_poles: int = 3

    # Who is not back so long after the others has a fault of its own. A pole tries at least every two minutes.
    rejoin_s: int = 600
    back_share: float = 0.25  # of the poles back: the fault itself is over

    # The same thing again within this is the same fault, not over yet.
    hold_s: int = 3600

    # Unsteady is a pole with so many drops, none longer than short_s, each within hold_s of the one before. An access
    # point is weak when so many of its poles are, and so much larger a share of them than elsewhere.
    unsteady_drops: int = 3
    short_s: int = 1800
    weak_poles: int = 2
    weak_share: float = 0.3
    weak_ratio: float = 4.0


THRESHOLDS = Thresholds()
