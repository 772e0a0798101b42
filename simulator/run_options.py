"""The options of a run, and what they name: its time, its scenario, the boards of its poles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from host_tools.boards import load_board, read_board
from host_tools.broker.mosquitto_config import CITY_PORT
from host_tools.site.model import Site
from simulator.caller import Caller
from simulator.network.impaired import Impairment
from simulator.run_time import RunTime
from simulator.scenario import find_scenario, load_scenario
from simulator.scenario.happening import Scenario


@dataclass(frozen=True)
class Options:
    """A run.  *start* is local time at the site; *speed* None is virtual time, else simulated seconds a real second.

    *broker*: "none" (modelled), "embedded", or an address; for *credentials* and *city_port* see ``find_access``.
    *settings* are put over every pole's own, and *files* into its ``vfs``.
    """

    site: Site
    start: datetime
    hours: float | None = None
    engine: str = "cpython"
    speed: float | None = None
    scenario: str | None = None
    seed: int = 1
    broker: str = "none"
    transcript: bool = False
    heap_bytes: int = 208 * 1024
    credentials: Path | None = None
    city_port: int = CITY_PORT
    settings: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    console: Caller | None = None  # makes the calls of the scenario; without it they are left out
    board: str | None = None  # of all poles in place of the site's: a name, or a file that ends in .toml
    impairment: Impairment | None = None  # of the poles' way to the broker and to the time servers
    part: tuple[str, ...] | None = None  # the poles of the site that are simulated, in its order; None: all

    @cached_property
    def own(self) -> Site:
        """The site with the poles that are simulated."""
        return self.site if self.part is None else self.site.with_poles(map(self.site.pole, self.part))


def run_time(options: Options) -> RunTime:
    """The time of a run, which begins at the start of *options*."""
    return RunTime(RunTime(0, options.site.timezone).local_ms(options.start) // 1000, options.site.timezone)


def read_scenario(options: Options, time: RunTime) -> Scenario:
    """The scenario of *options*, for all poles of the site: a quiet one where none is named.  Raises ScenarioError."""
    if options.scenario is None:
        return Scenario("quiet", 24.0 if options.hours is None else options.hours)
    return load_scenario(find_scenario(options.scenario), options.site, time, options.hours)


def boards_of(options: Options) -> dict[str, dict[str, Any]]:
    """{name of a board in the site: the board, or that of *options* in its place}."""
    names = sorted({pole.board for pole in options.own.poles})
    chosen = options.board
    if chosen is None:
        return {name: load_board(name) for name in names}
    board = read_board(Path(chosen)) if chosen.endswith(".toml") else load_board(chosen)
    return dict.fromkeys(names, board)
