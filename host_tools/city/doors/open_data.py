"""Open data: each pole's state and each night's figures, for all to read.  Pure but for `nights` (store).

Nothing that a person wrote is in it: no reason of an order, no complaint, no contact, no name of who did something.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools import spreadsheet
from host_tools.city.console.live.view import UNKNOWN, PoleView
from host_tools.city.store.meter_tables import night
from host_tools.city.store.tables import pole as pole_table
from host_tools.site.model import Pole, Site

MOST_NIGHTS = 400
POLES = (
    "pole", "label", "latitude", "longitude", "ward", "feeder", "roadClass", "luminaire", "ratedPower", "state",
    "level", "fault", "lastHeard",
)  # fmt: skip
NIGHTS = (
    "night", "ward", "poles", "energyWh", "baselineWh", "litMinutes", "shouldMinutes", "darkMinutes",
    "unknownMinutes", "excludedMinutes", "preliminary",
)  # fmt: skip
SETS = {"poles": POLES, "nights": NIGHTS}


@dataclass(frozen=True)
class Span:
    """Nights from *first* to *last*, both included."""

    first: date
    last: date


def poles(site: Site, seen: Mapping[str, PoleView], zone: ZoneInfo) -> list[dict[str, Any]]:
    """A row for each pole of *site*; *seen*: as the console sees them."""
    return [_pole(one, site, seen.get(one.name), zone) for one in site.poles]


def nights(connection: Connection, site: Site, span: Span) -> list[dict[str, Any]]:
    """A row for each night of *span* and each ward; what the ledger has not worked out yet is null.

    ``preliminary``: counted in the morning as it stood; it is counted once more when it is over.
    """
    wards = {one.name: one.ward for one in site.poles}
    columns = [night.c[name] for name in ("wh", "baseline_wh", "lit", "should", "dark", "unknown", "excluded")]
    columns.append(night.c.preliminary)
    chosen = (
        sa.select(night.c.night, pole_table.c.name, *columns)
        .join(pole_table, pole_table.c.id == night.c.pole)
        .where(night.c.night >= span.first, night.c.night <= span.last).order_by(night.c.night)
    )  # fmt: skip
    sums: dict[tuple[date, str], list[Any]] = {}
    for day, name, *values in connection.execute(chosen):
        sums.setdefault((day, wards.get(name, "")), []).append(values)
    out = []
    for (day, ward), rows in sorted(sums.items()):
        each = [_sum([row[place] for row in rows]) for place in range(len(columns) - 1)]
        wh, baseline, lit, should, dark, unknown, excluded = each
        out.append(dict(zip(NIGHTS, (
            day.isoformat(), ward, len(rows), wh, baseline, lit, should, dark, unknown, excluded,
            any(row[-1] for row in rows),
        ), strict=True)))  # fmt: skip
    return out


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """*rows* for a spreadsheet, and for every program."""
    out = io.StringIO()
    spreadsheet.write(out, columns, ([spreadsheet.cell(row[name]) for name in columns] for row in rows))
    return spreadsheet.for_excel(out.getvalue()).encode()


def as_json(rows: Sequence[Mapping[str, Any]], licence: str, title: str) -> bytes:
    """*rows* with what they are and how they may be used."""
    told = {"title": title, "licence": licence, "rows": list(rows)}
    return json.dumps(told, ensure_ascii=False).encode()


def _pole(one: Pole, site: Site, seen: PoleView | None, zone: ZoneInfo) -> dict[str, Any]:
    lamp = site.luminaires.get(one.luminaire)
    return dict(zip(POLES, (
        one.name, one.label, one.latitude, one.longitude, one.ward, one.feeder, one.road_class, one.luminaire,
        lamp.rated_w if lamp else None, seen.state if seen else UNKNOWN, seen.level if seen else None,
        bool(seen and seen.worst), _at(seen.seen if seen else None, zone),
    ), strict=True))  # fmt: skip


def _at(at: int | None, zone: ZoneInfo) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, zone).isoformat()


def _sum(values: list[int | None]) -> int | None:
    """Of all; None where one is not known: a part is not the whole."""
    known = [one for one in values if one is not None]
    return sum(known) if len(known) == len(values) else None
