"""Builds the site of a list: its poles and luminaires, merged with existing ones, with a note on each assumption."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from host_tools.site.inventory.identity import Known, Register, name_poles, registered
from host_tools.site.inventory.lights import GROUPS, Light, Lights
from host_tools.site.inventory.mapping import Columns
from host_tools.site.inventory.names import GroupNames
from host_tools.site.inventory.table import Table, times
from host_tools.site.model import Pole, Site

ROAD_CLASS = "street"
WARD = "W1"
_SHOWN = 3  # groups, in a note
_SAID = {
    "ward": "not in the list, all poles get {0}",
    "zone": "not in the list, left empty: the access point of a pole is not known, so no fault is told of one",
    "feeder": "not in the list, left empty: no fault is told of a feeder",
    "road_class": "not in the list, all poles get {0}",
    "access_point": "",
}


@dataclass
class Plan:
    """What would be written: ``poles`` of the site, its new parts, the ``register``; ``notes`` on each assumption."""

    poles: list[Pole]
    road_classes: list[str]
    luminaires: dict[str, str]  # each type's table, as text
    names: dict[str, str]
    known: list[Known]
    notes: list[str] = field(default_factory=list)
    kept: int = 0  # poles that no list ever had: a person wrote them into poles.csv


def plan(
    table: Table, columns: Columns, lights: Lights, before: Site | None, register: Register, board: str | None,
    step: Callable[[int, int], None] = lambda done, of: None,
) -> Plan:  # fmt: skip
    """The site that *lights* make; *before* is what is there, *register* what is known of earlier lists.

    What the list has no column for stays as it was *before*.  *step* is told how many lights are done.
    """
    old = {pole.name: pole for pole in before.poles} if before else {}
    known = register.known or [Known(pole.name, pole.label or pole.name, _place(pole)) for pole in old.values()]
    poles = name_poles(lights.all, known, old)
    names = GroupNames(_groups(before) if before else {}, before.names if before else {})
    made: dict[str, Pole] = {}
    luminaires: dict[str, str] = {}
    lit = any(name in columns.of for name in ("watts", "lamp_type"))
    for number, (light, name) in enumerate(zip(lights.all, poles, strict=True)):
        if number % 1000 == 0:
            step(number, len(poles))
        was = old.get(name)
        given = {kind: names.name(kind, light.groups[kind]) for kind in GROUPS if kind in columns.of}
        kind = light.lamps.name
        luminaire = kind if lit or was is None else was.luminaire
        if luminaire == kind and kind not in luminaires:
            luminaires[kind] = light.lamps.table()
        zone = given.get("zone", was.zone if was else "")
        point = given.get("access_point", was.access_point if was and was.access_point != was.zone else "")
        made[name] = Pole(
            name, *light.place,
            given.get("ward", was.ward if was else WARD), zone, given.get("feeder", was.feeder if was else ""),
            given.get("road_class", was.road_class if was else ROAD_CLASS) or ROAD_CLASS, luminaire,
            board or (was.board if was else "esp32-devkitc"), point, _label(light, name),
        )  # fmt: skip
    step(len(poles), len(poles))
    imported = {one.pole for one in register.known}
    kept = [pole for pole in old.values() if pole.name not in made and pole.name not in imported]
    order = {name: place for place, name in enumerate(old)}
    listed = sorted([*made.values(), *kept], key=lambda pole: order.get(pole.name, len(order)))
    road_classes = list(dict.fromkeys(pole.road_class for pole in listed))
    out = Plan(listed, road_classes, luminaires, names.labels, registered(lights.all, poles, register.known))
    out.kept = len(kept)
    out.notes = [*table.notes, *columns.notes, *lights.notes, *_notes(table, columns, lights, out, before, board)]
    return out


def _label(light: Light, name: str) -> str:
    """What the city calls *light*, where that says more than the *name* of its pole."""
    return "" if light.label == name else light.label.removeprefix(f"{name}, ")


def _groups(site: Site) -> dict[tuple[str, str], str]:
    """Names of the groups of *site*, by kind and what the city calls them."""
    out = {}
    for pole in site.poles:
        for kind in GROUPS:
            name = getattr(pole, kind)
            if name:
                out[kind, site.names.get(name, name)] = name
    return out


def _place(pole: Pole) -> tuple[float, float]:
    return pole.latitude, pole.longitude


def _notes(
    table: Table, columns: Columns, lights: Lights, made: Plan, before: Site | None, board: str | None
) -> list[str]:
    notes = [f"pole: from {lights.of}" if lights.of else "pole: counted; a light is known again by its place"]
    for kind in ("ward", "zone", "feeder", "road_class", "access_point"):
        title = kind.replace("_", " ")
        if kind in columns.of:
            notes.append(f"{title}: from {_headers(table, columns, kind)}, {_groups_text(lights.all, kind, made)}")
        elif before is not None:
            notes.append(f"{title}: not in the list, as it was; {_default(kind)} for new poles")
        elif _SAID[kind]:
            notes.append(f"{title}: " + _SAID[kind].format(_default(kind)))
    notes += _lamp_notes(table, columns, lights.all, made)
    if board is None and before is None:
        notes.append("board: esp32-devkitc for all poles (--board)")
    if "label" in columns.of or "street" in columns.of:
        names = [name for name in ("label", "street") if name in columns.of]
        notes.append(f"label: from {' and '.join(_headers(table, columns, name) for name in names)}")
    if made.kept:
        notes.append(f"poles.csv: {times(made.kept, 'pole')} that no list had, kept as they are")
    return notes


def _default(kind: str) -> str:
    return {"ward": WARD, "road_class": ROAD_CLASS}.get(kind, "empty")


def _groups_text(lights: Sequence[Light], kind: str, made: Plan) -> str:
    names = list(dict.fromkeys(getattr(pole, kind) for pole in made.poles if getattr(pole, kind)))
    renamed = [f"{made.names[name]} is named {name}" for name in names if name in made.names]
    empty = sum(not light.groups.get(kind) for light in lights)
    text = times(len(names), "name") + (f"; {', '.join(renamed[:_SHOWN])}" if renamed else "")
    if len(renamed) > _SHOWN:
        text += f" and {len(renamed) - _SHOWN} more"
    if kind == "zone" and names:
        text += "; the access point of a pole is that of its zone, unless its own is filled in"
    return text + (f"; {times(empty, 'light')} without: {_default(kind)}" if empty else "")


def _lamp_notes(table: Table, columns: Columns, lights: Sequence[Light], made: Plan) -> list[str]:
    of = [_headers(table, columns, name) for name in ("watts", "lamp_type", "lamps") if name in columns.of]
    guessed = sum(light.lamps.assumed for light in lights)
    notes = []
    if guessed < len(lights):
        notes.append(f"luminaire: from {' and '.join(of)}, {times(len(made.luminaires), 'type')}")
        notes.append(
            "luminaire: power at lower levels, lumens and power factor are usual ones, not those of a data sheet"
        )
    if guessed:
        whom = "all lights" if guessed == len(lights) else times(guessed, "light")
        missing = "not known" if "watts" in columns.of else "not in the list"
        notes.append(
            f"watts: {missing} for {whom}: 60 W a lamp is assumed, in the simulator alone; a pole judges its "
            "lamp only when it was measured at commissioning"
        )
    kinds = sorted({light.lamps.kind for light in lights} & {"hps", "mh", "mv", "cfl"})
    if kinds:
        notes.append(
            f"ballast: 12 % more than the rated power for {', '.join(kinds)}, the same at every level: no dimming"
        )
    heavy = max((light.lamps.watts for light in lights), default=0)
    if heavy > 2000:
        notes.append(f"watts: up to {heavy:g} W on one pole; see that its relay or contactor is rated for the current")
    return notes


def _headers(table: Table, columns: Columns, name: str) -> str:
    return ", ".join(table.columns[place] for place in columns.of[name])


def mapping_text(table: Table, columns: Columns) -> Mapping[str, str]:
    """The columns of each field, as --map takes them."""
    return {name: "+".join(table.columns[place] for place in places) for name, places in columns.of.items()}
