"""Commissions a simulated pole: formats its data partition and writes the power curve of its own lamp to it."""

from __future__ import annotations

import json
from typing import Any

from pole.health.calibration import CURVE
from simulator.hardware.flash import Flash
from simulator.hardware.little_files import LittleFiles
from simulator.plant.pole import PolePlant


def commission(plant: PolePlant, flash: Flash, table: list[list[Any]]) -> None:
    """Measures the lamp of *plant* at the levels of its type's *table* and writes the curve to *flash*."""
    files = LittleFiles(flash)
    files.format()
    files.mount()
    files.write(CURVE, json.dumps(curve_of(plant, table)).encode())
    files.cut()


def curve_of(plant: PolePlant, table: list[list[Any]]) -> list[list[int]]:
    """The curve of its lamp as a pole keeps it: [[level %, mW, power factor in thousandths, mW when new], ...]."""
    measured = plant.curve([point[0] for point in table])
    return [
        [level, round(watts * 1000), round(factor * 1000), round(watts * 1000)] for level, watts, factor in measured
    ]
