"""Where everything is: poles and feeders by the site's files, streets by its `streets.geojson` where it has one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.console.city import City
from host_tools.city.console.live.view import SILENT, PoleView, View
from host_tools.city.store.tables import pole as pole_table
from host_tools.errors import CommandError
from host_tools.site.load import find_site
from host_tools.site.model import Pole
from host_tools.text import quoted

STREETS = "streets.geojson"
GAP_M = 250  # between two poles of a feeder that no line joins
MOST_REASON = 200  # characters
MOST_BYTES = 30_000_000
DEGREE_M = 111_195.0


@dataclass(frozen=True)
class Box:
    """Degrees; *west* is above *east* where the box goes over the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> Box:
        """The box of "west,south,east,north".  Raises CommandError."""
        try:
            west, south, east, north = (float(one) for one in text.split(","))
        except ValueError:
            raise CommandError(f"bbox is {quoted(text, 60)} and must be west,south,east,north in degrees") from None
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
            raise CommandError(
                f"bbox is {quoted(text, 60)} and must have -180 to 180 and, from south to north, -90 to 90"
            )
        return cls(west, south, east, north)

    def holds(self, longitude: float, latitude: float) -> bool:
        if not self.south <= latitude <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east


def poles(city: City) -> tuple[Pole, ...]:
    """The poles of the site's files, which have a place."""
    return city.site.poles if city.site else ()


def reasons(connection: Connection) -> dict[str, str]:
    """By pole, why it is lit as it is, in its own words."""
    chosen = sa.select(pole_table.c.name, sa.func.substr(pole_table.c.reason, 1, MOST_REASON))
    return {name: reason or "" for name, reason in connection.execute(chosen)}


def feature(pole: Pole, seen: PoleView | None, reason: str) -> dict[str, Any]:
    """*pole* as a Feature, with what was *seen* of it."""
    properties: dict[str, Any] = {
        "name": pole.name, "label": pole.label, "ward": pole.ward, "zone": pole.zone, "feeder": pole.feeder,
        "roadClass": pole.road_class, "luminaire": pole.luminaire, "state": "unknown",
    }  # fmt: skip
    if seen is not None:
        properties |= {
            "state": seen.state, "level": seen.level, "target": seen.target, "owner": seen.owner, "reason": reason,
            "until": seen.until, "lastSeen": seen.seen, "worst": seen.worst, "inCommand": seen.in_command,
            "activePower": None if seen.power_dw is None else seen.power_dw / 10,
        }  # fmt: skip
    return {
        "type": "Feature", "id": pole.name, "properties": properties,
        "geometry": {"type": "Point", "coordinates": [pole.longitude, pole.latitude]},
    }  # fmt: skip


def feeders(city: City, view: View) -> list[dict[str, Any]]:
    """A Feature for each feeder of the site."""
    out = []
    for name, members in _by_feeder(city).items():
        seen = [view.poles[one.name] for one in members if one.name in view.poles]
        worst = min((one.worst for one in seen if one.worst), default=0)
        out.append({
            "type": "Feature", "id": name, "geometry": _lines(members),
            "properties": {
                "name": name, "poles": len(members), "silent": sum(one.state == SILENT for one in seen),
                "faults": sum(one.worst > 0 for one in seen), "worst": worst,
            },
        })  # fmt: skip
    return out


def streets(city: City) -> list[dict[str, Any]]:
    """Lines with their names.  Raises CommandError where the file is none of GeoJSON."""
    path = _streets_file(city)
    if path is None:
        return [
            {"type": "Feature", "geometry": _lines(members), "properties": {"name": name}}
            for name, members in _by_feeder(city).items()
        ]
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CommandError(f"{STREETS} has {path.stat().st_size} bytes and must have at most {MOST_BYTES}")
        read = json.loads(path.read_text(encoding="utf-8"))
        return [_street(one) for one in read["features"] if _is_line(one)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{STREETS} of the site must be a FeatureCollection of lines: {error}") from error


def streets_version(city: City) -> str:
    """The same as long as the streets are."""
    path = _streets_file(city)
    return f"{path.stat().st_mtime_ns}-{path.stat().st_size}" if path else f"feeders-{city.title}-{len(poles(city))}"


def _streets_file(city: City) -> Path | None:
    path = find_site(city.settings.site) / STREETS if city.settings.site else None
    return path if path is not None and path.is_file() else None


def _is_line(one: Mapping[str, Any]) -> bool:
    return (one.get("geometry") or {}).get("type") in ("LineString", "MultiLineString")


def _street(one: Mapping[str, Any]) -> dict[str, Any]:
    properties = one.get("properties") or {}
    kept = {name: str(properties[name])[:80] for name in ("name", "class") if properties.get(name)}
    return {"type": "Feature", "geometry": one["geometry"], "properties": kept}


def _by_feeder(city: City) -> dict[str, list[Pole]]:
    found: dict[str, list[Pole]] = {}
    for one in poles(city):
        if one.feeder:
            found.setdefault(one.feeder, []).append(one)
    return found


def _lines(members: list[Pole]) -> dict[str, Any]:
    """From pole to pole in the order of the files, with a gap where two are far apart."""
    lines: list[list[list[float]]] = [[]]
    before: Pole | None = None
    for one in members:
        if before is not None and _metres(before, one) > GAP_M:
            lines.append([])
        lines[-1].append([one.longitude, one.latitude])
        before = one
    return {"type": "MultiLineString", "coordinates": [line if len(line) > 1 else line * 2 for line in lines]}


def _metres(one: Pole, other: Pole) -> float:
    east = (one.longitude - other.longitude) * math.cos(math.radians(one.latitude))
    return math.hypot(east, one.latitude - other.latitude) * DEGREE_M
