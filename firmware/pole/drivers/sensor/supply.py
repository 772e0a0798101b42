"""Senses the mains with an optocoupler to ground, on a board with enough stored energy to report a power cut.

An optocoupler on alternating current is open around each zero crossing: 1.3 ms to either side, a hundred times a
second; one with a single diode for half of each period.  So the mains is gone when it was not seen for longer than a
period, in samples that cannot all fall into the gaps.
"""

import machine

from pole import const
from pole.runtime import aio

_LOOK_MS = const(50)  # between samples: a small part of the shortest hold-up a board may have
_DOUBT_MS = const(3)  # between samples while it is not seen: no divisor of a half-wave at 50 or 60 Hz
_AGAIN_MS = const(1000)  # until a pin that raised is tried again
_GONE_LOOKS = const(10)  # in a row without it: 30 ms, one and a half periods


class Supply:
    """Contact on pin *pin_no* (34 to 39 have no pull-up); *present_value* (0 or 1) is its level under mains."""

    def __init__(self, pin_no, present_value):
        self._number = pin_no
        self._pin = None
        self._present_value = present_value
        self._present = True
        self.error = None  # what the pin raised last

    def present(self):
        """Whether the mains is there, as ``watch`` found it last; True before that."""
        return self._present

    async def watch(self, changed):
        """Calls *changed* whenever the mains goes or comes back, or the pin raises, without end.

        An interrupt would be no faster: it cannot end asyncio's wait, except by a flag that has to be polled too.
        """
        missed = 0
        while True:
            if self._seen():
                missed = 0
            else:
                missed = min(missed + 1, _GONE_LOOKS)
            if (missed < _GONE_LOOKS) != self._present and missed in (0, _GONE_LOOKS):
                self._present = not self._present
                changed()
            if self.error:
                changed()  # before it is tried again
                await aio.sleep_ms(_AGAIN_MS)
            else:
                await aio.sleep_ms(_DOUBT_MS if 0 < missed < _GONE_LOOKS else _LOOK_MS)

    def _seen(self):
        """Whether the contact shows mains; True too where the pin raises."""
        try:
            if not self._pin:
                self._pin = machine.Pin(self._number, machine.Pin.IN, machine.Pin.PULL_UP)
            seen = self._pin.value() == self._present_value
            self.error = None
        except Exception as error:
            self.error, seen = error, True
        return seen
