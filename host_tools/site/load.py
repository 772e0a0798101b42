"""Loads `site.toml` and `poles.csv` into a Site, with every mistake found in one pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from host_tools.errors import BrokerError
from host_tools.naming import MOST_ROOT, ROOT_BOUND, is_root
from host_tools.site import poles_csv, synthetic
from host_tools.site.alarm_reader import TABLES, check_wards, read_alarm_settings
from host_tools.site.broker_address import parse_broker
from host_tools.site.command_limits import read_limits
from host_tools.site.contract_reader import check_contract, read_contract
from host_tools.site.door_reader import read_door_files
from host_tools.site.luminaires import read_luminaires
from host_tools.site.model import Problem, Site, SiteError, SwitchPoint
from host_tools.site.publish_reader import TABLES as PUBLISHED
from host_tools.site.publish_reader import read_publish_settings
from host_tools.site.rules import Rules, check_groups
from host_tools.site.toml_lines import Path as Field
from host_tools.site.toml_reader import Reader
from pole.lighting.switch_point import parse
from pole.wire import city_side

SITE_FILE = "site.toml"

MOST_SERVERS = 128  # characters, as of the pole's setting time.host
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
SWITCHED = ("dusk-dawn",)  # a contactor closes at dusk and opens at dawn

_AT_BOUND = "must be HH:MM, or sunset, sunrise, dusk or dawn, with at most 720 minutes added such as sunset-10"


def find_site(name: str | Path) -> Path:
    """Folder of the site *name*: a folder with a `site.toml`, or one of `simulator/sites/`; the file will do as well.

    Raises SiteError.
    """
    here = Path(__file__).resolve().parents[2]
    if Path(name).name == SITE_FILE and Path(name).is_file():
        return Path(name).parent
    places = [Path(name), Path("simulator/sites") / name, here / "simulator" / "sites" / name]
    for place in places:
        if (place / SITE_FILE).is_file():
            return place
    raise SiteError([Problem(str(name), 0, "the site", "has no site.toml", "must be a folder which holds one")])


def load_site(folder: str | Path, poles: int | None = None) -> Site:
    """The site in *folder* (or the one called so, see `find_site`).

    *poles* asks for that many of them: the first of `poles.csv`, and beyond its end synthetic ones, the same each
    time.  Raises SiteError with every mistake of both files.
    """
    site, problems = read_site(folder)
    if site is None or problems:
        raise SiteError(problems)
    return site if poles is None else site.with_poles(synthetic.fill(site, poles))


def read_site(folder: str | Path) -> tuple[Site | None, list[Problem]]:
    """The site in *folder* and every mistake of its files; no site where `site.toml` is no TOML at all."""
    place = find_site(folder)
    try:
        text = (place / SITE_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return None, [Problem(SITE_FILE, 0, "the file", f"cannot be read ({error})", "must be UTF-8 text")]
    return read_text(text, place)


def read_text(text: str, place: Path) -> tuple[Site | None, list[Problem]]:
    """As `read_site`, of a site file that says *text*, with the poles of the folder *place*."""
    reader = Reader(SITE_FILE, text)
    if reader.problems:
        return None, reader.problems
    site = _Parts(reader).site()
    placed = not any(problem.field.startswith(("place.latitude", "place.longitude")) for problem in reader.problems)
    poles, problems = poles_csv.read(place / poles_csv.FILE, site, placed)
    doors, others = read_door_files(reader, place, (site.latitude, site.longitude) if placed else None)
    site = replace(site.with_poles(poles), doors=doors)
    problems += others
    if poles:
        check_groups(reader, site)
        check_wards(reader, site.alarms, poles)
        check_contract(reader, site.contract, poles, site.luminaires, site.road_classes)
        feeders = {pole.feeder for pole in poles}
        for name in reader.table(("feeders",), required=False):
            if name not in feeders:
                reader.wrong(("feeders", name), "is no pole's feeder", f"must be a feeder of {poles_csv.FILE}")
    return site, sorted(reader.problems, key=lambda problem: problem.line) + problems


class _Parts:
    """Reads a site table by table.  Paths of fields are those of the file."""

    def __init__(self, reader: Reader) -> None:
        self._read = reader
        self._read.only((), (
            "name", "title", "version", "place", "broker", "light", "programmes", "road_classes", "special_days",
            "rule", "luminaires", "names", "time", "feeders", "limits", "cap", "contract", *TABLES, *PUBLISHED,
        ))  # fmt: skip

    def site(self) -> Site:
        read = self._read
        for table, known in (
            ("place", ("latitude", "longitude", "timezone")),
            ("broker", ("url", "root")),
            ("time", ("server",)),
            ("light", ("lit_percent", "floor", "programme")),
        ):
            read.table((table,), required=table not in ("broker", "time"))
            read.only((table,), known)
        programmes = self._programmes()
        name = read.name(("name",))
        floor = read.whole(("light", "floor"), 0, 100, "percent", default=20)
        return Site(
            name=name,
            title=read.text(("title",), default=name or "-"),
            version=read.whole(("version",), 0, 1_000_000_000, default=0),
            latitude=read.number(("place", "latitude"), -90, 90, "degrees north"),
            longitude=read.number(("place", "longitude"), -180, 180, "degrees east"),
            timezone=self._timezone(),
            broker=self._broker(),
            root=self._root(),
            lit_percent=read.whole(("light", "lit_percent"), 1, 100, "percent", default=10),
            floor=floor,
            programme=read.choice(("light", "programme"), programmes, "a programme"),
            programmes=programmes,
            by_day=self._by_day(),
            road_classes=self._road_classes(programmes),
            rules=Rules(read).read(programmes),
            luminaires=read_luminaires(read),
            poles=(),
            names=self._names(),
            time_servers=self._time_servers(),
            switched=self._switched(),
            alarms=read_alarm_settings(self._read),
            limits=read_limits(read, floor),
            publish=read_publish_settings(read),
            contract=read_contract(read),
        )

    def _switched(self) -> frozenset[str]:
        """The feeders that a contactor switches."""
        out = set()
        for name in self._read.table(("feeders",), required=False):
            path = ("feeders", name)
            self._read.key(path)
            self._read.table(path)
            self._read.only(path, ("switched",))
            if self._read.choice((*path, "switched"), SWITCHED, "how the feeder is switched", default="") in SWITCHED:
                out.add(name)
        return frozenset(out)

    def _names(self) -> dict[str, str]:
        """What the city calls its groups."""
        out = {}
        for name in self._read.table(("names",), required=False):
            self._read.key(("names", name))
            out[name] = self._read.text(("names", name))
        return out

    def _timezone(self) -> str:
        zone = self._read.text(("place", "timezone"))
        try:
            if zone:
                ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._read.wrong(("place", "timezone"), f"is {zone!r}", "must be an IANA time zone such as Asia/Kolkata")
        return zone or "UTC"

    def _broker(self) -> str:
        url = self._read.text(("broker", "url"), default="mqtt://127.0.0.1:1883")
        try:
            parse_broker(url)
        except BrokerError:
            self._read.wrong(("broker", "url"), f"is {url!r}", "must be mqtt://HOST or mqtt://HOST:PORT")
        return url

    def _root(self) -> str:
        root = self._read.text(("broker", "root"), MOST_ROOT, default=city_side.ROOT)
        if not is_root(root):
            self._read.wrong(("broker", "root"), f"is {root!r}", ROOT_BOUND)
        return root

    def _time_servers(self) -> tuple[str, ...]:
        path = ("time", "server")
        value = self._read.get(path)
        if value is None:
            return ()
        if isinstance(value, str):
            servers = [self._read.text(path, MOST_SERVERS)]
        else:
            servers = [self._read.text((*path, number)) for number in range(len(self._read.items(path, 1, 4)))]
        for server in servers:
            if server and not _HOST.fullmatch(server):
                self._read.wrong(path, f"is {server!r}", "must be names or IPv4 addresses of time servers")
        if len(",".join(servers)) > MOST_SERVERS:
            self._read.wrong(path, "is too long", f"must have at most {MOST_SERVERS} characters in all, with commas")
        return tuple(servers)

    def _programmes(self) -> dict[str, tuple[SwitchPoint, ...]]:
        read, out = self._read, {}
        table = read.table(("programmes",))
        if len(table) > 16:
            read.wrong(("programmes",), f"has {len(table)} entries", "must have at most 16")
        for name, programme in table.items():
            self._read.key(("programmes", name))
            path: Field = ("programmes", name)
            if isinstance(programme, dict):
                read.only(path, ("points", "by_day"))
                path = (*path, "points")
            points = read.items(path, 1, 24)
            out[name] = tuple(self._point((*path, number)) for number in range(len(points)))
        return out

    def _by_day(self) -> frozenset[str]:
        """The programmes whose fixed times may light the lamp by day."""
        table = self._read.get(("programmes",))
        programmes = table if isinstance(table, dict) else {}
        tables = [name for name, programme in programmes.items() if isinstance(programme, dict)]
        return frozenset(name for name in tables if self._read.flag(("programmes", name, "by_day")))

    def _point(self, path: Field) -> SwitchPoint:
        read = self._read
        read.table(path)
        read.only(path, ("at", "level", "ramp_s"))
        at = read.text((*path, "at"))
        try:
            parse(at or "12:00")  # where it is missing, that was said
        except ValueError:
            read.wrong((*path, "at"), f"is {at!r}", _AT_BOUND)
        level = read.whole((*path, "level"), 0, 100, "percent")
        return SwitchPoint(at, level, read.whole((*path, "ramp_s"), 0, 3600, "s", default=2))

    def _road_classes(self, programmes: Mapping[str, object]) -> dict[str, str]:
        out = {}
        for name in self._read.table(("road_classes",)):
            self._read.key(("road_classes", name))
            out[name] = self._read.choice(("road_classes", name), programmes, "a programme")
        return out
