"""A list as GeoPackage, or as another file of maps that GDAL reads: Shapefile, KML, FlatGeobuf, GML."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

from host_tools.site.inventory.table import WGS84, XY, InventoryError, Table, gis, times, where

SUFFIXES = (".gpkg", ".shp", ".kml", ".kmz", ".fgb", ".gml", ".sqlite", ".tab", ".gpx")


def read_geo(file: Path, layer: str | None = None) -> Table:
    """The table in *layer* of *file*, by default the one with points.  Raises InventoryError, OSError."""
    pyogrio = gis("pyogrio", f"a {file.suffix.lstrip('.') or 'map'} file")
    if not file.is_file():
        raise FileNotFoundError(2, "No such file or directory", str(file))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL's remarks on a file that it reads all the same
        try:
            layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(file)]
            chosen = _layer(file, layers, layer)
            about, fids, shapes, values = pyogrio.raw.read(file, layer=chosen, return_fids=True)
        except InventoryError:
            raise
        except Exception as error:  # in GDAL's own words; pyogrio has no one class for them
            raise InventoryError(f"{file} cannot be read: {_first_line(error)}") from None
    columns = [str(name) for name in about["fields"]]
    if not len(fids):
        raise InventoryError(f"layer {chosen} of {file} has no features")
    rows = [[_text(value) for value in row] for row in zip(*values, strict=True)] if columns else [[] for _ in fids]
    points = [_point(shape) for shape in shapes] if shapes is not None else None
    lines = list(range(1, len(rows) + 1))
    table = Table(columns, rows, lines, points, str(about["crs"] or WGS84), "feature")
    if len(layers) > 1:
        others = ", ".join(name for name, _kind in layers if name != chosen)
        table.notes.append(f"layer: {chosen}; others are {others} (--layer)")
    strange = [line for line, point, shape in zip(lines, points or (), shapes, strict=False) if shape and not point]
    if strange:
        table.notes.append(f"geometry: {times(len(strange), 'feature')} not a point, {where(strange, 'feature')}")
    return table


def _layer(file: Path, layers: list[tuple[str, str]], wanted: str | None) -> str:
    names = [name for name, _kind in layers]
    if wanted is not None:
        if wanted not in names:
            raise InventoryError(f"the layer is {wanted!r} and must be one of {', '.join(names)}")
        return wanted
    if not names:
        raise InventoryError(f"{file} has no layers")
    return next((name for name, kind in layers if "Point" in kind), names[0])


def _point(shape: bytes | None) -> XY | None:
    """The point of well-known binary *shape*, or of a collection of one; None where it is anything else."""
    if not shape or len(shape) < 21:
        return None
    order = "<" if shape[0] == 1 else ">"
    kind = struct.unpack_from(order + "I", shape, 1)[0] & 0xFFFF
    if kind % 1000 == 4 and struct.unpack_from(order + "I", shape, 5)[0] == 1:
        return _point(shape[9:])
    if kind % 1000 != 1:
        return None
    x, y = struct.unpack_from(order + "dd", shape, 5)
    return (x, y) if abs(x) < 1e12 and abs(y) < 1e12 else None


def _text(value: Any) -> str:
    if value is None or value != value:  # nan is how numpy says that there is none
        return ""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
