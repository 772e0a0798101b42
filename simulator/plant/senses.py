"""The sensors' values: one reading of each part."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple


class Electricity(NamedTuple):
    """One reading of the meter, noise included.  ``power_factor`` is 0 to 1."""

    voltage_v: float
    current_a: float
    power_w: float
    power_factor: float


class Electrical(NamedTuple):
    """What flows at one moment, free of noise: voltage (V), current (A), power (W)."""

    volts: float
    amperes: float
    watts: float


electricity = partial(tuple.__new__, Electricity)  # as Electricity(*...), of a tuple: for what is made most often
electrical = partial(tuple.__new__, Electrical)
METER_WINDOW_MS = 400  # a meter takes its RMS values over this
NOTHING = Electricity(0.0, 0.0, 0.0, 0.0)


class Sense(NamedTuple):
    """One reading of everything, noise included.

    ``power_factor`` is 0 to 1; ``lux`` is daylight as the photocell sees it; ``acceleration_g`` is that of the column
    at rest (x, y, z; z is up, so an upright column has 0, 0, 1); ``leakage_a`` flows to earth; ``gear_answers``:
    whether the driver answers on its DALI port, which it can only while it has mains.
    """

    voltage_v: float
    current_a: float
    power_w: float
    power_factor: float
    temperature_c: float
    lux: float
    acceleration_g: tuple[float, float, float]
    door_open: bool
    leakage_a: float
    gear_answers: bool
