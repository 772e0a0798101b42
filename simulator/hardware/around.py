"""The surroundings of a part of a board: the pole's chip on the one side, its plant on the other.

Each chip that a board file may name is a module ``<role>/<chip>.py`` here, found by its place, with
``attach(table, part, around)``: it wires *part* (the table called *table*) and returns the simulated device, if any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from host_tools.boards.tables import ROLES
from simulator.hardware.chip import Chip
from simulator.plant.meter import BL0942, MeterType
from simulator.plant.pole import PolePlant


class Electrical(NamedTuple):
    """What flows through a meter: RMS volts, RMS amperes, active watts, hertz."""

    voltage_v: float
    current_a: float
    power_w: float
    frequency_hz: float = 50.0


_electrical = partial(tuple.__new__, Electrical)


@dataclass(frozen=True)
class Around:
    """*kind* is that of the chip; *now_ms* counts the milliseconds of the run, *unix_ms* is the true time."""

    chip: Chip
    kind: str
    plant: PolePlant
    now_ms: Callable[[], int]
    unix_ms: Callable[[], int]

    def electrical(self) -> Electrical:
        """What flows through the pole's meter now."""
        volts, amperes, watts, _factor = self.plant.electricity(self.now_ms())
        return _electrical((volts, amperes, watts, 50.0))


def attach_parts(board: Mapping[str, Any], around: Around) -> dict[str, Any]:
    """Wires all parts of *board* whose chip is chosen there: {table: the device, or None}."""
    return {
        table: _module(table, board[table]).attach(table, board[table], around) for table in ROLES if table in board
    }


def meter_type(board: Mapping[str, Any]) -> MeterType:
    """The accuracy of the meter of *board*; the BL0942's where its chip has none, or there is no meter."""
    found = getattr(_module("meter", board["meter"]), "TYPE", BL0942) if "meter" in board else BL0942
    assert isinstance(found, MeterType)
    return found


def _module(table: str, part: Mapping[str, Any]) -> Any:
    return import_module(f"simulator.hardware.{ROLES[table]}.{part['driver']}")
