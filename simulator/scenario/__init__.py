"""Scenarios: what happens to a street, read from TOML, checked as a whole, and resolved against the site's poles.

A scenario is also the label for measuring detection: ``expect`` and ``allow`` say what poles must and may report.

Tests of several modules: `test_scenarios_page` (docs/scenarios.md).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from host_tools.site.toml_lines import Lines
from simulator.run_time import RunTime
from simulator.scenario.check import Reader
from simulator.scenario.happening import Happening, Order, Scenario, ScenarioError
from simulator.scenario.mistakes import Mistakes, bound_of_name, closest

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
    if source and path.is_file():
        return path
    if source in ready_made():
        return READY_MADE / f"{source}.toml"
    bound = bound_of_name(source, ready_made(), "a TOML file or a ready-made scenario")
    if not source:
        raise ScenarioError([f"the scenario is empty and must be a TOML file or {bound}"])
    if path.is_dir():
        raise ScenarioError([f"the scenario is {source}, which is a folder, and must be a TOML file"])
    bound = bound if closest(source, ready_made()) else f"a TOML file or {bound}"
    raise ScenarioError([f"the scenario is {source} and must be {bound}"])


def load_scenario(path: Path, site: Site, time: RunTime, hours: float | None = None) -> Scenario:
    """The scenario in the file *path*, for the poles of *site* and a run that begins at *time*'s start.

    *hours* is the length of the run where the user chose it; happenings after its end then simply do not come about.
    Raises ScenarioError with every mistake of the file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ScenarioError([f"{path}: it cannot be read: {error.strerror}"]) from None
    try:
        text = content.decode("utf-8-sig")  # Windows editors put a mark before it
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError([f"{path} line {line}: it is not UTF-8 text and must be saved as UTF-8"]) from None
    return parse_scenario(text, str(path), site, time, hours)


def parse_scenario(text: str, file: str, site: Site, time: RunTime, hours: float | None = None) -> Scenario:
    """As ``load_scenario``, from the *text* of a file called *file*."""
    tables = _tables(text, file)
    if not tables:
        raise ScenarioError([f"{file}: it is empty and must have a name and happenings (docs/scenarios.md)"])
    mistakes = Mistakes(file, Lines(text))
    scenario = Reader(mistakes, site, time, hours).scenario(tables)
    if sentences := mistakes.sentences():
        raise ScenarioError(sentences)
    return scenario


def _tables(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ScenarioError([f"{file}: it is not TOML: its brackets are nested too deep"]) from None
    except ValueError as error:  # a TOMLDecodeError, or an integer of more than 4300 digits
        found = re.fullmatch(r"(.*?)\s*\(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.S)
        reason = (found[1] if found else str(error)).rstrip(".")
        line = found[2] if found and found[2] else text.rstrip().count("\n") + 1
        column = f" column {found[3]}" if found and found[3] else ""
        where = f"{file} line {line}{column}" if found else file
        raise ScenarioError([f"{where}: it is not TOML: {reason}"]) from None
