"""The table that each reader of a list returns: rows of text under named columns, with places of its geometry."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType

from host_tools.errors import DiyaError

WGS84 = "EPSG:4326"

XY = tuple[float, float]  # east or longitude, north or latitude: as geometry is stored


class InventoryError(DiyaError):
    """A city's list of lights cannot be read, or not be made sense of."""


@dataclass
class Table:
    """``rows`` have as many texts as there are ``columns``; ``lines``: where each begins, or which feature it is.

    ``points`` are given by a file with geometry, in the reference system ``crs``; None for a row without one.
    ``notes``: what was left out or taken for something while reading, a sentence each.
    """

    columns: list[str]
    rows: list[list[str]]
    lines: list[int]
    points: list[XY | None] | None = None
    crs: str = WGS84
    unit: str = "line"  # what a number in ``lines`` counts
    notes: list[str] = field(default_factory=list)


def gis(module: str, what: str) -> ModuleType:
    """The *module* of the extra `gis`, which *what* is done with.  Raises InventoryError where it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        raise InventoryError(f"{what} needs the extra gis: pip install 'diya[gis]'") from None


def where(lines: list[int], unit: str = "line", shown: int = 5) -> str:
    """ "line 7", "lines 7, 9, 12 and 40 more": of *lines*, the first *shown*."""
    more = f" and {len(lines) - shown} more" if len(lines) > shown else ""
    return f"{unit}{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:shown]))}{more}"


def times(count: int, what: str) -> str:
    """ "1 row", "300 rows"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
