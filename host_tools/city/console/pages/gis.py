"""The city as GeoJSON (RFC 7946) for any program, and in a shorter form for the console's own map."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromQuery

from host_tools.city.console.access.roles import VIEWER, needs, reads
from host_tools.city.console.city import city_of
from host_tools.city.console.geography import Box, geography_of, reasons
from host_tools.city.console.live.view import View
from host_tools.city.console.packed import packed
from host_tools.city.console.pages.live import tracker_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread

GEOJSON = "application/geo+json"


@get("/gis/poles.geojson", guards=[reads()])
@in_thread
def poles(
    request: Web, bbox: FromQuery[str | None] = None, ward: FromQuery[str | None] = None,
    changed_since: FromQuery[int | None] = None,
) -> Response[bytes]:  # fmt: skip
    """All poles of the site's files, those in *bbox* (west,south,east,north), of *ward*, changed after a revision."""
    geography, view = geography_of(request), tracker_of(request).now()
    box = Box.read(bbox) if bbox else None

    def made() -> bytes:
        names = None
        if changed_since is not None and 0 <= changed_since <= view.revision:
            told = tracker_of(request).since(changed_since)
            names = None if told.anew else told.poles
        with city_of(request).reading() as connection:
            why = reasons(connection)
        features = [
            geography.feature(one.name, view.poles.get(one.name), why.get(one.name, ""))
            for one in geography.poles
            if (names is None or one.name in names) and (not ward or one.ward == ward)
            and (box is None or box.holds(one.longitude, one.latitude))
        ]  # fmt: skip
        return b'{"type":"FeatureCollection","revision":%d,"features":[%s]}' % (view.revision, b",".join(features))

    return packed(request, made, GEOJSON, f"{_of(request, view)}-{request.url.query}")


@get("/gis/feeders.geojson", guards=[reads()])
@in_thread
def feeders(request: Web) -> Response[bytes]:
    """Each feeder as lines from pole to pole, with how many of its poles are what."""
    geography, view = geography_of(request), tracker_of(request).now()
    return packed(request, lambda: _collected(geography.feeder_features(view)), GEOJSON, _of(request, view))


@get("/gis/streets.geojson", guards=[reads()])
@in_thread
def streets(request: Web) -> Response[bytes]:
    """The lines of the site's `streets.geojson`; without such a file those of its feeders."""
    geography = geography_of(request)
    return packed(request, lambda: _collected(geography.streets()), GEOJSON, geography.streets_version)


@get("/gis/places.json", guards=[needs(VIEWER)])
@in_thread
def places(request: Web) -> Response[bytes]:
    """What does not change of each pole: name, longitude, latitude, ward, feeder, road class, zone."""
    return packed(request, lambda: geography_of(request).places, "application/json", None)


@get("/gis/state.json", guards=[needs(VIEWER)])
@in_thread
def state(request: Web) -> Response[bytes]:
    """All poles as the stream tells of them (live/view.py), at the revision `rev`."""
    tracker = tracker_of(request)
    view = tracker.now()
    told = {
        "rev": view.revision, "poles": list(view.poles.values()),
        "byDay": tracker.status.by_day,
    }  # fmt: skip
    return packed(request, lambda: msgspec.json.encode(told), "application/json", None)


def _collected(features: list[dict[str, Any]]) -> bytes:
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _of(request: Web, view: View) -> str:
    return f"{view.revision}-{int(tracker_of(request).status.by_day)}"


ROUTES = [poles, feeders, streets, places, state]
