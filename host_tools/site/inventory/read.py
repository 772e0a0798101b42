"""Chooses the reader of a file by its content, not by its name."""

from __future__ import annotations

from pathlib import Path

from host_tools.site.inventory.csv_file import read_csv
from host_tools.site.inventory.geo_file import SUFFIXES, read_geo
from host_tools.site.inventory.json_file import read_json
from host_tools.site.inventory.table import InventoryError, Table

_SQLITE = b"SQLite format 3\x00"


def read(file: Path, encoding: str | None = None, layer: str | None = None) -> Table:
    """The table in *file*: CSV, GeoJSON, GeoPackage, or what else GDAL reads.  Raises InventoryError."""
    try:
        if file.is_dir():
            raise InventoryError(f"{file} is a folder and must be a file")
        with file.open("rb") as opened:
            head = opened.read(1000)
        if head.startswith(_SQLITE) or file.suffix.lower() in SUFFIXES:
            return read_geo(file, layer)
        bare = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\x1e \t\r\n")
        if bare[:1] in (b"{", b"[") and not bare.startswith(b"{\\rtf"):
            return read_json(file, encoding)
        if bare.startswith((b"<?xml", b"<kml")):
            return read_geo(file, layer)
        return read_csv(file, encoding)
    except OSError as error:
        raise InventoryError(f"{file} cannot be read: {error.strerror or error}") from None
