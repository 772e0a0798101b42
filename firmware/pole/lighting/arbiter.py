"""Decides the level: of all requests for the lamp the one of the highest owner counts, with its reason and its end.

From the top: safety, local, emergency, incident, lock, operator, calendar, photocell, default.  Local, emergency and
operator replace the level of the owners below them; incident and lock can only raise it; safety caps it.
Every override ends by itself.  One under a shared key never lowers what the pole's own key asks for, and can only
raise the light once that has ended.  With the clock unknown, a photocell that is not in doubt replaces the calendar,
overrides end by ticks only, and they may raise the level but not lower it.
"""

from pole import const
from pole.runtime.aio import ticks_diff

OWNERS = const(("operator", "lock", "incident", "emergency", "local"))  # of overrides, lowest first
RAISE = const(("lock", "incident"))
_RAMP_S = const(2)


class Override:
    """A level that an owner asks for, for a time.

    *owner* is local, emergency, incident, lock or operator; *level* 0 to 100 percent; *ref* is the owner's name for
    this one (may be empty; of a shared key: see overrides.py); it counts from *start* to before *expiration*, Unix
    seconds; *ramp_s* seconds.  *hold_s* is for how many seconds it holds when it was given with the clock unknown, else
    None.  *raises*: it never lowers the light, for any owner.
    """

    def __init__(self, owner, level, reason, ref, start, expiration, ramp_s, hold_s=None, raises=False):
        self.owner = owner
        self.level = level
        self.reason = reason
        self.ref = ref
        self.start = start
        self.expiration = expiration
        self.ramp_s = ramp_s
        self.hold_s = hold_s
        self.raises = raises or owner in RAISE
        self.ticks_deadline = None
        self.present = False  # a technician at the pole asks: it may lower the light without the clock, timed by ticks


class Decision:
    """The ``level`` in percent, its ``owner`` and ``reason``, ``until`` when (Unix s or None), ``ramp_s``."""

    def __init__(self, level, owner, reason, until, ramp_s):
        self.level = level
        self.owner = owner
        self.reason = reason
        self.until = until
        self.ramp_s = ramp_s


class Arbiter:
    """Decides.  ``held``: the overrides, in the order in which they were given (overrides.py changes them)."""

    def __init__(self):
        self.held = []  # type: list
        self._last = None

    def expire(self, now, ticks_ms):
        """Drop overrides that ended by *now* (Unix s, None if unknown) or by their deadline; whether there was any."""
        count = len(self.held)
        for place in range(count - 1, -1, -1):
            if _has_ended(self.held[place], now, ticks_ms):
                self.end(place)
        return len(self.held) != count

    def end(self, place):
        """Drop ``held[place]``.  An override under a shared key that asks for less than the own key's only raises the
        light from then on: it must not lower it when the own key's override ends.
        """
        ended = self.held.pop(place)
        if not ended.raises and "\n" not in ended.ref and ended.owner != "local":
            for held in self.held:
                if "\n" in held.ref and held.level < ended.level:
                    held.raises = True

    def next_change(self, now):
        """The next Unix time after *now* at which something held starts or ends, or None (as without a *now*)."""
        soonest = None
        if now is not None:
            for held in self.held:
                time = held.start if held.start > now else held.expiration
                if time > now and (soonest is None or time < soonest):
                    soonest = time
        return soonest

    def decide(self, now, switch, dark, safety, ticks_ms, doubt=""):
        """The Decision at *now* (Unix s, None when the clock is unknown); the same object as long as it stays the same.

        *switch*: the calendar's, None when the clock is unknown or there is no calendar (safe mode); *dark*: the
        photocell's value, None without one; *safety*: None or the percent that must not be exceeded; *ticks_ms*: the
        ticks now; *doubt*: why the photocell decides nothing, else "".
        """
        if self.held:
            self.expire(now, ticks_ms)
        until = None
        ramp_s = _RAMP_S
        if switch is not None:
            level = switch.level
            owner = "calendar"
            reason = switch.reason
            until = switch.until
            ramp_s = switch.ramp_s
        elif dark is None or doubt:
            level = 100
            owner = "default"
            reason = "clock unknown" if now is None else "safe mode"
            if doubt:
                reason += ", " + doubt
        else:
            level = 100 if dark else 0
            owner = "photocell"
            reason = "dark" if dark else "daylight"
        lowest = level if now is None else 0
        asked = -1  # what the pole's own key (or a technician) asks for, of the owners handled so far
        for name in OWNERS if self.held else ():
            held = self._strongest(name, now, lowest, False)
            if held is not None:
                asked = max(asked, held.level) if held.raises else held.level
            shared = self._strongest(name, now, lowest, True)
            if (
                shared is not None
                and shared.level > asked
                and (held is None or held.raises or shared.start >= held.start)
            ):
                held = shared
            if held is not None and (held.level > level or not held.raises):
                level = held.level
                owner = name
                reason = held.reason
                ramp_s = held.ramp_s
                until = None if now is None else held.expiration
        if safety is not None and level > safety:
            level, owner, until = safety, "safety", None
            reason = "limited to %d percent" % safety if safety else "cut-off"
        last = self._last
        if (
            last is None
            or last.level != level
            or last.owner != owner
            or last.reason != reason
            or last.until != until
            or last.ramp_s != ramp_s
        ):
            last = self._last = Decision(level, owner, reason, until, ramp_s)
        return last

    def _strongest(self, owner, now, lowest, shared):
        """The override of *owner* that counts: of lock and incident the highest, else the one that started last.

        *shared*: of those under a shared key, or of the rest.
        """
        found = None
        for held in self.held:
            # clock unknown: overrides whose deadline in ticks passed were dropped; the end of the others is unknown
            counts = held.ticks_deadline is not None if now is None else held.start <= now
            enough = held.level >= lowest or held.present
            if counts and held.owner == owner and enough and ("\n" in held.ref) == shared:
                if found is None:
                    found = held
                elif owner in RAISE:
                    found = held if held.level >= found.level else found
                elif held.start >= found.start:
                    found = held
        return found


def _has_ended(held, now, ticks_ms):
    if held.ticks_deadline is not None and ticks_diff(held.ticks_deadline, ticks_ms) <= 0:
        return True
    return now is not None and held.expiration <= now
