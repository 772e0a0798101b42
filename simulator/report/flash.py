"""Figures of flash wear in a run: how long the poles' flash would last if each day were like the run.

Erases wear a block out.  littlefs spreads them, but over a run of hours a few blocks have had one more than the others,
and the first start formats: the longer the run, the nearer the figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from simulator.hardware.flash import Flash
from simulator.hardware.wear import CYCLES


class FlashUse(NamedTuple):
    """The use of one pole's flash in a run: erases of its most worn block, and of all; bytes programmed."""

    worst: int
    erases: int
    programmed: int


def use_of(flash: Flash) -> FlashUse:
    """The use of *flash* up to now."""
    return FlashUse(max(flash.erases), sum(flash.erases), flash.programmed)


def flash_figures(uses: Iterable[FlashUse], hours: float) -> dict[str, Any]:
    """Erases a day of the most worn block of all poles, the years until it has had 100,000 (None: never), and the
    mean of erases and of bytes programmed a day and pole, over a run of *hours*.
    """
    uses = list(uses)
    days = hours / 24.0
    worst = max((use.worst for use in uses), default=0)
    poles_days = max(1, len(uses)) * days
    return {
        "worst_block_erases_a_day": round(worst / days, 3),
        "years_to_100000_erases": round(CYCLES / (worst / days) / 365.25, 1) if worst else None,
        "mean_erases_a_day": round(sum(use.erases for use in uses) / poles_days, 3),
        "mean_bytes_programmed_a_day": round(sum(use.programmed for use in uses) / poles_days),
    }
