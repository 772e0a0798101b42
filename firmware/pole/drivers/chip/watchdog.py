"""The hardware watchdog: resets the chip when it was not fed in time.  Once started it cannot be stopped."""

import machine


class Watchdog:
    """Started at construction; resets the chip *timeout_s* seconds after it was last fed.

    ``error``: what it last raised, None while it works.  One that raises is started again, which feeds it too; one that
    never starts never resets the chip.
    """

    def __init__(self, timeout_s):
        self._timeout_ms = timeout_s * 1000
        self._wdt = self.error = None
        self.feed()

    def feed(self):
        """Puts the reset off by another time-out."""
        try:
            if not self._wdt:
                self._wdt = machine.WDT(timeout=self._timeout_ms)
            self._wdt.feed()
            self.error = None
        except Exception as error:
            self.error = error
            self._wdt = None
