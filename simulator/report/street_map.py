"""The map of a run as GeoJSON (RFC 7946): a point for each pole, with what it is and what came of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from host_tools.files import replace_by_pieces

if TYPE_CHECKING:
    from host_tools.site.model import Pole
    from simulator.run import RunResult

TEXTS = ("label", "ward", "zone", "feeder", "road_class", "luminaire", "board")


def feature_of(
    pole: Pole, dark_minutes: Mapping[str, float], level: float | None, events: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    """The feature of *pole*: its position is longitude, latitude; texts that are not known are left out.

    *level*: what it reported last, %; *events*: how often it reported the begin of each.
    """
    texts = {name: text for name in TEXTS if (text := getattr(pole, name))}
    return {
        "type": "Feature",
        "id": pole.name,
        "geometry": {"type": "Point", "coordinates": [pole.longitude, pole.latitude]},
        "properties": {
            "pole": pole.name,
            **texts,
            "level": level,
            "dark_minutes": round(dark_minutes.get(pole.name, 0.0), 5),
            "events": dict(events.get(pole.name, {})),
        },
    }


def features_of(outcome: RunResult) -> Iterator[dict[str, Any]]:
    """The feature of each pole of the run, in the order of the site."""
    result = outcome.result
    events: dict[str, Counter[str]] = {}
    for _ms, event in result.events:
        if event.starts:
            events.setdefault(event.pole, Counter())[event.event_type] += 1
    levels = {series.name: series.values[-1] for series in result.told.levels(result.told.poles())}
    dark_minutes = result.darkness.minutes()
    for pole in outcome.site.poles:
        yield feature_of(pole, dark_minutes, levels.get(pole.name), events)


def write_street_map(outcome: RunResult, path: Path) -> None:
    """Writes the map to *path*, whole or not at all, a pole a line.  Raises OSError."""

    def pieces() -> Iterator[bytes]:
        yield b'{"type": "FeatureCollection", "features": [\n'
        for number, feature in enumerate(features_of(outcome)):
            yield b",\n" * (number > 0) + json.dumps(feature, ensure_ascii=False).encode()
        yield b"\n]}\n"

    replace_by_pieces(path, pieces)
