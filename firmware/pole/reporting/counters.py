"""What adds up over years: operating hours, switch-ons and energy, kept over power cuts in one small file.

The file is written at most every 15 minutes while the lamp burns and once after it went out, so a cut loses at most a
quarter of an hour.
"""

import json

from pole import aio, const

_NAME = const("counters.json")
_SAVE_MS = const(900000)


class Counters:
    """Counts while the lamp is on.  ``on_seconds``, ``switch_ons``; energy lives in *meter*, the driver (or None).

    ``known`` is the time when they were last written (Unix s, 0: never): no time before it is believed.
    """

    def __init__(self, store, meter):
        self._store = store
        self._meter = meter
        self._lit = None  # None: not yet told
        self._counted_to = self._saved_at = aio.ticks_ms()
        self._rest_ms = 0
        self._changed = False
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

    def count(self, lit, now, ticks):
        """Counts up to *ticks*; *lit* is whether the lamp burns from here on; *now* is Unix s or None."""
        if self._lit:
            ms = aio.ticks_diff(ticks, self._counted_to) + self._rest_ms
            self.on_seconds += ms // 1000
            self._rest_ms = ms % 1000
            self._changed = True
        if lit and not self._lit:
            self.switch_ons += 1
        went_out = self._lit and not lit
        self._lit = lit
        self._counted_to = ticks
        if self._changed and (went_out or aio.ticks_diff(ticks, self._saved_at) >= _SAVE_MS):
            self.save(now, ticks)

    def save(self, now, ticks):
        """Writes the file; a flash that does not take it is tried again a quarter of an hour later."""
        if now is not None:
            self.known = max(self.known, now)
        meter = self._meter
        energy = (meter.energy_wh, meter.energy_uwh) if meter else (0, 0)
        try:
            numbers = [self.on_seconds, self.switch_ons, energy[0], energy[1], self.known]
            self._store.write(_NAME, json.dumps(numbers).encode())
        except OSError as error:
            print("diya: " + _NAME + " cannot be written: " + str(error))
        self._saved_at = ticks
        self._changed = False
