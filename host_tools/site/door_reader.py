"""Reads what a site's files say for the doors of other systems (door_files.py); each mistake with its line or id."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from host_tools.naming import NAME, NAME_BOUND
from host_tools.site.door_files import SEVERITIES, URGENCIES, CapSettings, DoorFiles, NamedPlace, Segment
from host_tools.site.model import Problem
from host_tools.site.poles_csv import NEAR, Records
from host_tools.site.toml_reader import Reader
from host_tools.text import quoted, shows_whole

SEGMENTS, CAMERAS, STATIONS = "segments.geojson", "cameras.csv", "stations.csv"
METRES = 25.0  # from a segment's line to its poles, where the file does not say
MOST_METRES, MOST_BYTES, MOST, MOST_POINTS = 200, 5_000_000, 10_000, 1000
MOST_LABEL = 80
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")
_FORMS = {CAMERAS: ("id", "lat", "lon"), STATIONS: ("id", "name", "lat", "lon")}


def read_door_files(read: Reader, folder: Path, place: tuple[float, float] | None) -> tuple[DoorFiles, list[Problem]]:
    """Those of the site in *folder*, whose site.toml *read* reads, and every mistake of the other files.

    *place*: latitude and longitude of the site, None where they are not valid.
    """
    problems: list[Problem] = []
    segments = _segments(folder / SEGMENTS, place, problems)
    cameras, stations = (_places(folder / name, place, problems) for name in (CAMERAS, STATIONS))
    return DoorFiles(segments, cameras, stations, _cap(read)), problems


def _cap(read: Reader) -> CapSettings:
    read.table(("cap",), required=False)
    read.only(("cap",), ("senders", "urgencies", "severities", "hosts"))
    usual = CapSettings()
    senders = _texts(read, "senders", 64)
    hosts = _texts(read, "hosts", 16)
    for at, host in enumerate(hosts):
        if host and not _HOST.fullmatch(host):
            read.wrong(("cap", "hosts", at), f"is {host!r}", "must be the name of a host, or HOST:PORT")
    chosen = {}
    for name, known, others in (
        ("urgencies", URGENCIES, usual.urgencies), ("severities", SEVERITIES, usual.severities),
    ):  # fmt: skip
        count = len(read.items(("cap", name), 1, len(known), required=False))
        said = [read.choice(("cap", name, at), known, "one of CAP 1.2") for at in range(count)]
        chosen[name] = frozenset(said) if read.get(("cap", name)) is not None else others
    return CapSettings(frozenset(senders), chosen["urgencies"], chosen["severities"], frozenset(hosts))


def _texts(read: Reader, name: str, most: int) -> list[str]:
    items = read.items(("cap", name), 1, most, required=False)
    return [read.text(("cap", name, at), 200) for at in range(len(items))]


def _bytes(path: Path, problems: list[Problem]) -> str | None:
    """The text of *path*; None where there is no such file, or it cannot be read, which is noted."""
    if not path.is_file():
        return None
    try:
        data = path.read_bytes()
        if len(data) > MOST_BYTES:
            said, bound = f"has {len(data)} bytes", f"must have at most {MOST_BYTES}"
            problems.append(Problem(path.name, 0, "the file", said, bound))
            return None
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(path.name, 0, "the file", f"cannot be read ({error})", "must be UTF-8 text"))
        return None


# -- segments.geojson


def _segments(path: Path, place: tuple[float, float] | None, problems: list[Problem]) -> dict[str, Segment]:
    text = _bytes(path, problems)
    if text is None:
        return {}
    out: dict[str, Segment] = {}

    def wrong(field: str, value: str, bound: str) -> None:
        problems.append(Problem(path.name, 0, field, value, bound))

    try:
        collection = json.loads(text)
        features = collection["features"] if collection["type"] == "FeatureCollection" else None
    except (ValueError, RecursionError, KeyError, TypeError):
        features = None
    if not isinstance(features, list):
        wrong("the file", "is no GeoJSON FeatureCollection", "must be one, of LineString features")
        return {}
    if len(features) > MOST:
        wrong("the file", f"has {len(features)} segments", f"must have at most {MOST}")
        return {}
    for number, feature in enumerate(features, 1):
        try:
            one = _segment(feature, number, place)
            if one.id in out:
                raise _Wrong(f"segment {one.id}", "is there twice", "must have an id of its own")
            out[one.id] = one
        except _Wrong as error:
            wrong(*error.args)
    return out


class _Wrong(Exception):
    """(field, value, bound)"""


def _segment(feature: Any, number: int, place: tuple[float, float] | None) -> Segment:
    said: Any = feature if isinstance(feature, dict) else {}
    properties = said.get("properties") if isinstance(said.get("properties"), dict) else {}
    name = next((one for one in (properties.get("id"), said.get("id")) if one is not None), None)
    name = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
    what = f"feature {number}"
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _Wrong(f"the id of {what}", f"is {quoted(name, 40)}", NAME_BOUND)
    what = f"segment {name}"
    geometry = said.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") != "LineString":
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        raise _Wrong(what, f"is {quoted(kind, 30)}", "must be a LineString")
    points = geometry.get("coordinates")
    if not isinstance(points, list) or not 2 <= len(points) <= MOST_POINTS:
        count = len(points) if isinstance(points, list) else 0
        raise _Wrong(what, f"has {count} positions", f"must have 2 to {MOST_POINTS}")
    line = tuple(_position(point, what, place) for point in points)
    metres = properties.get("metres", METRES)
    if isinstance(metres, bool) or not isinstance(metres, int | float) or not 1 <= metres <= MOST_METRES:
        raise _Wrong(f"metres of {what}", f"is {quoted(metres, 30)}", f"must be 1 to {MOST_METRES}")
    return Segment(name, line, float(metres))


def _position(point: Any, what: str, place: tuple[float, float] | None) -> tuple[float, float]:
    if not isinstance(point, list) or len(point) < 2 or not all(_is_number(one) for one in point[:2]):
        raise _Wrong(what, f"has the position {quoted(str(point), 40)}", "must have [longitude, latitude] in degrees")
    longitude, latitude = point[:2]
    if wrong := _far(latitude, longitude, place):
        raise _Wrong(what, f"has the position {longitude:g}, {latitude:g}", f"must {wrong}, longitude first")
    return float(longitude), float(latitude)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _far(latitude: float, longitude: float, place: tuple[float, float] | None) -> str:
    """What the position must do, where it is not on the Earth or not at the site; else empty."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return "be in degrees on the Earth"
    if place and max(abs(latitude - place[0]), abs(longitude - place[1])) > NEAR:
        return f"lie within {NEAR:g} degree of the site, {place[0]:g} north and {place[1]:g} east"
    return ""


