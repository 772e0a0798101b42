"""One life of the benchmark, when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.plant.pole import PolePlant
from simulator.report.detection import Event
from simulator.run_time import RunTime
from simulator.scenario.happening import Happening


@dataclass(frozen=True)
class Lived:
    """What became of one life: the events Diya raised, the alarms of the rule set to beat, and the plant."""

    happenings: Sequence[Happening]
    diya: list[Event]
    rival: list[Event]
    plant: PolePlant
    time: RunTime
    end_ms: int
