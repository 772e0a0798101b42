"""Checks the meter: a voltage within the range of a public supply, and new values in each reading."""

from __future__ import annotations

from statistics import fmean

from host_tools.field.commission.bounds import METER_FRESH, VOLTAGE
from host_tools.field.commission.outcome import Figure, Outcome
from host_tools.field.commission.session import Visit

NAME = "meter"
READINGS = 3


def check(visit: Visit) -> Outcome:
    if "meter" not in visit.parts:
        return Outcome(NAME)
    readings = [visit.read() for _ in range(READINGS)]
    volts = [reading.voltage_v for reading in readings if reading.voltage_v is not None]
    different = len({reading.electrical for reading in readings if reading.voltage_v is not None})
    return Outcome(NAME, (Figure(VOLTAGE, fmean(volts) if volts else None), Figure(METER_FRESH, different)))
