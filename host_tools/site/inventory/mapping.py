"""Maps the columns of a list to fields: proposed from their names and their values, or given by a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from host_tools.site.inventory.numbers import clean, degrees, number, pair
from host_tools.site.inventory.table import InventoryError, Table, times
from host_tools.site.inventory.vocabulary import FIELDS, ROW_NUMBERS, plain, score

SEVERAL = ("watts",)  # a pole with two lamps has a column for each
MOST_W = 5000
_SAMPLE = 500  # rows that are looked at
_DEGREES = (("latitude", 90.0), ("longitude", 180.0))


@dataclass
class Columns:
    """``of``: the columns of each field that has any, by their place.  ``said``: fields that a person named."""

    of: dict[str, list[int]] = field(default_factory=dict)
    said: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)

    def value(self, row: Sequence[str], name: str) -> str:
        """What *row* has for the field *name*; empty where there is nothing."""
        places = self.of.get(name)
        return clean(row[places[0]]) if places else ""


def propose(table: Table, wishes: Mapping[str, str] | None = None) -> Columns:
    """The columns of *table*; *wishes* says the column of a field, or nothing for none.  Raises InventoryError."""
    wishes = wishes or {}
    columns = Columns(said=frozenset(wishes))
    taken: set[int] = set()
    for name, column in wishes.items():
        places = _wished(table, name, column)
        taken.update(places)
        if places:
            columns.of[name] = places
    sample = _Sample(table)
    for name in FIELDS:
        if name in wishes or (table.points is not None and name in ("latitude", "longitude", "position")):
            continue
        if name == "position" and "latitude" in columns.of and "longitude" in columns.of:
            continue
        places = _found(table, sample, name, taken)
        if places:
            columns.of[name] = places
            taken.update(places)
        elif name == "pole":
            columns.notes += _not_own(table, sample, taken)
    if table.points is None:
        _places(table, sample, columns, taken)
    elif {"latitude", "longitude"} <= columns.of.keys() or "position" in columns.of:
        table.points = None  # a person named the columns: these count
    return columns


def _wished(table: Table, name: str, column: str) -> list[int]:
    if name not in FIELDS:
        raise InventoryError(f"--map names {name!r} and must name one of {', '.join(FIELDS)}")
    out = []
    for one in column.split("+") if column not in table.columns else [column]:
        if not one.strip():
            continue
        same = [place for place, known in enumerate(table.columns) if known == one.strip()]
        alike = same or [place for place, known in enumerate(table.columns) if plain(known) == plain(one)]
        if len(alike) != 1:
            close = get_close_matches(one, table.columns, 3, 0.4) or table.columns[:8]
            raise InventoryError(
                f"--map {name} is {one!r} and must be a column of the list, such as {', '.join(close)}"
            )
        out += alike
    if len(out) > 1 and name not in SEVERAL:
        raise InventoryError(f"--map {name} has {len(out)} columns and must have one")
    return out


class _Sample:
    """Rows spread over the table, to look at their values."""

    def __init__(self, table: Table) -> None:
        self.rows = table.rows[:: max(1, len(table.rows) // _SAMPLE)]

    def values(self, place: int) -> list[str]:
        return [value for row in self.rows if (value := clean(row[place]))]


def _found(table: Table, sample: _Sample, name: str, taken: set[int]) -> list[int]:
    ranked = sorted(
        (-score(name, header), place)
        for place, header in enumerate(table.columns)
        if place not in taken and score(name, header)
    )
    fits = [(points, place) for points, place in ranked if _fits(name, sample.values(place), table, place)]
    if not fits:
        return []
    if name in SEVERAL:  # WATTAGE1, WATTAGE2
        stem = plain(table.columns[fits[0][1]]).rstrip("0123456789")
        return [place for _points, place in fits if plain(table.columns[place]).rstrip("0123456789") == stem]
    if name == "pole":  # of several numbers the surest that is each light's own
        fits = [(points, place) for points, place in fits if unique(table, [place])] or fits
    return [fits[0][1]]


def _not_own(table: Table, sample: _Sample, taken: set[int]) -> list[str]:
    """A sentence on a column that is called as the lights' numbers are, and is none."""
    for place, header in enumerate(table.columns):
        named = plain(header) not in ROW_NUMBERS and score("pole", header) > 50
        if place not in taken and named and sample.values(place):
            return [f"pole: {header} is not each light's own, so the place is"]
    return []


