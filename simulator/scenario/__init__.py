"""Scenarios: what happens to a street, read from TOML, checked as a whole, and resolved against the site's poles.

A scenario is also the label for measuring detection: ``expect`` and ``allow`` say what poles must and may report.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.run_time import RunTime
from simulator.scenario.check import Reader
from simulator.scenario.happening import Happening, Order, Scenario, ScenarioError

if TYPE_CHECKING:
    from host_tools.site.model import Site

__all__ = [
    "READY_MADE", "Happening", "Order", "Scenario", "ScenarioError", "find_scenario", "load_scenario",
    "parse_scenario", "ready_made",
]  # fmt: skip

READY_MADE = Path(__file__).parent.parent / "scenarios"


def ready_made() -> list[str]:
    """Names of the scenarios that come with the simulator."""
    return sorted(path.stem for path in READY_MADE.glob("*.toml"))


def find_scenario(source: str) -> Path:
    """The file *source* names: a path, or one of ``ready_made()``.  Raises ScenarioError."""
    path = Path(source)
    if path.is_file():
        return path
    if source in ready_made():
        return READY_MADE / f"{source}.toml"
    raise ScenarioError([f"the scenario is {source} and must be a TOML file or one of {', '.join(ready_made())}"])


def load_scenario(path: Path, site: Site, time: RunTime, hours: float | None = None) -> Scenario:
    """The scenario in the file *path*, for the poles of *site* and a run that begins at *time*'s start.

    *hours* is the length of the run where the user chose it; happenings after its end then simply do not come about.
    Raises ScenarioError with every mistake of the file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError([f"{path}: it cannot be read: {error}"]) from None
    return parse_scenario(text, str(path), site, time, hours)


def parse_scenario(text: str, file: str, site: Site, time: RunTime, hours: float | None = None) -> Scenario:
    """As ``load_scenario``, from the *text* of a file called *file*."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([f"{file}: it is not TOML: {error}"]) from None
    reader = Reader(file, site, time, hours)
    scenario = reader.scenario(tables)
    if reader.problems:
        raise ScenarioError(reader.problems)
    return scenario
