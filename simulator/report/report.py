"""The report of a run: the figures ``--report`` writes, in a fixed order, so that two of them compare as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from host_tools.output_file import whole
from simulator.report.darkness import BY_COMMANDS, BY_FAULTS, Darkness
from simulator.report.detection import Detection
from simulator.run_time import RunTime


@dataclass
class RunTotals:
    """The parameters and counts of a run.  ``max_heap_bytes`` None: not measured by the engine (CPython).
    ``memory_bytes``: the most that its processes, ``jobs`` and the one that started them, had in memory together; None:
    the system does not say.

    ``counts`` holds all other counts, such as boots or acks; each becomes a key of the report's ``totals``.
    """

    site: str
    scenario: str
    engine: str
    broker: str
    seed: int
    poles: int
    hours: float
    wall_s: float
    messages: int
    bytes: int
    jobs: int = 1
    memory_bytes: int | None = None
    max_heap_bytes: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


def build_report(
    totals: RunTotals, time: RunTime, darkness: Darkness, detection: Detection, flash: Mapping[str, Any]
) -> dict[str, Any]:
    """The report as JSON values; finish *darkness* first.

    ``dark_minutes``, ``dark_minutes_by_pole`` (only poles which were dark) and ``dark_spells`` are Diya's own;
    ``dark_minutes_by_faults`` and ``dark_minutes_by_commands`` are due to injected faults and to accepted commands.
    """
    return {
        "site": totals.site,
        "scenario": totals.scenario,
        "engine": totals.engine,
        "broker": totals.broker,
        "seed": totals.seed,
        "from": time.local(0).isoformat(),
        "hours": totals.hours,
        "poles": totals.poles,
        "pole_nights": round(darkness.nights_lived(round(totals.hours * 3_600_000)), 3),
        "wall_s": round(totals.wall_s, 3),
        "jobs": totals.jobs,
        "memory_bytes": totals.memory_bytes,
        "messages": totals.messages,
        "bytes": totals.bytes,
        "max_heap_bytes": totals.max_heap_bytes,
        "flash": dict(flash),
        "totals": {name: totals.counts[name] for name in sorted(totals.counts)},
        "dark_minutes": _minutes(darkness.total_minutes()),
        "dark_minutes_by_faults": _minutes(darkness.total_minutes(BY_FAULTS)),
        "dark_minutes_by_commands": _minutes(darkness.total_minutes(BY_COMMANDS)),
        "dark_minutes_by_pole": {pole: _minutes(dark) for pole, dark in darkness.minutes().items()},
        "dark_spells": [
            {"pole": spell.pole, "at": time.local(spell.at_ms).isoformat(), "seconds": round(spell.seconds, 3)}
            for spell in darkness.spells
        ],
        "detection": detection.as_json(),
    }


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    """Write *report* to *path* as indented JSON, whole or not at all.  Raises OSError."""
    with whole(path) as file:
        file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _minutes(minutes: float) -> float:
    """*minutes*, rounded so that a dark millisecond still shows."""
    return round(minutes, 5)
