"""The record as a history of silences and losses of supply, which correlation makes faults of the street from."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.engine import Connection

from host_tools.city.correlation import History, Silence, SupplyLoss
from host_tools.city.record import silence
from host_tools.city.record.believed_times import as_of as as_of
from host_tools.city.record.believed_times import believed
from host_tools.city.store.tables import event, pole
from host_tools.wire.event_types import COMMUNICATION_FAILURE, SUPPLY_LOSS

LEAD_S = 86400  # of the time before, which is needed to interpret what began then


def history(connection: Connection, since: int) -> History:
    """What the record knows, with everything that went on at *since* (Unix s) or later."""
    from_ = since - LEAD_S
    at = believed(connection).at()
    known = frozenset(connection.execute(select(pole.c.name)).scalars())
    lost = _told(at).where(at >= from_, event.c.event_type == SUPPLY_LOSS, event.c.starts.isnot(False))
    losses = tuple(
        SupplyLoss(pole, at, _whole(json.loads(text).get("lastAlive")))
        for pole, at, text in connection.execute(lost.order_by(event.c.arrival))
    )
    return History(known, tuple(_silences(connection, from_, at)), losses, as_of(connection))


def _told(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(pole.c.name, *columns, event.c.attributes).select_from(event.join(pole, pole.c.id == event.c.pole))


def _silences(connection: Connection, from_: int, at: ColumnElement[int]) -> list[Silence]:
    """Failures begin and end by turns, so a pole's rows from *from_* on and the one before them are all there is."""
    rows: dict[str, dict[int, tuple[Any, ...]]] = defaultdict(dict)
    chosen = _told(event.c.sequence, event.c.starts, event.c.timestamp).where(event.c.epoch == silence.EPOCH)
    for name, sequence, *row in connection.execute(
        chosen.where(at >= from_, event.c.event_type == COMMUNICATION_FAILURE)
    ):
        rows[name][sequence] = tuple(row)
    failing = connection.execute(select(pole.c.name).where(pole.c.failing.isnot(None))).scalars()
    for name in {*rows, *failing}:
        first = min(rows[name], default=2**62)
        earlier = chosen.where(pole.c.name == name, event.c.sequence < first).order_by(event.c.sequence.desc())
        before = connection.execute(earlier.limit(1)).first()
        if before and before[2]:
            rows[name][before[1]] = tuple(before[2:])
    return [one for name in sorted(rows) for one in _paired(name, [rows[name][n] for n in sorted(rows[name])])]


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
