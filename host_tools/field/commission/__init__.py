"""Commissioning: checks each part of a pole at the pole, over USB, while it lights the street, and records it.

Tests of several modules: `test_verb` (`diya commission`), `test_real_firmware`.
"""

from host_tools.field.commission.outcome import Bound, Figure, Outcome
from host_tools.field.commission.run_checks import commission
from host_tools.field.commission.session import Visit

__all__ = ["Bound", "Figure", "Outcome", "Visit", "commission"]
