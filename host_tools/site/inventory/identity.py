"""Matches the lights of a list to poles: the same one at each import, and a name is never given to another light.

A light is identified by the city's own number, where it has a unique one; else by its place, exactly, or within some
metres where a survey has corrected it.  `inventory.csv` keeps all identities, also of lights that are gone.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from host_tools.site.inventory.lights import Light
from host_tools.site.inventory.names import PoleNames
from host_tools.site.inventory.table import InventoryError
from host_tools.site.near_places import Net, Place, distance_m
from host_tools.spreadsheet import neutral, plain

FILE = "inventory.csv"
MOVED_M = 3.0  # a light without a number that is found so near is the same one, measured again
_COLUMNS = ("pole", "number", "latitude", "longitude", "gone")
_REMARK = "# diya site import keeps here which light of the city's list is which pole; it is not edited by hand"


@dataclass(frozen=True)
class Known:
    """A light of an earlier list: its pole, the city's ``key`` of it, its place; ``gone``: not in the latest list."""

    pole: str
    key: str
    place: Place
    gone: bool = False


@dataclass
class Register:
    """The lights of earlier lists, and the ``options`` these were imported with."""

    known: list[Known] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


def name_poles(lights: Sequence[Light], known: Sequence[Known], others: Iterable[str]) -> list[str]:
    """The pole of each of *lights*; new ones get names that neither *known* nor *others* have."""
    names: dict[int, str] = {}
    left = dict(enumerate(known))
    _by_key(lights, left, names)
    _by_place(lights, left, names)
    _by_nearness(lights, left, names)
    pole_names = PoleNames([*(one.pole for one in known), *others], len(lights))
    return [names.get(number) or pole_names.new(light.key) for number, light in enumerate(lights)]


def registered(lights: Sequence[Light], poles: Sequence[str], before: Sequence[Known]) -> list[Known]:
    """What is known after an import: *lights* as *poles*, and the lights *before* that are gone."""
    now = {pole: Known(pole, light.key, light.place) for light, pole in zip(lights, poles, strict=True)}
    kept = [now.pop(one.pole) if one.pole in now else replace(one, gone=True) for one in before]
    return [*kept, *now.values()]


def read_register(folder: Path) -> Register | None:
    """What *folder* keeps; None where it keeps nothing.  Raises InventoryError."""
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        options: dict[str, Any] = next((json.loads(line[2:]) for line in lines if line.startswith("# {")), {})
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        known = [
            Known(
                row["pole"],
                plain(row["number"]),
                (float(row["latitude"]), float(row["longitude"])),
                bool(row["gone"]),
            )
            for row in rows
        ]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise InventoryError(
            f"{file} is damaged ({error}): bring back a copy of it, poles keep their names by it"
        ) from None
    return Register(known, options)


def register_text(register: Register) -> str:
    """The text of `inventory.csv`."""
    out = io.StringIO()
    out.write(f"{_REMARK}\n# {json.dumps(register.options, ensure_ascii=False)}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in register.known:
        writer.writerow((one.pole, neutral(one.key), one.place[0], one.place[1], "gone" if one.gone else ""))
    return out.getvalue()


def _by_key(lights: Sequence[Light], left: dict[int, Known], names: dict[int, str]) -> None:
    keys = {one.key: place for place, one in left.items() if one.key}
    for number, light in enumerate(lights):
        place = keys.pop(light.key, None) if light.key else None
        if place is not None:
            names[number] = left.pop(place).pole


def _by_place(lights: Sequence[Light], left: dict[int, Known], names: dict[int, str]) -> None:
    at: dict[Place, list[int]] = defaultdict(list)
    for place, one in left.items():
        at[one.place].append(place)
    for number, light in enumerate(lights):
        if number in names:
            continue
        here = at.get(light.place, [])
        found = [place for place in here if _may_be(light, left[place])]
        if found:
            here.remove(found[0])
            names[number] = left.pop(found[0]).pole


def _by_nearness(lights: Sequence[Light], left: dict[int, Known], names: dict[int, str]) -> None:
    missing = [number for number in range(len(lights)) if number not in names]
    if not missing or not left:
        return
    net = Net(MOVED_M, lights[missing[0]].place[0])
    for place, one in left.items():
        net.add(place, one.place)
    pairs = []
    for number in missing:
        light = lights[number]
        for place in net.around(light.place):
            away = distance_m(light.place, left[place].place)
            if away <= MOVED_M and _may_be(light, left[place]):
                pairs.append((away, number, place))
    for _away, number, place in sorted(pairs):
        if number not in names and place in left:
            names[number] = left.pop(place).pole


def _may_be(light: Light, known: Known) -> bool:
    """Whether they may be one light: two different numbers are two lights, also at one place."""
    return not (light.key and known.key)
