"""Converts the positions of a list's lights to degrees of WGS 84: from any reference system, in the right order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from host_tools.site.inventory.mapping import Columns
from host_tools.site.inventory.numbers import degrees, pair
from host_tools.site.inventory.table import WGS84, XY, InventoryError, Table, gis, times, where
from host_tools.site.near_places import Place

DIGITS = 7  # 1 cm
FAR = 0.9  # degrees from the middle of the lights: a site's own place has its poles within 1
BESIDE = 4.0  # degrees beside the area of a reference system, in which some still use it
POLAR = 66.0  # degrees north or south, beyond which hardly a city lies
# what a list in metres may be in where nothing is known of its city, to say where each would put it
_CANDIDATES = ("EPSG:3857", "EPSG:32643", "EPSG:32644", "EPSG:7755", "EPSG:24379")


@dataclass
class Places:
    """``at``: degrees of each row, None where it has no place; ``middle`` of them all; ``notes`` on how."""

    at: list[Place | None]
    middle: Place
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def places_of(
    table: Table, columns: Columns, crs: str | None = None, swap: bool | None = None, near: Place | None = None
) -> Places:
    """The places of the rows of *table*; *crs* and *swap* overrule what is found out.

    *near*: where they should lie, if that is known; a reference system is suggested by it.  Raises InventoryError.
    """
    notes: list[str] = []
    points = table.points if table.points is not None else _columns(table, columns)
    system = crs or table.crs
    known = [point for point in points if point is not None and point != (0.0, 0.0)]
    if not known:
        raise InventoryError("no row of the list has coordinates")
    said = crs is not None
    if system == WGS84 and len(outside := _outside(known)) > 0.5 * len(known):
        raise InventoryError(_metres(outside, near))
    at = _degrees(points, system, said)
    if system != WGS84:
        notes.append(f"coordinates: from {_short(system)} to degrees of WGS 84")
    if swap is not False:
        exchanged = [None if point is None else (point[1], point[0]) for point in points]
        other = _degrees(exchanged, system, said)
        strange = _belongs(other, system, said) and not _belongs(at, system, said)
        if swap or strange or _is_exchanged(at, other):
            at = other
            why = "as asked" if swap else "as they stand the lights would not lie on land"
            notes.append(f"latitude and longitude: taken the other way round, {why} (--no-swap)")
    if not any(at):
        x, y = known[0]
        raise InventoryError(f"coordinates such as {x:g}, {y:g} do not lie in {_short(system)}: say another by --crs")
    places = _near(table, at, notes)
    if not _belongs(at, system, said):
        places.warnings.append(
            f"the lights lie outside of where {_short(system)} is used: see that it is right (--crs)"
        )
    return places


def _columns(table: Table, columns: Columns) -> list[XY | None]:
    """(east, north) of each row, from its columns."""
    of = columns.of
    if "position" in of and not {"latitude", "longitude"} <= of.keys():
        place = of["position"][0]
        return [_of_pair(row[place]) for row in table.rows]
    north, east = of["latitude"][0], of["longitude"][0]
    out: list[XY | None] = []
    for row in table.rows:
        y, x = degrees(row[north]), degrees(row[east])
        out.append(None if x is None or y is None else (x, y))
    return out


def _of_pair(value: str) -> XY | None:
    found = pair(value)
    if found is None:
        return None
    first, second, eastern = found
    return (first, second) if eastern else (second, first)


def _outside(points: Sequence[XY]) -> list[XY]:
    """Those of *points* that cannot be degrees."""
    return [point for point in points if abs(point[0]) > 180 or abs(point[1]) > 180]


def _degrees(points: Sequence[XY | None], system: str, said: bool) -> list[Place | None]:
    if system == WGS84:
        return [
            None
            if point is None or point == (0.0, 0.0) or abs(point[0]) > 180 or abs(point[1]) > 180
            else _rounded(point[1], point[0])
            for point in points
        ]
    source = _system(system, said)
    pyproj = gis("pyproj", "a list whose coordinates are not in degrees")
    to = pyproj.Transformer.from_crs(source, WGS84, always_xy=True)
    places: list[Place | None] = []
    xs = [point[0] if point else 0.0 for point in points]
    ys = [point[1] if point else 0.0 for point in points]
    east, north = to.transform(xs, ys)
    for point, x, y in zip(points, east, north, strict=True):
        good = point is not None and point != (0.0, 0.0) and abs(x) <= 180 and abs(y) <= 90  # not infinite
        places.append(_rounded(y, x) if good else None)
    return places


def _system(system: str, said: bool) -> Any:
    """The reference system called *system*; *said*: by a person.  Raises InventoryError."""
    pyproj = gis("pyproj", "a list whose coordinates are not in degrees")
    try:
        # names such as urn:ogc:def:crs:EPSG::32734, EPSG:32734, 32734 and well-known text are all taken
        return pyproj.CRS.from_user_input(int(system) if system.isdecimal() else system)
    except Exception:
        what = "--crs is" if said else "the file says that its reference system is"
        raise InventoryError(f"{what} {system!r:.80} and must be one such as EPSG:4326 or EPSG:32644") from None


def _belongs(at: Sequence[Place | None], system: str, said: bool) -> bool:
    """Whether the middle of *at* lies where *system* is used, or not far from there."""
    area = None if system == WGS84 else _system(system, said).area_of_use
    middle = _middle(at)
    if area is None or middle is None:
        return middle is not None
    west, south, east, north = area.bounds
    return bool(south - BESIDE <= middle[0] <= north + BESIDE and west - BESIDE <= middle[1] <= east + BESIDE)


def _rounded(north: float, east: float) -> Place:
    return round(north, DIGITS), round(east, DIGITS)


def _metres(points: Sequence[XY], near: Place | None) -> str:
    """A sentence on *points* in metres of an unknown system: where each possible system would put their middle."""
    x, y = median(point[0] for point in points), median(point[1] for point in points)
    would = []
    try:
        import pyproj

        for code in _utm(near) if near else _CANDIDATES:
            east, north = pyproj.Transformer.from_crs(code, WGS84, always_xy=True).transform(x, y)
            if (_close((north, east), *near) if near else abs(north) < POLAR) and abs(east) <= 180:
                would.append(f"{code} ({pyproj.CRS(code).name}) would put it at {north:.3f} {east:.3f}")
    except ImportError:
        pass
    shown = f"; {', '.join(would)}" if would else ""
    return (
        f"the coordinates are no degrees: one in the middle is {x:.1f}, {y:.1f}; say their reference system by --crs, "
        "such as EPSG:4326: those who made the list know it, a .prj file beside it names it, and epsg.io lists those "
        f"of each country{shown}"
    )


def _utm(near: Place) -> list[str]:
    """The systems in metres of the whole world: UTM of the zone of *near* and of those beside it, and the web's."""
    zone = int((near[1] + 180) // 6)
    base = 32601 if near[0] >= 0 else 32701
    return [*(f"EPSG:{base + (zone + step) % 60}" for step in (0, -1, 1)), "EPSG:3857"]


def _is_exchanged(at: Sequence[Place | None], other: Sequence[Place | None]) -> bool:
    """Whether places *at* are no such, beyond a pole, in the ice or at sea, and the *other* way round on land."""
    here, there = _middle(at), _middle(other)
    if there is None or abs(there[0]) > 90:
        return False
    if here is None or abs(here[0]) > 90:
        return True
    if abs(here[0]) > POLAR and abs(there[0]) < POLAR:
        return True
    try:
        import tzfpy
    except ImportError:
        return False
    return at_sea(tzfpy.get_tz(here[1], here[0])) and not at_sea(tzfpy.get_tz(there[1], there[0]))


def _middle(at: Sequence[Place | None]) -> Place | None:
    found = [place for place in at if place is not None]
    return (median(place[0] for place in found), median(place[1] for place in found)) if found else None


def at_sea(timezone: str) -> bool:
    """Whether *timezone*, of a place, is one of the open sea."""
    return not timezone or timezone.startswith("Etc/")


def _near(table: Table, at: list[Place | None], notes: list[str]) -> Places:
    """Leave out rows without a place or with one far from the others; correct single ones that were exchanged."""
    found = [place for place in at if place is not None]
    if not found:
        raise InventoryError("no row of the list has coordinates that can be")
    north, east = median(place[0] for place in found), median(place[1] for place in found)
    nowhere, turned, far = [], [], []
    for number_, place in enumerate(at):
        line = table.lines[number_]
        if place is None:
            nowhere.append(line)
        elif not _close(place, north, east):
            if _close((place[1], place[0]), north, east):
                at[number_] = (place[1], place[0])
                turned.append(line)
            else:
                at[number_] = None
                far.append(line)
    if nowhere:
        notes.append(f"left out: {times(len(nowhere), 'row')} without coordinates, {where(nowhere, table.unit)}")
    if far:
        notes.append(
            f"left out: {times(len(far), 'row')} more than {FAR:g} degrees from the middle of the lights, "
            f"{where(far, table.unit)}"
        )
    if turned:
        notes.append(
            f"latitude and longitude: exchanged in {times(len(turned), 'row')}, taken the other way round, "
            f"{where(turned, table.unit)}"
        )
    kept = [place for place in at if place is not None]
    if not kept:
        raise InventoryError("the lights of the list lie too far from each other to be one site")
    norths, easts = zip(*kept, strict=True)
    middle = (round((min(norths) + max(norths)) / 2, 4), round((min(easts) + max(easts)) / 2, 4))
    places = Places(at, middle, notes)
    if abs(middle[0]) > POLAR:
        places.warnings.append(
            f"the lights lie at {middle[0]:.2f} {middle[1]:.2f}, near the pole: were latitude and longitude exchanged "
            "(--swap)?"
        )
    return places


def _close(place: Place, north: float, east: float) -> bool:
    return abs(place[0] - north) <= FAR and abs(place[1] - east) <= FAR


def _short(system: str) -> str:
    """A reference system as people call it: its name out of well-known text."""
    if "[" in system:
        return system.partition('"')[2].partition('"')[0] or "its own system"
    return f"EPSG:{system.rpartition(':')[2]}" if "EPSG" in system.upper() or system.isdecimal() else system
