"""The events that are right beside the one that is expected of a happening, in any scenario.

A relay that does not close leaves the lamp dark, so a lampFailure beside the relayFailure is no false alarm.
"""

from __future__ import annotations

from simulator.happenings.catalogue import KINDS

# {kind of happening: event types that are neither required nor false}
ACCEPTED: dict[str, tuple[str, ...]] = {kind.name: kind.accepted for kind in KINDS.values() if kind.accepted}

# What can be sensed for less than so many milliseconds need not be reported.
UNNOTICED = {kind.name: kind.unnoticed_ms for kind in KINDS.values()}

# A fault that was just being noticed when it ended may still be raised, or its pole had to boot first.
LATE_MS = 60_000
# A broker reports a silent pole only after one and a half times its keepalive; a pole tries a part
# that raised once an hour at most.
LATE_OF = {"communicationFailure": 180_000, "partFailure": 3_900_000}
# {(kind of happening, event type): so many milliseconds after its end}
LATE_AFTER = {(kind.name, event): late_ms for kind in KINDS.values() for event, late_ms in kind.late_ms.items()}

# an end of theirs before ``until`` is no mistake
OVER_BY_THEMSELVES = tuple(kind.name for kind in KINDS.values() if kind.over_by_itself)
