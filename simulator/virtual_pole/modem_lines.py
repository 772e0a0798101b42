"""The effect of DTR and RTS on the chip: two transistors and a capacitor.

RTS alone pulls EN low, DTR alone pulls IO0 low, both or none leave the two alone.  EN falls at once and rises slowly,
through a resistor into a capacitor; what IO0 is when EN is up again decides where the chip starts.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.virtual_pole.reactor import Reactor, Timer

# Boards have 1 to 15 ms.  A network port changes one line at a time and waits 50 to 100 ms for each to be confirmed, so
# that such a board would be out of reset before its IO0 is low (a well-known nuisance: 10 uF at EN is the cure).
EN_RISE_S = 0.15


class ModemLines:
    """*hold* is called when EN goes low, *release* when it is up again, with whether IO0 is low then."""

    def __init__(self, reactor: Reactor, hold: Callable[[], None], release: Callable[[bool], None]) -> None:
        self._reactor = reactor
        self._hold = hold
        self._release = release
        self._dtr = False
        self._rts = False
        self._in_reset = False
        self._rise: Timer | None = None

    def set(self, dtr: bool | None = None, rts: bool | None = None) -> None:
        """True: asserted.  None: as it was."""
        self._dtr = self._dtr if dtr is None else dtr
        self._rts = self._rts if rts is None else rts
        if self._rts and not self._dtr:
            if self._rise is not None:
                self._rise.cancel()
                self._rise = None
            if not self._in_reset:
                self._in_reset = True
                self._hold()
        elif self._in_reset and self._rise is None:
            self._rise = self._reactor.at(self._reactor.now() + EN_RISE_S, self._up)

    def _up(self) -> None:
        self._rise = None
        self._in_reset = False
        self._release(self._dtr and not self._rts)
