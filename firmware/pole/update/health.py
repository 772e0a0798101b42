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
# what ``notes`` keeps: the ticks of the start; whether the pole was online, and lit, since; how many looks there were
BEGAN, ONLINE, LIT, LOOKS = 0, 1, 2, 3
# ... of them late ones; the least free memory in its first minutes; bad looks in a row
_LATE, _FREE, _BAD = const(4), const(5), const(6)
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


def facts_of(seen, at):
    """What the old software leaves of what it saw at *at* (Unix s or None): a short list."""
    return [seen.level, seen.owner, seen.dim, seen.power_mw, list(seen.faults), list(seen.parts), at]


def judge(facts, seen, since_ms, fresh):
    """What is wrong *since_ms* after the start, "" if nothing; *facts*: what the old software left.

    *fresh*: that is so short a time ago that the same light is still asked for.
    """
    before, owner, dim, power, faults, parts, _at = facts
    if [one for one in seen.parts if one not in parts]:
        return PART
    if [one for one in seen.faults if one not in faults]:
        return FAULT
    # an override that has begun since, or a clock that is not set yet, asks for another level, and rightly so
    same = fresh and seen.owner == owner
    level = before if same else seen.level
    if seen.closed != (level > 0) and seen.arrived:
        return LAMP
    # without its clock, or with another witness of the night, a pole gives more light and never less
    if fresh and seen.owner in _BY_ITSELF and owner in _BY_ITSELF and seen.level < before:
        return LAMP
    if same and seen.arrived and level:
        if seen.level != level or abs(seen.dim - dim) > _DIM:
            return LAMP
        measured = power and power >= _LEAST_MW and seen.power_mw is not None and since_ms >= SETTLED_MS
        if measured and not 3 * power <= 4 * seen.power_mw <= 6 * power:
            return METER
    return ""


def notes(ticks):
    """What is kept from look to look, a list; *ticks* are those of the start."""
    return [ticks, False, False, 0, 0, None, 0]


def look(kept, facts, seen, since_ms, fresh, late_ms, free):
    """As ``judge``, over a window: *kept* (``notes``) has what was seen so far, and is changed.

    *late_ms*: how much later than it should have this look comes; *free*: bytes free in the heap after a collection,
    None where it was not looked at.
    """
    kept[LOOKS] += 1
    if late_ms > _LATE_MS:
        kept[_LATE] += 1
    if kept[_LATE] > max(2, kept[LOOKS] * _MOST_LATE // 100):
        return LATE
    if free is not None:
        if since_ms < 2 * SETTLED_MS and (kept[_FREE] is None or free < kept[_FREE]):
            kept[_FREE] = free
        if free < _FLOOR or free < (kept[_FREE] or 0) - _LEAK:
            return MEMORY
    wrong = judge(facts, seen, since_ms, fresh)
    kept[_BAD] = kept[_BAD] + 1 if wrong else 0
    return wrong if kept[_BAD] >= _WRONG else ""
