"""Chattering conditions: which changes are reported at once, and which together (EEMUA 191, ISA 18.2).

A beginning is always reported at once, unless the condition is reported as raised already.  An end is too, unless the
condition has changed twice before, each time within ``_HELD_MS``: then the end waits, and the condition stays reported
as raised, until a state has lasted ``_HELD_MS``.  The report of that state has how often the condition began since the
first time, and the span; while it goes on changing, the same is reported every hour.  Dangers are never held here.

Pure.  *flips* is {row: flip} of all rows that turned lately; ages are counted in ticks.
"""

from pole import const
from pole.runtime.aio import ticks_diff

_HELD_MS = const(300000)
_TELL_MS = const(3600000)
_CALM = const(2)  # turns in a row after which an end waits
# bits of rows of conditions.py: leakageDetected, orientationChanged, impactDetected, cabinetDoorOpen
DANGERS = const(1 << 13 | 1 << 17 | 1 << 18 | 1 << 19)

# a flip is a list of these
_TURNED = const(0)  # ticks of the last turn
_TURNS = const(1)  # in a row after the first
_TOLD = const(2)  # whether it is told as raised
_COUNT = const(3)  # beginnings
_FIRST = const(4)  # (ticks, seconds that the first turn was before them): ticks compare within days only
_SPOKE = const(5)  # ticks when it was told last
_THERE = const(6)  # whether it is there
_WAITS = const(7)  # whether a turn was not told


def turn(flips, row, begins, ticks):
    """Notes that condition *row* begins or ends at *ticks*; returns whether that is to be reported at once."""
    flip = flips.get(row)
    if flip is None:
        flips[row] = [ticks, 0, begins, int(begins), (ticks, 0), ticks, begins, False]
        return True
    flip[_TURNED] = ticks
    flip[_TURNS] += 1
    flip[_THERE] = begins
    if begins:
        flip[_COUNT] += 1
    if flip[_TOLD] if begins else flip[_TURNS] >= _CALM:
        flip[_WAITS] = True
        return False
    flip[_TOLD] = begins
    return True


def due(flips, ticks):
    """What is to be reported at *ticks*: [(row, raised, there, count, seconds since the first change, seconds since the
    last change), ...].  ``done`` is to follow for each.
    """
    out = []
    for row in sorted(flips):
        flip = flips[row]
        held = ticks_diff(ticks, flip[_TURNED]) >= _HELD_MS
        if _waits(flip) if held else flip[_WAITS] and ticks_diff(ticks, flip[_SPOKE]) >= _TELL_MS:
            at, before = flip[_FIRST]
            since = before + ticks_diff(ticks, at) // 1000
            raised = flip[_THERE] if held else flip[_TOLD]
            last = ticks_diff(ticks, flip[_TURNED]) // 1000
            out.append((row, raised, flip[_THERE], flip[_COUNT], since, last))
    return out


def _waits(flip):
    return flip[_WAITS] or flip[_TOLD] != flip[_THERE]


def done(flips, row, ticks, raised, since):
    """Notes that what ``due`` returned for *row* at *ticks* has been reported."""
    flip = flips[row]
    flip[_TOLD], flip[_FIRST], flip[_SPOKE], flip[_WAITS] = raised, (ticks, since), ticks, False


def forget(flips, ticks):
    """Drops the rows whose state has lasted and has been reported."""
    for row in list(flips):
        flip = flips[row]
        if not _waits(flip) and ticks_diff(ticks, flip[_TURNED]) >= _HELD_MS:
            del flips[row]


def told(active, flips):
    """The rows that are reported as raised, bits; *active* are those that are raised now."""
    for row in flips:
        bit = 1 << row
        active = active | bit if flips[row][_TOLD] else active & ~bit
    return active


def wait(flips, ticks):
    """Milliseconds from *ticks* until there may be something to tell or to forget, at least 1."""
    return max(1, min([_HELD_MS - ticks_diff(ticks, flips[row][_TURNED]) for row in flips] or [_HELD_MS]))
