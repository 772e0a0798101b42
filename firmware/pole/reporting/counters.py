"""Counters of operating hours, switch-ons and energy, kept over power cuts in one small file.

The file is written when the lamp goes on or out, and while it is lit: every 16 s at first, later after each eighth of
the lit time since the start, at most a quarter of an hour.  With each of these, half of the time to the next write is
added in advance, for a power cut comes on average in the middle; the time of the first is random.  So the error is 0
on average over many cuts, also of very short runs, and a run of three minutes costs a dozen writes.

The lamp is lit from power-on, where ticks begin: the time of the start counts as well.
"""

import json

from pole import const
from pole.runtime import aio

_NAME = const("counters.json")
_SHORTEST_S = const(16)
_LONGEST_S = const(900)
_START_MS = const(60000)  # ticks of a start are below this
_UWH = const(1000000)  # microwatt-hours in a watt-hour


class Counters:
    """Counts while the lamp is on.  ``on_seconds``, ``switch_ons``; energy is in *meter*, the driver (or None).

    ``known`` is the time when they were last written (Unix s, 0: never): no time before it is accepted.  *random*
    (an Lcg) gives the time of the first write; without it that is after 8 s.
    """

    def __init__(self, store, meter, random=None):
        self._store = store
        self._meter = meter
        now = aio.ticks_add(aio.ticks_ms(), 0)
        self._counted_to, self._lit = (0, None) if now < _START_MS else (now, False)  # None: not yet known
        self._rest_ms = 0
        self._burnt = 0  # seconds since the start
        self._due = 1 + random.below(_SHORTEST_S) if random else _SHORTEST_S // 2  # of them, for the next write
        self._power_mw = -1  # not measured yet
        self._measured_at = self._counted_to
        self.on_seconds = 0
        self.switch_ons = 0
        self.known = 0
        try:
            saved = json.loads(store.read(_NAME) or b"[0,0,0,0,0]")
            on_seconds, switch_ons, wh, uwh, known = [int(number) for number in saved]
        except (ValueError, TypeError):
            print("diya: " + _NAME + " cannot be read, the counters start again")
            return
        self.on_seconds, self.switch_ons, self.known = on_seconds, switch_ons, known
        if meter:
            meter.energy_wh, meter.energy_uwh = wh, uwh

    def measured(self, power_mw, ticks):
        """Takes the power that the meter measured at *ticks*.  Pulses before its first frame are not included."""
        meter = self._meter
        if self._power_mw < 0:
            uwh = max(power_mw, 0) * aio.ticks_diff(ticks, self._measured_at) // 3600
            uwh += meter.energy_uwh - uwh % meter.STEP_UWH
            meter.energy_wh += uwh // _UWH
            meter.energy_uwh = uwh % _UWH
        self._power_mw = max(power_mw, 0)
        self._measured_at = ticks

    def count(self, lit, now, ticks):
        """Counts up to *ticks*; *lit* is whether the lamp is lit from now on; *now* is Unix s or None."""
        if self._lit or (lit and self._lit is None):
            ms = aio.ticks_diff(ticks, self._counted_to) + self._rest_ms
            self.on_seconds += ms // 1000
            self._burnt += ms // 1000
            self._rest_ms = ms % 1000
        went_out = self._lit and not lit
        self._counted_to = ticks
        if lit and not self._lit:
            self.switch_ons += 1
            self._lit = lit
            self.save(now, ticks)
        elif went_out:
            self._lit = lit
            self.save(now, ticks)
        elif lit and self._burnt >= self._due:
            wait = min(max(self._burnt >> 3, _SHORTEST_S), _LONGEST_S)
            self._due = self._burnt + wait
            self.save(now, ticks, wait // 2)
        self._lit = lit

    def wait_ms(self):
        """Milliseconds until ``count`` has something to write, if nothing else happens; at least 1."""
        return max(1, (self._due - self._burnt) * 1000 - self._rest_ms) if self._lit else _LONGEST_S * 1000

    def save(self, now, ticks, ahead_s=0):
        """Writes the file, with *ahead_s* seconds counted in advance; if the flash refuses it, the next write is the
        retry.
        """
        if now is not None:
            self.known = max(self.known, now)
        meter = self._meter
        wh, uwh = (meter.energy_wh, meter.energy_uwh) if meter else (0, 0)
        if meter and ahead_s:
            wh, uwh = self._energy(self._power_mw, ticks, ahead_s)
        try:
            numbers = [self.on_seconds + ahead_s, self.switch_ons, wh, uwh, self.known]
            self._store.write(_NAME, json.dumps(numbers).encode())
        except OSError as error:
            print("diya: " + _NAME + " cannot be written: " + str(error))

    def _energy(self, power_mw, ticks, ahead_s):
        """Watt-hours, and microwatt-hours beyond them: what the meter has counted, and *power_mw* from its last frame
        to *ahead_s* seconds after *ticks*.  On average a cut costs half a pulse too.
        """
        uwh = self._meter.energy_uwh
        if power_mw > 0:
            ms = aio.ticks_diff(ticks, self._measured_at) + ahead_s * 1000
            uwh += power_mw * ms // 3600 + self._meter.STEP_UWH // 2
        return self._meter.energy_wh + uwh // _UWH, uwh % _UWH
