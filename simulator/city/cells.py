"""Cuts a city into cells of a fixed size, and simulates one of them.

No pole of a run in virtual time depends on another: the mains of a feeder, the weather and the sky are functions of
time and seed, the network delays the messages of each pole by a random stream of its own, and the broker sends each
pole only what is addressed to it.  So a pole does the same in any cell, and in a run of the whole city in one process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.city import spool
from simulator.run import simulate_scenario
from simulator.run_options import Options
from simulator.run_time import RunTime
from simulator.scenario.happening import Scenario
from simulator.street.result import StreetResult
from simulator.street.street import Street

CELL_POLES = 25


@dataclass(frozen=True)
class City:
    """A run by cells: each has some of the poles of *options*, in their order; temporary files are in *folder*."""

    options: Options
    scenario: Scenario
    time: RunTime
    cells: tuple[tuple[str, ...], ...]
    folder: Path

    @property
    def poles(self) -> int:
        """How many poles there are in all cells."""
        return sum(map(len, self.cells))


def cells_of(options: Options, size: int = CELL_POLES) -> tuple[tuple[str, ...], ...]:
    """The names of the poles of each cell; no cell has more than *size*."""
    names = [pole.name for pole in options.own.poles]
    return tuple(tuple(names[first : first + size]) for first in range(0, len(names), size))


def simulate_cell(
    city: City, number: int, progress: Callable[[int, int, str], None], begin: Callable[[Street], None]
) -> StreetResult:
    """The result of the cell *number* of *city*; its transcript is spooled.  *progress* and *begin* as for ``run``."""
    options = replace(city.options, part=city.cells[number])
    outcome = simulate_scenario(options, city.scenario, city.time, progress, begin=begin, folder=city.folder)
    if outcome.transcript:
        # what the city sends to groups and to all is heard in each cell, and told by the first
        of_city = number == 0
        entries = (entry for entry in outcome.transcript.entries() if of_city or entry.pole in options.own.by_name)
        spool.write(city.folder, number, entries)
    return outcome.result
