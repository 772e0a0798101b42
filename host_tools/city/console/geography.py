"""Where everything is: poles and feeders by the site's files, streets by its `streets.geojson` where it has one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar.connection import ASGIConnection
from sqlalchemy.engine import Connection

from host_tools.city.alarms.rules import Rules, rules_of
from host_tools.city.console.city import City, city_of
from host_tools.city.console.live.view import SILENT, PoleView, View
from host_tools.city.doors.ngsi_entities import Entities
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

encode = msgspec.json.Encoder().encode


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


class Geography:
    """The places of *city*'s ``site`` as its files were when this was made."""

    def __init__(self, city: City) -> None:
        self._city = city
        self.site = city.site
        self.poles: tuple[Pole, ...] = self.site.poles if self.site else ()

    @property
    def by_name(self) -> dict[str, Pole]:
        return self.site.by_name if self.site else {}

    @cached_property
    def rules(self) -> Rules:
        """What a lamp should take, and when it is night."""
        return rules_of(self.site) if self.site else Rules()

    @cached_property
    def entities(self) -> Entities:
        """The lights as NGSI-LD has them; only where the site's files are here."""
        assert self.site is not None
        return Entities(self.site)

    @cached_property
    def wards(self) -> list[str]:
        return sorted({one.ward for one in self.poles if one.ward})

    @cached_property
    def feeders(self) -> list[str]:
        return sorted({one.feeder for one in self.poles if one.feeder})

    @cached_property
    def road_classes(self) -> list[str]:
        return sorted({one.road_class for one in self.poles if one.road_class})

    @cached_property
    def by_feeder(self) -> dict[str, list[Pole]]:
        found: dict[str, list[Pole]] = {}
        for one in self.poles:
            if one.feeder:
                found.setdefault(one.feeder, []).append(one)
        return found

    @cached_property
    def places(self) -> bytes:
        """JSON of each pole's name, longitude, latitude, ward, feeder, road class, zone."""
        return encode([
            (one.name, one.longitude, one.latitude, one.ward, one.feeder, one.road_class, one.zone)
            for one in self.poles
        ])  # fmt: skip

    @cached_property
    def _begun(self) -> dict[str, bytes]:
        return {one.name: encode(_static(one))[:-2] for one in self.poles}

    def feature(self, name: str, seen: PoleView | None, reason: str) -> bytes:
        """The pole *name* as a Feature, with what was *seen* of it."""
        told: dict[str, Any] = {"state": "unknown"}
        if seen is not None:
            told = {
                "state": seen.state, "level": seen.level, "target": seen.target, "owner": seen.owner, "reason": reason,
                "until": seen.until, "lastSeen": seen.seen, "worst": seen.worst, "inCommand": seen.in_command,
                "activePower": None if seen.power_dw is None else seen.power_dw / 10,
            }  # fmt: skip
        return self._begun[name] + b"," + encode(told)[1:] + b"}"

    def feeder_features(self, view: View) -> list[dict[str, Any]]:
        """A Feature for each feeder, with how many of its poles are what in *view*."""
        return [_feeder(name, members, view) for name, members in self.by_feeder.items()]

    def streets(self) -> list[dict[str, Any]]:
        """Lines with their names.  Raises CommandError where the site's file is none of GeoJSON."""
        path = self._streets_file
        if path is None:
            return [
                {"type": "Feature", "geometry": _lines(members), "properties": {"name": name}}
                for name, members in self.by_feeder.items()
            ]
        try:
            if path.stat().st_size > MOST_BYTES:
                raise CommandError(f"{STREETS} has {path.stat().st_size} bytes and must have at most {MOST_BYTES}")
            read = json.loads(path.read_text(encoding="utf-8"))
            return [_street(one) for one in read["features"] if _is_line(one)]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CommandError(f"{STREETS} of the site must be a FeatureCollection of lines: {error}") from error

    @property
    def streets_version(self) -> str:
        """The same as long as the streets are."""
        path = self._streets_file
        return f"{path.stat().st_mtime_ns}-{path.stat().st_size}" if path else f"feeders-{len(self.poles)}"

    @property
    def _streets_file(self) -> Path | None:
        site = self._city.settings.site
        path = find_site(site) / STREETS if site else None
        return path if path is not None and path.is_file() else None


def geography_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Geography:
    """That of the application that answers *connection*; another one where the site's files have changed."""
    state, city = connection.app.state, city_of(connection)
    geography: Geography = state.geography
    if geography.site is not city.site:
        geography = state.geography = Geography(city)
    return geography


def reasons(connection: Connection) -> dict[str, str]:
    """By pole, why it is lit as it is, in its own words."""
    chosen = sa.select(pole_table.c.name, sa.func.substr(pole_table.c.reason, 1, MOST_REASON))
    return {name: reason or "" for name, reason in connection.execute(chosen)}


def _static(pole: Pole) -> dict[str, Any]:
    return {
        "type": "Feature", "id": pole.name,
        "geometry": {"type": "Point", "coordinates": [pole.longitude, pole.latitude]},
        "properties": {
            "name": pole.name, "label": pole.label, "ward": pole.ward, "zone": pole.zone, "feeder": pole.feeder,
            "roadClass": pole.road_class, "luminaire": pole.luminaire,
        },
    }  # fmt: skip


def _feeder(name: str, members: list[Pole], view: View) -> dict[str, Any]:
    seen = [view.poles[one.name] for one in members if one.name in view.poles]
    return {
        "type": "Feature", "id": name, "geometry": _lines(members),
        "properties": {
            "name": name, "poles": len(members), "silent": sum(one.state == SILENT for one in seen),
            "faults": sum(one.worst > 0 for one in seen),
            "worst": min((one.worst for one in seen if one.worst), default=0),
        },
    }  # fmt: skip


def _is_line(one: Mapping[str, Any]) -> bool:
    return (one.get("geometry") or {}).get("type") in ("LineString", "MultiLineString")


def _street(one: Mapping[str, Any]) -> dict[str, Any]:
    properties = one.get("properties") or {}
    kept = {name: str(properties[name])[:80] for name in ("name", "class") if properties.get(name)}
    return {"type": "Feature", "geometry": one["geometry"], "properties": kept}


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
