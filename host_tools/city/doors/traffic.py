"""Traffic management: the level of a segment raises the light of its poles for half an hour, until it is sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from host_tools.city.doors.door import NoSuch, Wish, address, reason, reference
from host_tools.site.door_files import Segment
from host_tools.text import quoted

NAME, OWNER, HEAD = "traffic", "incident", "TR"
LEVELS = {1: 70, 2: 85, 3: 100}  # percent; 0 ends it
LASTS_S = 30 * 60


class SegmentLevel(msgspec.Struct, forbid_unknown_fields=True):
    """How much light the traffic on a segment needs: 0 as usual, 3 all."""

    level: Annotated[int, msgspec.Meta(ge=0, le=3)]


def segment_of(segments: Mapping[str, Segment], name: str) -> Segment:
    """The segment *name* of the site.  Raises NoSuch."""
    found = segments.get(name)
    if found is None:
        raise NoSuch("doors.no_segment", name=quoted(name, 40))
    return found


def wish(segment: Segment, level: int, now: int) -> Wish:
    """What *level*, 1 to 3, of *segment* comes to at *now* (Unix s)."""
    line = {"type": "LineString", "coordinates": [list(point) for point in segment.line]}
    return Wish(
        NAME, OWNER, LEVELS[level], reason(f"traffic level {level} on {segment.id}"), ref(segment.id),
        address("traffic", segment.id), {"segment": line, "widthM": segment.metres}, now + LASTS_S,
    )  # fmt: skip


def ref(segment: str) -> str:
    """The reference of the orders for the segment called *segment*."""
    return reference(HEAD, segment)


def level_of(percent: int | None) -> int:
    """The level that *percent* stands for; 0 for None."""
    return next((level for level, each in LEVELS.items() if each == percent), 0)