# -- cameras.csv, stations.csv


def _places(path: Path, place: tuple[float, float] | None, problems: list[Problem]) -> dict[str, NamedPlace]:
    text = _bytes(path, problems)
    if text is None:
        return {}
    columns, out = _FORMS[path.name], dict[str, NamedPlace]()
    records = Records(text)
    rows = iter(records)
    line, head = next(rows, (0, []))
    found = [one.strip().lower() for one in head]
    if missing := [one for one in columns if one not in found]:
        bound = f"must name {','.join(columns)}"
        problems.append(Problem(path.name, line, "the first line", f"has no {missing[0]}", bound))
        return {}
    comma = records.separator != ","
    for line, row in rows:
        values = {name: row[at].strip() if at < len(row) else "" for at, name in enumerate(found)}
        try:
            one = _place(values, comma, place)
            if one.id in out:
                raise _Wrong("id", f"is {one.id!r}", "must be another than those before it")
            out[one.id] = one
        except _Wrong as error:
            problems.append(Problem(path.name, line, *error.args))
        if len(out) > MOST:
            problems.append(Problem(path.name, 0, "the file", "has too many lines", f"must have at most {MOST}"))
            break
    return out


def _place(values: Mapping[str, str], comma: bool, place: tuple[float, float] | None) -> NamedPlace:
    name, label = values["id"], values.get("name", "")
    if not NAME.fullmatch(name):
        raise _Wrong("id", f"is {quoted(name, 40)}", NAME_BOUND)
    if len(label) > MOST_LABEL or not shows_whole(label):
        raise _Wrong("name", f"is {quoted(label, 40)}", f"must be one line of at most {MOST_LABEL} characters")
    numbers = []
    for field in ("lat", "lon"):
        try:
            numbers.append(float(values[field].replace(",", ".") if comma else values[field]))
        except ValueError:
            raise _Wrong(field, f"is {quoted(values[field], 30)}", "must be degrees") from None
    if wrong := _far(numbers[0], numbers[1], place):
        raise _Wrong("lat, lon", f"is {numbers[0]:g}, {numbers[1]:g}", f"must {wrong}")
    return NamedPlace(name, numbers[0], numbers[1], label)
