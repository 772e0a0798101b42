"""Whether the mains is there, on a board whose store of energy lets it say a last word: an optocoupler to ground."""

import machine

from pole import aio, const

_LOOK_MS = const(50)  # a small part of the shortest hold-up a board may have


class Supply:
    """Contact on pin *pin_no* (34 to 39 have no pull-up); *present_value* (0 or 1) is its level under mains."""

    def __init__(self, pin_no, present_value):
        self._number = pin_no
        self._pin = None
        self._present = present_value

    def present(self):
        """Whether the mains is there.  Raises what the pin raises."""
        if not self._pin:
            self._pin = machine.Pin(self._number, machine.Pin.IN, machine.Pin.PULL_UP)
        return self._pin.value() == self._present

    async def watch(self, changed):
        """Calls *changed* whenever the mains goes or comes back, for ever.

        An interrupt would do no better: it cannot end asyncio's wait, short of a flag that is itself looked at.
        """
        before = True
        while True:
            if self.present() != before:
                before = not before
                changed()
            await aio.sleep_ms(_LOOK_MS)
