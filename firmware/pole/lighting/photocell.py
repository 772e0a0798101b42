"""Dark or light, from a photocell: with hysteresis, and only when it stays so.

The gap between the two thresholds is for the lamp's own light that comes back from the street, the delay for headlights
and clouds.
"""

from pole.aio import ticks_diff


class Photocell:
    """``dark`` is what it says now; True until it has seen light, for that lights the street.

    *on_lux*: below it, it is dark; *off_lux*: above it, it is light; *delay_s*: seconds for which that must last.
    """

    def __init__(self, on_lux, off_lux, delay_s):
        self.dark = True
        self._on_lux = on_lux
        self._off_lux = off_lux
        self._delay_ms = delay_s * 1000
        self._turning = False  # the light asks for a change
        self._since = 0  # since these ticks

    def update(self, lux, now_ms):
        """Take a reading at the ticks *now_ms*; whether it is dark."""
        wants_change = lux > self._off_lux if self.dark else lux < self._on_lux
        if wants_change:
            if not self._turning:
                self._turning = True
                self._since = now_ms
            if ticks_diff(now_ms, self._since) >= self._delay_ms:
                self.dark = not self.dark
                self._turning = False
        else:
            self._turning = False
        return self.dark
