"""Decides dark or light from a photocell, and whether its daylight may put a lamp out.

The decision has hysteresis and a delay: the gap between the two thresholds is for the lamp's own light that comes back
from the street, the delay for headlights and clouds.

A lamp goes out by agreement only.  So daylight counts when there is a second witness for it: the sun's position by the
clock, or a dawn that took minutes and came after a dusk that took minutes, with the length of a night at this latitude
between them.  A photocell that is stuck, covered, lit by a lamp or wired the wrong way round shows no such dawn.  And
it counts no longer than that day may last.
"""

from pole import const
from pole.runtime.aio import ticks_add, ticks_diff

_LOOK_S = const(35)
_GAP_S = const(90)  # after a longer time without a reading it is not known how fast the light changed
# A dawn takes 3 min and more between the thresholds, half an hour under clouds.  A lamp next door that runs up takes
# minutes too, but it does so at dusk.
_SLOW_S, _LONG_S = const(90), const(3600)
_OWN_ON_S, _OWN_OFF_S = const(900), const(120)  # a change so soon after the lamp was switched is its own light
_NEVER = const(-345600)  # seconds
_DAY_S, _MOST_S, _SPARE_S = const(86400), const(57600), const(3600)


class Photocell:
    """``dark`` is its value now; True until light was measured, so that the street is lit.  ``own``: its light follows
    the lamp's own.  Its daylight puts the lamp out only where ``doubt`` is "".  By its own count of seconds
    ``since`` is when the light passed a threshold (None: it has not), ``dusk`` the last dusk that took minutes
    (below 0: none).

    *on_lux*: below it, it is dark; *off_lux*: above it, it is light; *delay_s*: seconds for which that must last;
    *shortest_s*, *longest_s*: seconds from a dusk to a dawn that is accepted (``daylight.nights``).
    """

    def __init__(self, on_lux, off_lux, delay_s, shortest_s=7200, longest_s=79200):
        self.dark = True
        self.own = False
        self._on_lux = on_lux
        self._off_lux = off_lux
        self._delay_s = delay_s
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._lit = True
        self._slowly = False  # the change that is asked for took minutes to come
        self._at = None  # ticks of the last reading, cut to
        self._now = 0  # seconds since the first one; in these are
        self.since = None
        self._low = self._high = _NEVER  # when it was last below and above the thresholds
        self.dusk = self._switched = _NEVER  # the latter: when the lamp was last switched
        self._until = 0  # until when daylight is confirmed

    def doubt(self, failed):
        """Why the lamp does not go out though it may be day: "" where it is dark, or where daylight is confirmed.

        *failed*: was the photocell found to be at fault?
        """
        if failed:
            return "photocell failed"
        if self.own:
            return "photocell sees the lamp's own light"
        return "" if self.dark or self._now < self._until else "daylight unconfirmed"

    def confirm(self, day_left_s):
        """Takes the sun's position by the clock: sunset in *day_left_s* seconds, surely night (-1), or neither (0)."""
        if day_left_s < 0 or (day_left_s and not self.dark):
            self._until = self._now + day_left_s

    def due(self):
        """In how many seconds the next reading is wanted, 1 to 35."""
        return _LOOK_S if self.since is None else max(min(self.since + self._delay_s - self._now, _LOOK_S), 1)

    def update(self, lux, now_ms, lit=True):
        """Take a reading at the ticks *now_ms*, None where the photocell cannot be read; whether it is dark.

        *lit*: does the lamp burn?
        """
        elapsed = 0 if self._at is None else max(ticks_diff(now_ms, self._at), 0)
        self._at = ticks_add(now_ms, -(elapsed % 1000))
        now = self._now = self._now + elapsed // 1000
        if lit != self._lit:
            self._lit = lit
            self._switched = now
        if lux is None or elapsed > _GAP_S * 1000:
            self._low = self._high = _NEVER
        if lux is None:
            self.since = None
            self._until = 0
            return self.dark
        if lux > self._off_lux if self.dark else lux < self._on_lux:
            if self.since is None:
                self.since = now
                self._slowly = _SLOW_S <= now - (self._low if self.dark else self._high) <= _LONG_S
            if now - self.since >= self._delay_s:
                self._turn(now)
        else:
            self.since = None
        # dusk and dawn are timed between thresholds that are wide enough apart
        if lux < min(self._on_lux, self._off_lux // 2):
            self._low = now
        elif lux > self._off_lux:
            self._high = now
        return self.dark

    def _turn(self, now):
        self.dark = not self.dark
        self.since = None
        if self.dark:
            # the lamp was lit while it was dark, so the light is not the lamp's own
            self.own = not self._lit and now - self._switched <= _OWN_OFF_S
            self._until = 0
            self.dusk = now if self._slowly else _NEVER
            return
        if self._lit and now - self._switched <= _OWN_ON_S:
            self.own = True
        night = now - self.dusk
        if self._slowly and self._shortest_s <= night <= self._longest_s:
            self._until = now + min(_MOST_S, _DAY_S + _SPARE_S - night)
