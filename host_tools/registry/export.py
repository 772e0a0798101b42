"""The registry for other programs: CSV for a spreadsheet, GeoJSON for a map."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from host_tools import spreadsheet
from host_tools.registry.bindings import Bindings
from host_tools.registry.entry import BIND, Entry
from host_tools.text import json_text

COLUMNS = (
    "site", "pole", "mac", "latitude", "longitude", "since", "by", "reason", "commissioned", "passed", "question",
)  # fmt: skip
HISTORY_COLUMNS = ("at", "kind", "site", "pole", "mac", "latitude", "longitude", "by", "reason", "holds", "id")


def rows(known: Bindings) -> list[dict[str, Any]]:
    """A row for each binding that holds, by site and pole; times are ISO 8601 in UTC.

    A pole or board that is in question has a row for each of its entries, with the question in it.
    """
    asked = {entry.id: conflict.sentence for conflict in known.conflicts() for entry in conflict.entries}
    latest = {(entry.site, entry.pole, entry.mac): entry for entry in known.holding}
    found = []
    for _tie, entry in sorted(latest.items()):
        position = known.position_of(entry.site, entry.pole) or (None, None)
        tried = known.commissioned(entry.site, entry.pole, entry.mac)
        found.append({
            "site": entry.site, "pole": entry.pole, "mac": entry.mac,
            "latitude": position[0], "longitude": position[1],
            "since": moment(entry.at), "by": entry.by, "reason": entry.reason,
            "commissioned": moment(tried.at) if tried else None,
            "passed": _passed(tried) if tried else None,
            "question": asked.get(entry.id),
        })  # fmt: skip
    return found


def _passed(tried: Entry) -> bool | None:
    said = tried.record.get("passed") if isinstance(tried.record, Mapping) else None
    return said if isinstance(said, bool) else None


def csv_of(known: Bindings) -> str:
    """`rows` as CSV (RFC 4180), with a first line of column names."""
    return _csv(COLUMNS, rows(known))


def geojson_of(known: Bindings) -> str:
    """`rows` as GeoJSON (RFC 7946): a point each, longitude first; no geometry where the position is unknown."""
    features = []
    for row in rows(known):
        latitude, longitude = row.pop("latitude"), row.pop("longitude")
        point = None if latitude is None else {"type": "Point", "coordinates": [longitude, latitude]}
        features.append({"type": "Feature", "geometry": point, "properties": row})
    return json_text({"type": "FeatureCollection", "features": features}, indent=2) + "\n"


def history_csv(known: Bindings) -> str:
    """Every entry, by time, whether it holds or not."""
    holding = {entry.id for entry in known.holding}
    found = []
    for entry in known.entries:
        position = entry.position or (None, None)
        found.append({
            "at": moment(entry.at), "kind": entry.kind, "site": entry.site, "pole": entry.pole, "mac": entry.mac,
            "latitude": position[0], "longitude": position[1], "by": entry.by, "reason": entry.reason,
            "holds": entry.id in holding if entry.kind == BIND else None, "id": entry.id,
        })  # fmt: skip
    return _csv(HISTORY_COLUMNS, found)


def moment(unix: int) -> str:
    """*unix* as `2026-11-24T14:05:00Z`; a time that no calendar holds as "?"."""
    try:
        return f"{datetime.fromtimestamp(unix, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):
        return "?"


def _csv(columns: tuple[str, ...], found: Iterable[dict[str, Any]]) -> str:
    text = io.StringIO()
    spreadsheet.write(text, columns, ([spreadsheet.cell(row[column]) for column in columns] for row in found))
    return text.getvalue()
