"""Judges new software on probation by what the old software saw before it.  Pure.

What is compared was measured or driven by the old software minutes ago, in the same light: the new software's own idea
of what is right proves nothing.
"""

from pole import const

# why it is undone (docs/slots.md)
LAMP = "lamp"  # the relay or the dimmer does not do what the light asks for, or not what the old software did for it
METER = "meter"  # the lamp takes another power at the same level
PART, FAULT, LATE, MEMORY = "failedPart newFault late memory".split(" ")  # noqa: SIM905 - as in pointer.py

_BY_ITSELF = const(("calendar", "photocell", "default"))
FRESH_S = 1740  # after the switch, as long as the level was to stay (update/moment.py)
SETTLED_MS = const(60000)  # from the start until the lamp's power is compared
_DIM = const(500)  # of 10,000: between the old output and the new one at the same level
_LEAST_MW = const(5000)
_WRONG = const(2)  # looks in a row: a ramp may have begun between two
_LATE_MS = const(2000)
_MOST_LATE = const(10)  # of a hundred looks: a name server that does not answer holds all up for some seconds
_FLOOR = const(4096)  # bytes of the heap that must be free
_LEAK = const(3072)  # bytes that may be less free at the end of the window than at its beginning


class Seen:
    """What the new software does.  ``level`` and ``owner`` are decided, ``arrived``: no ramp runs; ``closed``: the
    relay; ``dim``: the dimmer's output, 0 to 10000; ``power_mw``: None without a meter that answers; ``faults`` and
    ``parts``: what is open and what has failed.
    """

    def __init__(self, level, owner, arrived, closed, dim, power_mw, faults, parts):
        self.level = level
        self.owner = owner
        self.arrived = arrived
        self.closed = closed
        self.dim = dim
        self.power_mw = power_mw
        self.faults = faults
        self.parts = parts


def facts_of(seen):
    """What the old software leaves of what it saw, a small dictionary."""
    return {
        "level": seen.level, "owner": seen.owner, "dim": seen.dim, "power": seen.power_mw, "faults": list(seen.faults),
        "parts": list(seen.parts),
    }  # fmt: skip


def judge(facts, seen, since_ms, fresh):
    """What is wrong *since_ms* after the start, "" if nothing; *facts*: what the old software left.

    *fresh*: that is so short a time ago that the same light is still asked for.
    """
    if [one for one in seen.parts if one not in facts.get("parts", ())]:
        return PART
    if [one for one in seen.faults if one not in facts.get("faults", ())]:
        return FAULT
    # an override that has begun since, or a clock that is not set yet, asks for another level, and rightly so
    same = fresh and seen.owner == facts.get("owner")
    level = facts["level"] if same else seen.level
    if seen.closed != (level > 0) and seen.arrived:
        return LAMP
    # without its clock, or with another witness of the night, a pole gives more light and never less
    if fresh and seen.owner in _BY_ITSELF and facts.get("owner") in _BY_ITSELF and seen.level < facts["level"]:
        return LAMP
    if same and seen.arrived and level:
        if seen.level != level or abs(seen.dim - facts["dim"]) > _DIM:
            return LAMP
        before = facts.get("power")
        measured = before and before >= _LEAST_MW and seen.power_mw is not None and since_ms >= SETTLED_MS
        if measured and not 3 * before <= 4 * seen.power_mw <= 6 * before:
            return METER
    return ""


def look(notes, facts, seen, since_ms, fresh, late_ms, free):
    """As ``judge``, over a window: *notes* (a dictionary, empty at first) keeps what was seen so far.

    *late_ms*: how much later than it should have this look comes; *free*: bytes free in the heap after a collection,
    None where it is not known.
    """
    notes["looks"] = notes.get("looks", 0) + 1
    if late_ms > _LATE_MS:
        notes["late"] = notes.get("late", 0) + 1
    if notes.get("late", 0) > max(2, notes["looks"] * _MOST_LATE // 100):
        return LATE
    if free is not None:
        notes["free"] = free
        if since_ms < 2 * SETTLED_MS:
            notes["first"] = min(free, notes.get("first", free))
        if free < _FLOOR or free < notes.get("first", free) - _LEAK:
            return MEMORY
    wrong = judge(facts, seen, since_ms, fresh)
    if not wrong:
        notes["wrong"] = 0
        return ""
    notes["wrong"] = notes.get("wrong", 0) + 1
    return wrong if notes["wrong"] >= _WRONG else ""
