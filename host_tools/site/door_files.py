"""What a site's files say for the doors of other systems: pieces of road, cameras, polling stations, senders of alerts.

`segments.geojson`, `cameras.csv`, `stations.csv` beside site.toml, each where there is one; and in site.toml

```toml
[cap]
senders = ["Madhya-Pradesh-SDMA"]           # whose alerts are obeyed without asking a person
urgencies = ["Immediate", "Expected"]       # and of these classes alone
severities = ["Severe", "Extreme"]
hosts = ["sachet.ndma.gov.in"]              # from where the polygons of an alert may be fetched (https, no redirect)
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")  # CAP 1.2
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")


@dataclass(frozen=True)
class Segment:
    """A piece of road as the traffic system names it: its ``line`` (longitude, latitude), and how far its poles stand
    from that, in ``metres``.
    """

    id: str
    line: tuple[tuple[float, float], ...]
    metres: float


@dataclass(frozen=True)
class NamedPlace:
    """A camera, call box or polling station.  ``name`` is what people call it."""

    id: str
    latitude: float
    longitude: float
    name: str = ""


@dataclass(frozen=True)
class CapSettings:
    """Whose alerts are obeyed without asking a person, and from which hosts polygons may be fetched."""

    senders: frozenset[str] = frozenset()
    urgencies: frozenset[str] = frozenset(("Immediate", "Expected"))
    severities: frozenset[str] = frozenset(("Severe", "Extreme"))
    hosts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DoorFiles:
    """All of it, by id."""

    segments: Mapping[str, Segment] = field(default_factory=dict)
    cameras: Mapping[str, NamedPlace] = field(default_factory=dict)
    stations: Mapping[str, NamedPlace] = field(default_factory=dict)
    cap: CapSettings = field(default_factory=CapSettings)
