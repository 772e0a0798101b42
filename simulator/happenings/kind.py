"""What a kind of happening is, where it can happen, and which events may be expected of it."""

from __future__ import annotations

from dataclasses import dataclass

from host_tools.wire.event_types import ending

POLE, POLES, GROUP, FEEDER = "pole", "poles", "group", "feeder"
ANYWHERE = (POLE, POLES, GROUP, FEEDER)

NO_HAPPENING = ("daylightUnconfirmed", "safeMode")  # no kind of happening is followed by one of these each time
# What expect and allow may name.
EVENT_TYPES = tuple(sorted(ending() - set(NO_HAPPENING)))


ALL = "it is all or nothing."  # behind what severity 1.0 is
ALONE = f"1.0 has no other meaning; {ALL}"


@dataclass(frozen=True)
class Kind:
    """One kind of happening.  ``severity`` says what severity 1.0 is, ``events`` which event types are expected of it.

    ``targets`` are the fields which may name where it happens; with none of them in a happening it is everywhere.
    ``lasts`` is false for what is over at once, so that ``until`` makes no sense.
    """

    name: str
    sentence: str
    severity: str
    events: tuple[str, ...] = ()
    targets: tuple[str, ...] = ANYWHERE
    lasts: bool = True
