"""One import from end to end: a file and a folder in, a Plan with its differences out; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from host_tools.naming import NAME
from host_tools.site import poles_csv
from host_tools.site.inventory.coordinates import Places, at_sea, places_of
from host_tools.site.inventory.differences import Differences, differences
from host_tools.site.inventory.folder import poles_text
from host_tools.site.inventory.identity import FILE as REGISTER
from host_tools.site.inventory.identity import Register, read_register, register_text
from host_tools.site.inventory.lights import lights_of
from host_tools.site.inventory.mapping import propose
from host_tools.site.inventory.names import safe_name
from host_tools.site.inventory.plan import Plan, mapping_text, plan
from host_tools.site.inventory.read import read
from host_tools.site.inventory.site_text import Facts, added_text, new_text
from host_tools.site.inventory.table import InventoryError
from host_tools.site.load import SITE_FILE, load_site
from host_tools.site.model import Site
from host_tools.text import text as short_text


@dataclass(frozen=True)
class Wishes:
    """The options a person gave for a list and its site; None or empty where not given."""

    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    swap: bool | None = None
    name: str | None = None
    title: str | None = None
    timezone: str | None = None
    board: str | None = None


@dataclass
class Import:
    """The result of an import: ``texts`` of the folder's files by name, and remarks before they are written."""

    site: str
    title: str
    mapping: Mapping[str, str]
    plan: Plan
    notes: list[str]
    warnings: list[str]
    differences: Differences | None  # None: the site is new
    texts: dict[str, str]


def prepare(
    file: Path, folder: Path, wishes: Wishes, step: Callable[[int, int], None] = lambda done, of: None
) -> Import:
    """The import of *file* into the site in *folder*.  Raises InventoryError, SiteError."""
    before = load_site(folder.resolve()) if (folder / SITE_FILE).is_file() else None
    if before is None and (folder / poles_csv.FILE).exists():
        raise InventoryError(f"{folder} has a {poles_csv.FILE} and no {SITE_FILE}: name another folder by --out")
    register = (read_register(folder) if before else None) or Register()
    wishes, options = _remembered(wishes, register.options)
    table = read(file, wishes.encoding, wishes.layer)
    columns = propose(table, wishes.columns)
    mapping = mapping_text(table, columns)
    if table.points is not None:
        mapping = {"position": "geometry", **mapping}
    near = (before.latitude, before.longitude) if before else None
    places = places_of(table, columns, wishes.crs, wishes.swap, near)
    lights = lights_of(table, columns, places)
    made = plan(table, columns, lights, before, register, wishes.board, step)
    notes = [*places.notes, *made.notes]
    remark = f"From the city's list {short_text(file.name, 60)}, by diya site import."
    if before is None:
        facts, said = _facts(file, folder, wishes, places)
        notes += said
        site_text = new_text(facts, remark, made.road_classes, made.names, made.luminaires.values())
        name, title = facts.name, facts.title
    else:
        old = (folder / SITE_FILE).read_text(encoding="utf-8")
        names = {group: called for group, called in made.names.items() if group not in before.names}
        site_text = added_text(old, made.road_classes, before.programme, names, made.luminaires)
        name, title = before.name, before.title
        _beside(before, places)
        given = [option for option in ("name", "title", "timezone") if getattr(wishes, option)]
        if given:
            notes.append(f"{', '.join(f'--{option}' for option in given)}: not used, as {SITE_FILE} says it")
    texts = {
        REGISTER: register_text(Register(made.known, options)),
        SITE_FILE: site_text,
        poles_csv.FILE: poles_text(made.poles, f"{remark}  Fields that the list does not have may be edited."),
    }
    return Import(
        name, title, mapping, made, list(dict.fromkeys(notes)), places.warnings,
        differences(before.poles, made.poles) if before else None, texts,
    )  # fmt: skip


def _remembered(wishes: Wishes, options: Mapping[str, object]) -> tuple[Wishes, dict[str, object]]:
    """*wishes*, with the *options* of the import before where nothing else is said; and what to remember of them."""
    columns = options.get("map")
    columns = {**(columns if isinstance(columns, dict) else {}), **wishes.columns}
    kept = {key: getattr(wishes, key) or options.get(key) for key in ("crs", "encoding", "layer", "board")}
    swap = wishes.swap if wishes.swap is not None else options.get("swap")
    now = replace(wishes, columns=columns, swap=swap, **kept)  # type: ignore[arg-type]
    remembered = {"map": columns, "swap": swap, **kept}
    return now, {key: value for key, value in remembered.items() if value not in (None, "", {})}


def _facts(file: Path, folder: Path, wishes: Wishes, places: Places) -> tuple[Facts, list[str]]:
    """Name, place and time zone of a new site, and what was assumed of them."""
    notes = []
    name = wishes.name
    if name is None:
        stem = folder.resolve().name
        name = stem if NAME.fullmatch(stem) else safe_name(stem, "site")
        notes.append(f"name: {name}, after the folder (--name)")
    elif not NAME.fullmatch(name):
        raise InventoryError(
            f"--name is {name!r:.60} and must be 1 to 32 letters, digits, dots, dashes or underscores and start with a "
            "letter or digit; a title in any language is given by --title"
        )
    zone = wishes.timezone
    if zone is None:
        zone = zone_at(places)
        notes.append(f"timezone: {zone}, from where the lights are (--timezone)")
    else:
        check_zone(zone)
    north, east = places.middle
    notes.append(f"place: {north:g} north, {east:g} east, the middle of the lights")
    notes.append("programme: all-night for each class of road, until you write others into site.toml")
    return Facts(name, wishes.title or name, north, east, zone), notes


def zone_at(places: Places) -> str:
    """The time zone at the middle of *places*.  Raises InventoryError where it cannot be known."""
    try:
        import tzfpy
    except ImportError:
        raise InventoryError(
            "the time zone is not known: give it by --timezone, such as Asia/Kolkata, or pip install 'diya[gis]'"
        ) from None
    zone: str = tzfpy.get_tz(places.middle[1], places.middle[0])
    if at_sea(zone):
        raise InventoryError(
            f"the lights lie at sea, at {places.middle[0]:g} {places.middle[1]:g}: say the reference system by --crs, "
            "or --swap where latitude and longitude are exchanged, or the time zone by --timezone"
        )
    return zone


def check_zone(zone: str) -> None:
    """Raises InventoryError unless *zone* is an IANA time zone."""
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise InventoryError(f"--timezone is {zone!r:.60} and must be an IANA time zone such as Asia/Kolkata") from None


def _beside(before: Site, places: Places) -> None:
    """Raises InventoryError where the list is of another city than the site *before*."""
    away = max(abs(before.latitude - places.middle[0]), abs(before.longitude - places.middle[1]))
    if away > 2 * poles_csv.NEAR:
        raise InventoryError(
            f"the lights of the list lie at {places.middle[0]:g} {places.middle[1]:g}, and the site {before.name} at "
            f"{before.latitude:g} {before.longitude:g}: is it the list of another city?"
        )
