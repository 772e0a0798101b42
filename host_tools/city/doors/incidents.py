"""CCTV and call boxes: full light around a point, or around a camera of the site, for some minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from host_tools.city.doors.door import NoSuch, Wish, address, digest_of, reason, reference
from host_tools.language.language import Spoken
from host_tools.site.door_files import NamedPlace
from host_tools.text import quoted

NAME, OWNER, HEAD = "incidents", "incident", "CCTV"
LEVEL = 100
RADIUS_M, MOST_RADIUS_M = 100, 500
MINUTES, MOST_MINUTES = 15, 120

Called = Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Incident(msgspec.Struct, forbid_unknown_fields=True):
    """Where light is needed: ``lat`` and ``lon`` in degrees, or a ``camera`` of the site.

    ``radius`` metres, ``minutes`` from now, ``incident``: its number in the other system.
    """

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    radius: Annotated[float, msgspec.Meta(ge=1, le=MOST_RADIUS_M)] = RADIUS_M
    minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] = MINUTES
    camera: Called | None = None
    incident: Called | None = None


def wish(said: Incident, cameras: Mapping[str, NamedPlace], who: str, now: int) -> Wish:
    """What *said* of the token *who* comes to at *now* (Unix s).  Raises Spoken."""
    latitude, longitude = _place(said, cameras)
    where = {"latitude": latitude, "longitude": longitude, "radiusM": said.radius}
    named = [
        *([f"camera {said.camera}"] if said.camera is not None else []),
        *([f"incident {said.incident}"] if said.incident is not None else []),
    ]
    asks = address("camera", said.camera if said.camera is not None else "-")
    return Wish(
        NAME, OWNER, LEVEL, reason(", ".join(named) or "incident"), _ref(said, who, latitude, longitude), asks,
        {"circle": where}, now + said.minutes * 60, radius_m=said.radius,
    )  # fmt: skip


def ref_of(name: str) -> str:
    """The reference that *name*, a number of an incident or the reference itself, means."""
    return name if name.startswith(f"{HEAD}-") else reference(HEAD, name)


def _place(said: Incident, cameras: Mapping[str, NamedPlace]) -> tuple[float, float]:
    if said.lat is not None and said.lon is not None:
        return said.lat, said.lon
    if said.lat is not None or said.lon is not None:
        raise Spoken("doors.field_missing", field="lon" if said.lon is None else "lat")
    if said.camera is None:
        raise Spoken("doors.no_place")
    found = cameras.get(str(said.camera))
    if found is None:
        raise NoSuch("doors.no_camera", name=quoted(str(said.camera), 40))
    return found.latitude, found.longitude


def _ref(said: Incident, who: str, latitude: float, longitude: float) -> str:
    if said.incident is not None:
        return reference(HEAD, said.incident)
    # the same camera again is the same incident, but not that of another system which looks through it too
    return f"{HEAD}-{digest_of(who, said.camera, latitude, longitude)[:8]}"
