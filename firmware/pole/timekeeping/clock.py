"""The pole's clock: the time, and the bound of its error.

Four witnesses give the time: all time servers together (``network``: one router could forge all their answers), the
city (``city``: its answers are signed), the clock chip (``rtc``, with a time that was agreed when it was set), laptop
and bundle together (``laptop``).  Time is *agreed* by vote (``timekeeping/vote.py``).  Only agreed time is used to
check messages, date events and switch the lamp; without witnesses it goes on by the ticks as long as the bound on its
error is below the limit.

``synced``: the time is agreed and a witness other than the clock chip confirmed it in the last six hours.
``holdover``: it is agreed and none did.  ``unknown``: it is not agreed, and ``now`` is None.

A small difference is made up by running up to 500 parts per million fast or slow, so that time does not jump.
"""

from pole import const
from pole.runtime.aio import ticks_diff
from pole.runtime.transient import unload

SYNCED = "synced"
HOLDOVER = "holdover"
UNKNOWN = "unknown"
UNCONFIRMED = "no second witness confirms the time yet"

NETWORK = const(0)
CITY = const(1)
RTC = const(2)
LAPTOP = const(3)
WITNESSES = const(("network", "city", "rtc", "laptop"))
FIRM = const(15)  # what a clock chip carries when two witnesses agreed on its time; else the bit of the single one

_YEAR = const(31622400)  # s
_SYNCED_S = const(21600)
_SLEW = const(2000)  # one millisecond in so many: 500 parts per million
HEARING = ("pole.timekeeping.witnesses", "pole.timekeeping.vote")  # loaded for the moment


