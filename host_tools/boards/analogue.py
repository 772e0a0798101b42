"""Checks whether a board's analogue inputs can measure the thresholds that the pole uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from host_tools.boards.chips import Chip
from host_tools.boards.tables import fields
from host_tools.boards.uses import fits
from pole.health.surroundings import LEAKS_MA
from pole.settings import schema

FULL_MV = 3300  # of a sensor at its full scale

_DEFAULTS: dict[str, Any] = {field[0]: field[4] for field in schema.FIELDS}
# table, field, unit: (a threshold of the pole, its value in that unit)
_THRESHOLDS: dict[tuple[str, str, str], tuple[tuple[str, int], ...]] = {
    ("leakage", "full_scale_ma", "mA"): (("leakageDetected is raised", LEAKS_MA),),
    ("photocell", "full_scale_lux", "lux"): (
        ("photocell.on is", _DEFAULTS["photocell.on"]),
        ("photocell.off is", _DEFAULTS["photocell.off"]),
    ),
}


def range_problems(chip: Chip, board: dict[str, Any]) -> Iterator[str]:
    """Thresholds outside the range of the converter of *chip*, on *board*: at most one sentence a sensor."""
    low, high = chip.adc_mv
    for (table, field, unit), thresholds in _THRESHOLDS.items():
        given = board.get(table)
        full = given.get(field) if isinstance(given, dict) else None
        allowed = fields(table, given).get(field)  # none with a driver that is no analogue input
        if not isinstance(full, int) or allowed is None or not fits(full, allowed):
            continue  # that is reported elsewhere
        values = [value for _what, value in thresholds]
        most, least = min(values) * FULL_MV // low, -(-max(values) * FULL_MV // high)
        said = " and ".join(f"{what} at {value} {unit}".replace("is at", "is") for what, value in thresholds)
        if not least <= full <= most:
            yield (
                f"{table}.{field} is {full} and must be {least} to {most}: {said}, and at 3.3 V for full scale"
                f" the {chip.title} measures only {-(-low * full // FULL_MV)} to {high * full // FULL_MV} {unit}."
            )
