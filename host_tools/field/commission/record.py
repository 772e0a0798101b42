"""The record of a commissioning: JSON for machines, which the registry keeps too; the PDF is drawn from it alone."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from host_tools.field.commission.outcome import Outcome
from host_tools.field.commission.session import Visit
from host_tools.files import replace_file
from host_tools.text import json_text

VERSION = 1


def record_of(visit: Visit, outcomes: Sequence[Outcome], by: str, when: int, mac: str | None) -> dict[str, Any]:
    """*by*: who did it; *when*: Unix s; *mac*: of the board, None where the registry does not know it."""
    kind = visit.type
    return {
        "v": VERSION,
        "site": visit.status.site,
        "pole": visit.status.pole,
        "when": when,
        "by": by,
        "position": None if visit.position is None else [round(part, 7) for part in visit.position],
        "mac": mac,
        "board": visit.status.board,
        "firmware": visit.status.firmware,
        "configVersion": visit.status.config_version,
        "passed": all(outcome.passed for outcome in outcomes),
        "checks": [outcome.as_json() for outcome in outcomes],
        "luminaire": None if kind is None else {"name": kind.name, "points": [list(point) for point in kind.points]},
        "curve": [point.as_json() for point in visit.curve],
        "stored": [list(point) for point in visit.stored],
        "faults": list(visit.service.status().faults),
    }


def stem(record: dict[str, Any]) -> str:
    """The name of its files, without an ending: pole and local time, so that none replaces another."""
    return f"{record['pole']}-{datetime.fromtimestamp(record['when']):%Y%m%d-%H%M%S}"


def check_folder(folder: Path) -> None:
    """Makes *folder* where it is missing, and sees that a record can be written there.  Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def write_json(record: dict[str, Any], folder: Path) -> Path:
    """Writes the record into *folder*, whole or not at all; where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{stem(record)}.json"
    replace_file(file, (json_text(record, indent=2) + "\n").encode())
    return file
