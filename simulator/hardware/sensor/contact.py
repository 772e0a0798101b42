"""A contact to ground: the switch of a door, or an optocoupler across the mains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.hardware.around import Around

MAINS_MILLIHERTZ = 49_970  # not in step with what looks every so many milliseconds
CROSSING_US = 1300  # an optocoupler lets go for so long on either side of a zero crossing (mysensors/NodeManager#81)


def attach(table: str, part: Mapping[str, Any], around: Around) -> None:
    """Wires the contact of *table*, ``door`` or ``supply``; an idle pin is high."""
    plant, now = around.plant, around.now_ms
    if table == "door":
        around.chip.gpio.contacts[part["pin"]] = lambda: plant.door_open != (part["open"] == 1)
    else:
        conducts = part["present"] == 1
        around.chip.gpio.contacts[part["pin"]] = lambda: (plant.powered and not _crossing(now())) != conducts


def _crossing(now_ms: int) -> bool:
    """Whether an optocoupler across the mains lets go at *now_ms*, near a zero crossing."""
    half_wave = 1_000_000_000 // (2 * MAINS_MILLIHERTZ)  # microseconds
    since = (now_ms * 1000 + half_wave // 2) % half_wave
    return min(since, half_wave - since) < CROSSING_US