class Clock:
    """Time by vote of its witnesses.

    *rtc*: None, or the clock chip: ``get()`` is Unix seconds, or None when it lost power; ``set(unix)`` sets it, with
    the bit of the witness as second argument where there was only one, and returns False where it could not;
    ``mark(unix)`` is (bits of the witnesses whose time it has, the bound of its error in ms), (0, 0) where that time
    was never agreed.  Each may raise OSError.

    *floor_unix*: the time is probably later; *drift_ppm*: of the ticks; *max_error_s*: beyond it, time is unknown.
    *trusted*: the chip's time at the start is known to be the agreed one; else the chip is one witness, whose time is
    used for 90 s, until the others had time to answer.  ``make_room()``, where there is one, is called before an answer
    of a witness is taken, which needs memory.
    Ticks are MicroPython's milliseconds, which wrap: some method must be called at least every six days.
    """

    def __init__(self, rtc, floor_unix, drift_ppm, max_error_s, trusted=True):
        self.rtc = rtc
        self.drift_ppm = drift_ppm
        self.trusted = trusted
        self.known = False  # there is a time that was agreed ...
        self.doubted = False  # ... and a reason not to use it
        self.by = 0  # bits of the witnesses who agree on it
        self.firm = None  # that on which two last agreed (vote.Word)
        self.words = [None] * 4  # type: list  # what each witness says (vote.Word)
        self.witnesses = ()  # names of those who agree on it; while it is unknown, of those who gave a time
        self.saying = None  # offset by the only witness while no time is agreed, as in vote.Word
        self.disputed_s = -1  # up time since when a witness contradicts, -1: none does
        # {witness: s by which it is ahead of the agreed time, or of the first one where "agreed" is False}: those who
        # have contradicted for a minute; before that it is not reported, for the others are still being asked
        self.dispute = {}  # type: dict
        self.rtc_by = 0  # bits of the witnesses whose time the clock chip has
        self.look_s = 0  # up time of the next look at it
        self.up_s = 0  # since the start ...
        self.up_rest_ms = 0  # ... and its milliseconds
        self.slew = 0  # ms by which the time is still behind
        self.floor = floor_unix
        self._max_error_ms = max_error_s * 1000
        self.unix = 0  # the time ...
        self.ms = 0  # ... and its milliseconds
        self._ticks = 0  # at these ticks
        self.error_at_set = 0  # ms, when the time was last set or confirmed
        self.set_s = 0  # up time then
        self.confirmed = False  # by a witness other than the clock chip
        self._slewed_ms = 0  # ticks that have not yet given a millisecond of slew
        self.make_room = None

    def start(self, ticks):
        """Reads the clock chip."""
        self._ticks = ticks
        self._hear()

    def now(self, ticks):
        """Unix seconds of the agreed time, or None while there is none: for messages, dates of events and the lamp."""
        if ticks != self._ticks:
            self._advance(ticks)
        return self.unix if self.known and not self.doubted else None

    def believed(self, ticks):
        """Unix seconds for the check of certificates: the agreed time; while there is none, from second to second the
        floor and each time that a witness gives in turn, so that no wrong one keeps the pole from its broker for good.
        """
        now = self.now(ticks)
        if now is None:
            return self._hear(NETWORK) or self.floor
        return now

    def until_ms(self, unix, ticks):
        """Milliseconds until Unix second *unix* begins, at most three days; only while the time is known."""
        if ticks != self._ticks:
            self._advance(ticks)
        return min(unix - self.unix, 259200) * 1000 - self.ms

    def error_ms(self, ticks):
        """How many milliseconds the time may be wrong by, or None while it is unknown."""
        return None if self.now(ticks) is None else self.bound_ms()

    def quality(self, ticks):
        """``synced``, ``holdover`` or ``unknown``."""
        if self.now(ticks) is None:
            return UNKNOWN
        return SYNCED if self.confirmed and self.up_s - self.set_s < _SYNCED_S else HOLDOVER

    def settled(self, ticks):
        """Whether nothing is to be asked soon: the time is confirmed, and no witness contradicts."""
        return self.disputed_s < 0 and self.quality(ticks) == SYNCED

    def offer(self, unix_ms, round_trip_ms, ticks, witness=NETWORK):
        """Takes an answer of *witness*: *unix_ms*, which came at *ticks*, *round_trip_ms* after the request.

        Returns "" when the time is agreed and *witness* agrees, else a sentence that says why not.
        """
        self._advance(ticks)
        return self._hear(witness, unix_ms, round_trip_ms)

    def raise_floor(self, unix):
        """Raises the floor to *unix*, of an authenticated message: the time is probably not before it.

        A sender whose clock is fast must not make the broker's certificate invalid: while the time is known the floor
        does not go beyond it, and while it is unknown it rises by a year at most.
        """
        limit = self.unix if self.known else self.floor + _YEAR
        self.floor = max(self.floor, min(unix, limit))

    # -- for timekeeping/witnesses.py

    def up_ms(self):
        """Milliseconds since the start."""
        return self.up_s * 1000 + self.up_rest_ms

    def bound_ms(self):
        """How many milliseconds the time may be wrong by."""
        return self.error_at_set + (self.up_s - self.set_s) * self.drift_ppm // 1000 + abs(self.slew)

    def _hear(self, *said):
        """The result of witnesses.hear; None where there is no memory for it."""
        if self.make_room:
            self.make_room()
        try:
            from pole.timekeeping.witnesses import hear

            return hear(self, *said)
        except MemoryError:
            self.look_s = self.up_s + 60
        finally:
            unload(*HEARING)

    def _advance(self, ticks):
        elapsed = ticks_diff(ticks, self._ticks)
        if elapsed <= 0:  # the caller took its ticks earlier; time does not go back
            return
        self._ticks = ticks
        self.up_rest_ms += elapsed
        self.up_s += self.up_rest_ms // 1000
        self.up_rest_ms %= 1000
        if self.known:
            if self.slew:
                elapsed += self._slewed_by(elapsed)
            self.ms += elapsed
            if self.ms >= 1000:
                self.unix += self.ms // 1000
                self.ms %= 1000
            if self.bound_ms() > self._max_error_ms:
                self.known = False
        if self.up_s >= self.look_s and (self.rtc_by or self.dispute or not self.known):
            self._hear()

    def _slewed_by(self, elapsed):
        """Milliseconds of slew, of either sign, that these *elapsed* milliseconds give."""
        self._slewed_ms += elapsed
        share = self._slewed_ms // _SLEW
        self._slewed_ms %= _SLEW
        share = max(-share, self.slew) if self.slew < 0 else min(share, self.slew)
        self.slew -= share
        return share
