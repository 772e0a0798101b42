"""The time, and how sure of it the pole is.

``synced``: network time was accepted in the last six hours.  ``holdover``: it was not, or the time is the RTC's, but
the bound on the error, which grows with the drift, is still below the limit.  ``unknown``: there is no time to be
trusted, and whoever asks for it gets None.

A network's answer is not believed blindly: it must be plausible, a large step needs a second answer that agrees, and a
small one is made by running up to 500 parts per million fast or slow, so that time does not jump or go back.
"""

from pole import const
from pole.aio import ticks_diff
from pole.modules import unload

SYNCED = "synced"
HOLDOVER = "holdover"
UNKNOWN = "unknown"

_YEAR = const(31622400)  # s
_TWENTY_YEARS = const(631152000)  # s: beyond its floor by more, a time is a mistake
_SYNCED_S = const(21600)
_SLEW = const(2000)  # one millisecond in so many: 500 parts per million
_RTC_ERROR_MS = const(60000)  # four months of a DS3231 (5 parts per million), for nobody knows when it was last set


class Clock:
    """Time from *rtc*, or from the network alone when that is None.

    *rtc*: ``get()`` is Unix seconds, or None when it lost power; ``set(unix)``; either may raise OSError.

    *floor_unix*: no time before it is believed; *drift_ppm*: of the ticks; *max_error_s*: beyond it, time is unknown.
    Ticks are MicroPython's milliseconds, which wrap: some method must be called at least every six days.
    """

    def __init__(self, rtc, floor_unix, drift_ppm, max_error_s):
        self._rtc = rtc
        self._floor = floor_unix
        self._ceiling = floor_unix + _TWENTY_YEARS
        self._drift_ppm = drift_ppm
        self._max_error_ms = max_error_s * 1000
        self._known = False
        self._unix = 0  # the time ...
        self._ms = 0  # ... and its milliseconds
        self._ticks = 0  # at these ticks
        self._error_at_set = 0  # ms, when the time was last set
        self._age_s = 0  # since then
        self._age_ms = 0
        self._from_network = False
        self._slew = 0  # ms by which the time is still behind
        self._slewed_ms = 0  # ticks that have not yet given a millisecond of slew
        self._doubt = None  # the difference (ms) that a second answer must confirm

    def start(self, ticks):
        """Take the time of the RTC, if it has one that is plausible."""
        self._ticks = ticks
        try:
            unix = self._rtc.get() if self._rtc else None
        except OSError:
            unix = None
        if unix is not None and self._floor <= unix < self._ceiling:
            self._set(unix * 1000, _RTC_ERROR_MS, False)

    def now(self, ticks):
        """Unix seconds of the agreed time, or None while there is none: what is signed, dated and lit goes by it."""
        self._advance(ticks)
        return self._unix if self._known else None

    def said(self, ticks):
        """Unix seconds by what witnesses say: the agreed time, else what a single one says and no other contradicts.

        None when none speaks or two disagree.  Not to be lowered, dated or signed by on its own: it may be a second
        opinion beside a sensor.
        """
        self._advance(ticks)
        return self._unix if self._known else None

    def now_ms(self, ticks):
        """Unix milliseconds, or None while the time is unknown."""
        self._advance(ticks)
        return self._unix * 1000 + self._ms if self._known else None

    def believed(self, ticks):
        """Unix seconds: the time, or while it is unknown the one it cannot be before."""
        self._advance(ticks)
        return self._unix if self._known else self._floor

    def until_ms(self, unix, ticks):
        """Milliseconds until Unix second *unix* begins, at most three days; only while the time is known."""
        self._advance(ticks)
        return min(unix - self._unix, 259200) * 1000 - self._ms

    def error_ms(self, ticks):
        """How many milliseconds the time may be wrong by, or None while it is unknown."""
        self._advance(ticks)
        return self._error() if self._known else None

    def quality(self, ticks):
        """``synced``, ``holdover`` or ``unknown``."""
        self._advance(ticks)
        if not self._known:
            return UNKNOWN
        return SYNCED if self._from_network and self._age_s < _SYNCED_S else HOLDOVER

    def offer(self, unix_ms, round_trip_ms, ticks):
        """Network time: *unix_ms* when the server sent it; it came at *ticks*, *round_trip_ms* after it was asked for.

        "" when it was accepted, else a sentence that says why not.
        """
        self._advance(ticks)
        from pole.network_answer import judge

        unix_ms += round_trip_ms // 2
        known_ms = self._unix * 1000 + self._ms if self._known else None
        out, slew, self._doubt = judge(unix_ms, round_trip_ms, self._floor, self._ceiling, known_ms, self._doubt)
        unload("pole.network_answer")
        if out:
            return out
        if slew:
            self._accept(round_trip_ms // 2 + 1, True)
            self._slew = unix_ms - known_ms
        else:
            self._set(unix_ms, round_trip_ms // 2 + 1, True)
        try:
            if self._rtc:
                self._rtc.set((unix_ms + 500) // 1000)
        except OSError:
            pass  # the RTC's loss: the time itself is good
        return ""

    def raise_floor(self, unix):
        """Believe no time before *unix*, which is authenticated.

        A sender whose clock is fast must not shut out the network: while the time is known this does not go beyond it,
        and while it is unknown by a year at most.
        """
        limit = self._unix if self._known else self._floor + _YEAR
        self._floor = max(self._floor, min(unix, limit))

    def _set(self, unix_ms, error_ms, from_network):
        self._unix = unix_ms // 1000
        self._ms = unix_ms % 1000
        self._known = True
        self._slew = 0
        self._accept(error_ms, from_network)

    def _accept(self, error_ms, from_network):
        self._error_at_set = error_ms
        self._from_network = from_network
        self._age_s = 0
        self._age_ms = 0
        self._doubt = None

    def _error(self):
        return self._error_at_set + self._age_s * self._drift_ppm // 1000 + abs(self._slew)

    def _advance(self, ticks):
        elapsed = ticks_diff(ticks, self._ticks)
        if elapsed <= 0:  # a caller that took the ticks earlier; time does not go back for it
            return
        self._ticks = ticks
        if not self._known:
            return
        self._age_ms += elapsed
        self._age_s += self._age_ms // 1000
        self._age_ms %= 1000
        if self._slew:
            elapsed += self._slewed_by(elapsed)
        self._ms += elapsed
        if self._ms >= 1000:
            self._unix += self._ms // 1000
            self._ms %= 1000
        if self._error() > self._max_error_ms:
            self._known = False

    def _slewed_by(self, elapsed):
        """Milliseconds of slew, of either sign, that these *elapsed* milliseconds give."""
        self._slewed_ms += elapsed
        share = self._slewed_ms // _SLEW
        self._slewed_ms %= _SLEW
        share = max(-share, self._slew) if self._slew < 0 else min(share, self._slew)
        self._slew -= share
        return share
