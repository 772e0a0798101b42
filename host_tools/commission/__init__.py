"""Every part of a pole tried at the pole itself, over USB, while it lights the street; and the record of it."""

from host_tools.commission.outcome import Bound, Figure, Outcome
from host_tools.commission.run import commission
from host_tools.commission.visit import Visit

__all__ = ["Bound", "Figure", "Outcome", "Visit", "commission"]
