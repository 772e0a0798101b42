"""The rows of a list as lights: name, position, groups and lamps of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from host_tools.site.inventory.coordinates import Places
from host_tools.site.inventory.lamps import Lamps, lamps_of
from host_tools.site.inventory.mapping import Columns
from host_tools.site.inventory.numbers import clean, number
from host_tools.site.inventory.table import Table, times, where
from host_tools.site.inventory.vocabulary import ROW_NUMBERS, plain
from host_tools.site.luminaires import RATED_MOST_W
from host_tools.site.near_places import Place
from host_tools.text import safe, text

LABEL_MOST = 80
GROUPS = ("ward", "zone", "feeder", "road_class", "access_point")


@dataclass(frozen=True)
class Light:
    """One light; ``key`` is the city's own number of it, empty where it has none that is its alone."""

    line: int
    key: str
    label: str
    place: Place
    groups: dict[str, str]  # what the city calls its ward, zone, feeder, road class, access point
    lamps: Lamps


@dataclass
class Lights:
    """All lights of a list; ``notes`` on what was assumed and left out; ``of``: what the lights' numbers come from."""

    all: list[Light]
    of: str
    notes: list[str] = field(default_factory=list)


def lights_of(table: Table, columns: Columns, places: Places) -> Lights:
    """Each row of *table* that has a place, as a light; rows that say the same twice once."""
    own = [place for place, header in enumerate(table.columns) if plain(header) not in ROW_NUMBERS]
    keys, of = _keys(table, columns)
    seen: set[tuple[object, ...]] = set()
    twice = []
    useless: dict[int, str] = {}
    out = Lights([], of)
    for place, row, line, key in zip(places.at, table.rows, table.lines, keys, strict=True):
        if place is None:
            continue
        same = (place, key, *(row[number_] for number_ in own))
        if same in seen and (not key or of):
            twice.append(line)
            continue
        seen.add(same)
        watts = [row[number_] for number_ in columns.of.get("watts", ())]
        count = number(columns.value(row, "lamps")) or 0
        kind = columns.value(row, "lamp_type")
        groups = {name: text(columns.value(row, name), LABEL_MOST) for name in GROUPS if name in columns.of}
        lamps = lamps_of(kind, [value for value in watts if value.strip()], int(count))
        written = " ".join(cleaned for value in watts if (cleaned := clean(value)))
        if lamps.assumed and written:
            useless[line] = repr(written[:40]) + (f" for {lamps.count} lamps" if lamps.count > 1 else "")
        out.all.append(Light(line, key, _label(columns, row, key), place, groups, lamps))
    if useless:
        out.notes.append(
            f"watts: {times(len(useless), 'light')} without a power from 1 to {RATED_MOST_W:g} W, such as "
            f"{next(iter(useless.values()))}, {where(list(useless), table.unit)}"
        )
    if twice:
        out.notes.append(f"left out: {times(len(twice), 'row')} that repeat another, {where(twice, table.unit)}")
    return out


def _label(columns: Columns, row: list[str], key: str) -> str:
    """What the city calls the light: its label, else its number, and the street."""
    name = columns.value(row, "label") or columns.value(row, "pole") or key
    street = columns.value(row, "street")
    return text(safe(", ".join(part for part in dict.fromkeys((name, street)) if part)), LABEL_MOST).strip()


def _keys(table: Table, columns: Columns) -> tuple[list[str], str]:
    """The number of each light that is its alone, and the columns it comes from; empty where a list has none."""
    if "pole" not in columns.of:
        return [""] * len(table.rows), ""
    ways = [["pole"]] + ([["pole", "street"]] if "street" in columns.of else [])
    for way in ways:
        whole = [" ".join(columns.value(row, name) for name in reversed(way)).strip() for row in table.rows]
        if len(way) == 1:
            whole = _without_decimals(whole)
        count = Counter(whole)
        single = sum(1 for key in whole if key and count[key] == 1)
        if single > 0.9 * len(whole):
            names = " with ".join(table.columns[columns.of[name][0]] for name in way)
            others = len(whole) - single
            if others:
                columns.notes.append(
                    f"pole: {times(others, 'row')} of {names} empty or not alone, known by place instead"
                )
            return [key if count[key] == 1 else "" for key in whole], names
    columns.notes.append(f"pole: {table.columns[columns.of['pole'][0]]} is not each light's own, so the place is")
    return [""] * len(table.rows), ""


def _without_decimals(keys: list[str]) -> list[str]:
    """ "60206.0" is 60206 as another program wrote it."""
    if all(not key or (key.endswith(".0") and key[:-2].isdigit()) for key in keys):
        return [key.removesuffix(".0") for key in keys]
    return keys
