"""Where an alert is: the poles in its areas, or why a person has to say; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from host_tools.city.commands.cap_area import exchanged
from host_tools.city.doors.street import Street
from host_tools.language.language import Spoken


@dataclass(frozen=True)
class Where:
    """The scope of an alert's areas, its poles, and why a person has to look at it, or at nothing."""

    scope: Mapping[str, Any] = field(default_factory=dict)
    poles: tuple[str, ...] = ()
    doubt: Spoken | None = None


def where_of(street: Street, polygons: Iterable[str], circles: Iterable[str], why: Spoken | None) -> Where:
    """The poles in *polygons* and *circles*; *why* there are none of these, where that is known."""
    areas = {"polygons": list(polygons), "circles": list(circles)}
    if not any(areas.values()):
        return Where(doubt=why or Spoken("doors.cap_no_area"))
    poles = street.directory
    names, wrong = poles.in_cap_areas(areas["polygons"], areas["circles"])
    if names:
        return Where({"capAreas": areas}, tuple(names), why)
    turned = {"polygons": exchanged(areas["polygons"]), "circles": []}
    names, _wrong = poles.in_cap_areas(turned["polygons"], ())
    if names:
        return Where({"capAreas": turned}, tuple(names), Spoken("doors.cap_swapped", count=len(names)))
    if wrong:
        return Where(doubt=Spoken("doors.cap_bad_area", why=wrong[0]))
    return Where({"capAreas": areas}, (), Spoken("doors.cap_no_pole"))