def _fits(name: str, values: list[str], table: Table, place: int) -> bool:
    """Whether the *values* of a column can be those of the field *name*."""
    if not values:
        return False
    if name in ("latitude", "longitude"):
        return _share(degrees(value) is not None for value in values) > 0.6
    if name == "position":
        return _share(pair(value) is not None for value in values) > 0.6
    if name == "watts":
        return _share(0 < watts_in(value) <= MOST_W for value in values) > 0.5
    if name == "lamps":
        return _share((number(value) or 0) in range(100) for value in values) > 0.9
    if name == "pole":
        return plain(table.columns[place]) not in ROW_NUMBERS and len(set(values)) > 0.5 * len(values)
    if name == "road_class":
        return set(values) != {"street_lamp"} and len(set(values)) <= 40
    if name in ("ward", "zone", "feeder", "access_point"):
        return len(set(values)) < max(2, 0.7 * len(values)) or len(values) < 20
    return True


def watts_in(value: str) -> float:
    """The number in a value of a column of watts such as "150" or "150 W"; 0 where there is none."""
    found = number(value)
    if found is None:
        from host_tools.site.inventory.lamps import lamps_of

        found = lamps_of("", [value], 1).watts
    return found or 0.0


def unique(table: Table, places: list[int]) -> bool:
    """Whether the columns at *places* together are empty for no light and differ for each."""
    seen = set()
    for row in table.rows:
        key = tuple(clean(row[place]) for place in places)
        if not key[0] or key in seen:
            return False
        seen.add(key)
    return True


def _places(table: Table, sample: _Sample, columns: Columns, taken: set[int]) -> None:
    """Find the columns of the coordinates, from the values where no name tells."""
    of = columns.of
    if "position" in of or {"latitude", "longitude"} <= of.keys():
        return
    coordinates = [
        place
        for place in range(len(table.columns))
        if (place not in taken or place in of.get("latitude", []) + of.get("longitude", []))
        and _is_coordinate(sample.values(place))
    ]
    if len(coordinates) == 2:
        of["latitude"], of["longitude"] = [coordinates[0]], [coordinates[1]]
        first, second = (table.columns[place] for place in coordinates)
        columns.notes.append(f"latitude and longitude: {first} and {second}, by their values")
        return
    for place in range(len(table.columns)):
        if place not in taken and _share(pair(value) is not None for value in sample.values(place)) > 0.6:
            of["position"] = [place]
            columns.notes.append(f"position: {table.columns[place]}, by its values")
            return
    if table.unit == "feature":
        raise InventoryError(
            f"none of the {times(len(table.rows), 'feature')} of the list is a point, so no light has a place: ask for "
            "the lights as points"
        )
    for name, _most in _DEGREES:
        called = [header for header in table.columns if score(name, header) > 50]
        if name not in of and called:
            _explain(table, sample, name, called[0])
    missing = [name for name, _most in _DEGREES if name not in of]
    raise InventoryError(
        f"the list has no column for {' and '.join(missing)}: name it by --map {missing[0]}=COLUMN; its columns are "
        f"{', '.join(table.columns[:20])}"
    )


def _explain(table: Table, sample: _Sample, name: str, header: str) -> None:
    """Raises InventoryError: what is wrong with the column *header*, which is called *name* and has no places."""
    values = sample.values(table.columns.index(header))
    what = f"such as {values[0]!r:.40}" if values else "empty for all lights"
    raise InventoryError(
        f"the column {header} is {what} and must be the {name} in degrees or metres; another one is named by "
        f"--map {name}=COLUMN"
    )


def _is_coordinate(values: list[str]) -> bool:
    """Whether *values* look like degrees, or like metres, of places in one city: with decimals, close together."""
    numbers = [found for value in values if (found := degrees(value))]
    if len(numbers) < max(1, 0.8 * len(values)):
        return False
    middle = sorted(numbers)[len(numbers) // 2]
    decimals = _share(value != int(value) for value in numbers) > 0.7
    near = 2.0 if abs(middle) <= 180 else 200_000.0
    return decimals and _share(abs(value - middle) < near for value in numbers) > 0.8


def _share(found: Iterable[bool]) -> float:
    listed = list(found)
    return sum(listed) / len(listed) if listed else 0.0
