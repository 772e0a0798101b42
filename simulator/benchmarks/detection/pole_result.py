"""The result of one pole's run in the benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.plant.pole import PolePlant
from simulator.report.detection import Event
from simulator.run_time import RunTime
from simulator.scenario.happening import Happening


@dataclass(frozen=True)
class PoleResult:
    """The result of one run: the events Diya raised, the alarms of the reference rule set, and the plant."""

    happenings: Sequence[Happening]
    diya: list[Event]
    rival: list[Event]
    plant: PolePlant
    time: RunTime
    end_ms: int
