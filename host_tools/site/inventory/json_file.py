"""A list as GeoJSON (RFC 7946, and with the member ``crs`` of before it), or as JSON that other services give.

Those are: a plain list of objects, Esri's feature sets, and the answers of OpenStreetMap's Overpass.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from host_tools.site.inventory.table import WGS84, XY, InventoryError, Table, times, where
from host_tools.site.inventory.text_file import read_text

ID = "id"  # the column of a feature's own id, which stands beside its properties


def read_json(file: Path, encoding: str | None = None) -> Table:
    """The table in *file*.  Raises InventoryError, OSError."""
    text, found = read_text(file, encoding)
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        whole = _lines(text)
        if whole is None:
            raise InventoryError(f"{file} line {error.lineno} is no JSON: {error.msg}") from None
    except RecursionError:
        raise InventoryError(f"{file} is nested too deeply for a list of lights") from None
    table = _table(file, whole)
    if found not in ("utf-8", "utf-8-sig"):
        table.notes.insert(0, f"encoding: read as {found}")
    return table


def _lines(text: str) -> Any:
    """The features of a text with one on each line (RFC 8142, or without its separators)."""
    try:
        features = [json.loads(line.lstrip("\x1e")) for line in text.splitlines() if line.strip("\x1e \t")]
    except json.JSONDecodeError:
        return None
    return {"type": "FeatureCollection", "features": features} if features else None


def _table(file: Path, whole: Any) -> Table:
    if isinstance(whole, dict) and isinstance(whole.get("features"), list):
        return _features(file, whole["features"], _crs(whole))
    if isinstance(whole, dict) and isinstance(whole.get("elements"), list):
        nodes = [element for element in whole["elements"] if isinstance(element, dict) and "lat" in element]
        return _features(file, [_osm(node) for node in nodes], WGS84)
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        whole = max(lists, key=len, default=None)
    if isinstance(whole, list) and whole and all(isinstance(one, dict) for one in whole):
        return _gathered([(one, None) for one in whole], WGS84, geometry=False)
    raise InventoryError(f"{file} is JSON, but no GeoJSON FeatureCollection and no list of objects")


def _osm(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{node.get('type', 'node')}/{node.get('id', '')}",
        "properties": node.get("tags") or {},
        "geometry": {"type": "Point", "coordinates": [node.get("lon"), node.get("lat")]},
    }


def _features(file: Path, features: list[Any], crs: str) -> Table:
    found: list[tuple[dict[str, Any], XY | None]] = []
    shapes: list[int] = []
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict):
            raise InventoryError(f"{file}: feature {number} is {feature!r:.40} and must be an object")
        properties = feature.get("properties", feature.get("attributes"))
        properties = dict(properties) if isinstance(properties, dict) else {}
        if "id" in feature:
            properties.setdefault(ID, feature["id"])
        geometry = feature.get("geometry")
        point = _point(geometry)
        if point is None and isinstance(geometry, dict) and geometry.get("type") not in (None, "Point"):
            shapes.append(number)
        found.append((properties, point))
    if not found:
        raise InventoryError(f"{file} has no features")
    table = _gathered(found, crs, geometry=True)
    if shapes:
        table.notes.append(f"geometry: {times(len(shapes), 'feature')} not a point, {where(shapes, 'feature')}")
    return table


def _gathered(found: list[tuple[dict[str, Any], XY | None]], crs: str, geometry: bool) -> Table:
    columns = list(dict.fromkeys(key for properties, _point_ in found for key in properties))
    rows = [[_text(properties.get(column)) for column in columns] for properties, _point_ in found]
    points = [point for _properties, point in found] if geometry else None
    if points is not None and not any(points):
        points = None
    return Table(columns, rows, list(range(1, len(rows) + 1)), points, crs, "feature" if geometry else "entry")


def _point(geometry: Any) -> XY | None:
    if not isinstance(geometry, dict):
        return None
    at = geometry.get("coordinates")
    if geometry.get("type") == "MultiPoint" and isinstance(at, list) and len(at) == 1:
        at = at[0]
    if "x" in geometry and "y" in geometry:  # Esri's
        at = [geometry["x"], geometry["y"]]
    if not isinstance(at, list) or len(at) < 2:
        return None
    x, y = at[0], at[1]
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < 1e12 for one in (x, y))
    return (float(x), float(y)) if numbers else None


def _crs(whole: dict[str, Any]) -> str:
    """The member ``crs``, or Esri's ``spatialReference``; without one it is WGS 84 (RFC 7946, 4)."""
    member = whole.get("crs")
    name = (member.get("properties") or {}).get("name") if isinstance(member, dict) else None
    if isinstance(name, str) and name:
        return WGS84 if name.upper().endswith("CRS84") else name
    if isinstance(member, dict) and "code" in (member.get("properties") or {}):
        return f"EPSG:{member['properties']['code']}"
    esri = whole.get("spatialReference")
    if isinstance(esri, dict) and isinstance(esri.get("latestWkid", esri.get("wkid")), int):
        return f"EPSG:{esri.get('latestWkid', esri.get('wkid'))}"
    return WGS84


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
