"""The record as a history of silences and losses of supply, which correlation makes faults of the street from."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from typing import Any

from host_tools.city.correlation import History, Silence, SupplyLoss
from host_tools.city.record import silence
from host_tools.city.record.believed_times import as_of as as_of
from host_tools.city.record.believed_times import believed
from host_tools.wire.event_types import COMMUNICATION_FAILURE, SUPPLY_LOSS

LEAD_S = 86400  # of the time before, which is needed to interpret what began then


def history(db: sqlite3.Connection, since: int) -> History:
    """What the record knows, with everything that went on at *since* (Unix s) or later."""
    from_ = since - LEAD_S
    at = believed(db).at()
    known = frozenset(name for (name,) in db.execute("SELECT name FROM pole"))
    rows = db.execute(
        f"SELECT pole, {at}, attributes FROM event WHERE {at} >= ? AND eventType = ? AND startEndFlag IS NOT 0",
        (from_, SUPPLY_LOSS),
    )
    losses = tuple(SupplyLoss(pole, at, _whole(json.loads(text).get("lastAlive"))) for pole, at, text in rows)
    return History(known, tuple(_silences(db, from_, at)), losses, as_of(db))


def _silences(db: sqlite3.Connection, from_: int, at: str) -> list[Silence]:
    """Failures begin and end by turns, so a pole's rows from *from_* on and the one before them are all there is."""
    rows: dict[str, dict[int, tuple[Any, ...]]] = defaultdict(dict)
    select = "SELECT pole, sequence, startEndFlag, timestamp, attributes FROM event"
    for pole, sequence, *row in db.execute(
        f"{select} WHERE {at} >= ? AND epoch = ? AND eventType = ?", (from_, silence.EPOCH, COMMUNICATION_FAILURE)
    ):
        rows[pole][sequence] = tuple(row)
    failing = [pole for (pole,) in db.execute("SELECT name FROM pole WHERE failing IS NOT NULL")]
    for pole in {*rows, *failing}:
        first = min(rows[pole], default=2**62)
        before = db.execute(
            f"{select} WHERE pole = ? AND epoch = ? AND sequence < ? ORDER BY sequence DESC LIMIT 1",
            (pole, silence.EPOCH, first),
        ).fetchone()
        if before and before[2]:
            rows[pole][before[1]] = before[2:]
    return [one for pole in sorted(rows) for one in _paired(pole, [rows[pole][n] for n in sorted(rows[pole])])]


def _paired(pole: str, rows: list[tuple[Any, ...]]) -> list[Silence]:
    out = []
    for place, (starts, at, text) in enumerate(rows):
        if starts:
            said = json.loads(text)
            ends = max(at, rows[place + 1][1]) if place + 1 < len(rows) else None  # a clock may have been put back
            out.append(Silence(pole, at, ends, str(said.get("cause")), _whole(said.get("lastSeen"))))
    return out


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
