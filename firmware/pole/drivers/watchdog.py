"""The hardware watchdog: resets the chip when nobody has fed it in time.  Once started it cannot be stopped."""

import machine


class Watchdog:
    """Started at construction; resets the chip *timeout_s* seconds after it was last fed."""

    def __init__(self, timeout_s):
        self._wdt = machine.WDT(timeout=timeout_s * 1000)

    def feed(self):
        """Puts the reset off by another time-out."""
        self._wdt.feed()
