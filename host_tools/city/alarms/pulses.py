"""What is over at once and still an alarm: a restart thrice a night, events that were lost, data that was formatted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from host_tools.city.alarms.turns import Turn, ordered

# how many in one night, from noon to noon, are an alarm
NEEDED = {"deviceReset": 3, "eventsDropped": 1, "dataReformatted": 1}

# why a pole starts again on purpose
ON_PURPOSE = (
    "another configuration",
    "the end of safe mode",
    "a new version",
    "its link is to be proven",
    "back to the new version",
)
UNDONE = "undone: "  # and the reason: what an update that was taken back says itself (updateReverted)


def pulses(turns: Iterable[Turn], kind: str, zone: ZoneInfo) -> list[Turn]:
    """Those of *turns*, all of *kind*, that are an alarm."""
    nights: Counter[object] = Counter()
    out = []
    for place, one in ordered(turns):
        words = str(one.attributes.get("lastWords"))
        if words in ON_PURPOSE or words.startswith(UNDONE):
            continue
        night = (datetime.fromtimestamp(place, zone) - timedelta(hours=12)).date()
        nights[night] += 1
        if nights[night] >= NEEDED[kind]:
            out.append(one)
    return out
