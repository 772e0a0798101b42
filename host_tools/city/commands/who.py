"""Whom an order is for: names the poles of a scope.

A scope is a JSON object with one of

    {"poles": ["P0001", ...]}     {"group": "W21"}     {"ward": "W21"}     {"feeder": "F3"}     {"all": true}
    {"polygon": GeoJSON}          {"capPolygon": "lat,lon ..."}            {"capCircle": "lat,lon km"}
    {"capAreas": {"polygons": ["lat,lon ..."], "circles": ["lat,lon km"]}} as in an alert, with its mistakes mended
    {"circle": {"latitude": 23.8, "longitude": 78.7, "radiusM": 200}}
    {"segment": GeoJSON LineString, "widthM": 25}                          poles beside a piece of road
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

import numpy
from shapely import STRtree, points
from shapely.geometry.base import BaseGeometry

from host_tools.city.commands.area import Plane, cap_circle, cap_polygon, circle, corridor, geojson
from host_tools.city.commands.cap_area import cap_areas
from host_tools.closest import closest
from host_tools.errors import CommandError
from host_tools.language.refusal import Refusal
from host_tools.site.model import Pole
from host_tools.text import quoted

MOST_NAMES = 100_000
WIDTH_M = 25  # of a segment, on either side
FORMS = (
    "poles", "group", "ward", "feeder", "all", "polygon", "capPolygon", "capCircle", "capAreas", "circle", "segment",
)  # fmt: skip


class Directory:
    """The *poles* of a site whose middle is *latitude* and *longitude*, found by name, group and place.

    *others*: the groups of poles that have reported and are not in the site's files; they have no place.
    """

    def __init__(
        self, poles: Iterable[Pole], latitude: float, longitude: float,
        others: Mapping[str, Iterable[str]] | None = None,
    ) -> None:  # fmt: skip
        self._plane = Plane(latitude, longitude)
        placed = list(poles)
        self._placed = [pole.name for pole in placed]
        self._members: dict[str, dict[str, None]] = {}
        self._wards = {pole.ward for pole in placed if pole.ward}
        self._feeders = {pole.feeder for pole in placed if pole.feeder}
        self._names = dict.fromkeys(self._placed)
        for name, groups in [*((pole.name, pole.groups) for pole in placed), *(others or {}).items()]:
            self._names[name] = None
            for group in groups:
                self._members.setdefault(group, {})[name] = None
        where = numpy.array([self._plane.place(pole.latitude, pole.longitude) for pole in placed])
        self._tree = STRtree(points(where) if placed else [])

    def members(self, group: str) -> list[str]:
        """The poles of *group*, or all for ""."""
        return list(self._members.get(group, ()) if group else self._names)

    def find(self, scope: Mapping[str, Any]) -> list[str]:
        """The names of the poles that *scope* means, each once.  Raises CommandError, also where there is none."""
        forms = [form for form in FORMS if form in scope]
        if len(forms) != 1:
            raise Refusal("commands.one_form", forms=", ".join(FORMS))
        form = forms[0]
        value = scope[form]
        unknown = set(scope) - {form, *(["widthM"] if form == "segment" else [])}
        if unknown:
            raise Refusal("commands.no_field", field=quoted(min(unknown), 30), form=form)
        if form == "poles":
            return self._named(value)
        if form == "all":
            if value is not True:
                raise Refusal("commands.all", value=quoted(value, 20))
            return self._some(self.members(""), "site")
        if form in ("group", "ward", "feeder"):
            return self._grouped(form, value)
        return self._inside(scope, form, value)

    def in_cap_areas(self, polygons: Iterable[str], circles: Iterable[str]) -> tuple[list[str], list[str]]:
        """(the names of the poles in *polygons* and *circles* of an alert, maybe none; what of these is no area)"""
        area, wrong = cap_areas(self._plane, polygons, circles)
        return ([] if area is None else self._within(area)), wrong

    def _named(self, value: Any) -> list[str]:
        if not isinstance(value, list) or not 0 < len(value) <= MOST_NAMES:
            raise Refusal("commands.names", most=MOST_NAMES)
        for name in value:
            if not isinstance(name, str) or name not in self._names:
                near = closest(name, self._names) if isinstance(name, str) else ""
                raise Refusal("commands.strange_pole", name=quoted(name, 40), near=near)
        return list(dict.fromkeys(value))

    def _grouped(self, form: str, value: Any) -> list[str]:
        known: Set[str] = {"ward": self._wards, "feeder": self._feeders}.get(form, self._members.keys())
        if not isinstance(value, str) or value not in known:
            near = closest(value, known) if isinstance(value, str) else ""
            raise Refusal(f"commands.strange_{form}", name=quoted(value, 40), near=near)
        return self._some(self.members(value), form, value)

    def _inside(self, scope: Mapping[str, Any], form: str, value: Any) -> list[str]:
        found = self._within(self._area(self._plane, scope, form, value))
        if not found and form == "polygon" and (swapped := self._swapped(value)):
            raise Refusal("commands.exchanged", poles=swapped)
        return self._some(found, form)

    def _area(self, plane: Plane, scope: Mapping[str, Any], form: str, value: Any) -> BaseGeometry:
        if form == "polygon":
            return geojson(plane, value)
        if form == "segment":
            return corridor(plane, value, scope.get("widthM", WIDTH_M))
        if form == "circle":
            fields = ("latitude", "longitude", "radiusM")
            if not isinstance(value, Mapping) or set(value) != set(fields):
                raise CommandError(f"circle must be an object with {', '.join(fields)}")
            return circle(plane, *(value[name] for name in fields))
        if form == "capAreas":
            return self._cap_areas(plane, value)
        if not isinstance(value, str):
            raise CommandError(f"{form} is {quoted(value, 30)} and must be text as in CAP 1.2")
        return cap_polygon(plane, value) if form == "capPolygon" else cap_circle(plane, value)

    def _cap_areas(self, plane: Plane, value: Any) -> BaseGeometry:
        said = value if isinstance(value, Mapping) else {}
        parts = [said.get(name, []) for name in ("polygons", "circles")]
        if not all(isinstance(part, list) and all(isinstance(one, str) for one in part) for part in parts):
            raise CommandError("capAreas must be an object with polygons and circles, lists of texts as in CAP 1.2")
        area, wrong = cap_areas(plane, *parts)
        if area is None:
            raise CommandError(wrong[0] if wrong else "capAreas has neither a polygon nor a circle")
        return area

    def _within(self, area: BaseGeometry) -> list[str]:
        """Poles on the edge count."""
        return [self._placed[at] for at in sorted(self._tree.query(area, predicate="intersects"))]

    def _swapped(self, value: Any) -> int:
        """How many poles the polygon holds with its coordinates exchanged."""

        def exchanged(part: Any) -> Any:
            if isinstance(part, list) and len(part) >= 2 and all(isinstance(one, int | float) for one in part[:2]):
                return [part[1], part[0]]
            return [exchanged(one) for one in part] if isinstance(part, list) else part

        geometry = value.get("geometry", value)
        try:
            area = geojson(self._plane, {**geometry, "coordinates": exchanged(geometry["coordinates"])})
        except (CommandError, KeyError, TypeError):
            return 0
        return len(self._within(area))

    def _some(self, found: list[str], what: str, name: str = "") -> list[str]:
        if not found:
            raise Refusal("commands.holds_none", what=f"{what} {name}" if name else what)
        return found
