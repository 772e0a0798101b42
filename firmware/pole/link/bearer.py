"""Wi-Fi: joined when the session needs it, and again whenever it is lost.

``radio`` (ports.radio) has ``start()``, ``stop(wholly)``, ``join(ssid, password)``, ``leave()``, ``joined()`` -> bool
and ``status()`` -> str.  ``join`` is never called twice without ``leave`` between: the ESP32 answers that with an
internal error.  A radio that does not join is switched off and on; it can be wedged so that nothing else helps.
"""

from pole import aio, const

_POLL_MS = const(250)
_RENEW_AFTER = const(3)  # failures in a row, until the radio is switched off and on
_WHOLLY_AFTER = const(9)  # ... and its driver with it


class Bearer:
    """The way to the network over *radio*; with *ssid* "" there is nothing to join (Ethernet, a desktop)."""

    def __init__(self, radio, ssid, password, ticks):
        self._radio = radio
        self._ssid = ssid
        self._password = password
        self._ticks = ticks
        self._started = False
        self._asked = False  # to join
        self._failures = 0  # in a row
        self._doubts = 0

    async def up(self, timeout_ms):
        """Returns once joined.  Raises OSError after *timeout_ms*, having left."""
        if not self._ssid or (self._asked and self._radio.joined()):
            return
        self.down()
        failures = self._failures
        self._failures += 1
        if failures and failures % _RENEW_AFTER == 0:
            self._started = False
            self._radio.stop(failures % _WHOLLY_AFTER == 0)
            await aio.sleep_ms(_POLL_MS)
        if not self._started:
            self._radio.start()
            self._started = True
        self._asked = True
        self._radio.join(self._ssid, self._password)
        deadline = aio.ticks_add(self._ticks(), timeout_ms)
        while not self._radio.joined():
            if aio.ticks_diff(deadline, self._ticks()) <= 0:
                status = self._radio.status()
                self.down()
                raise OSError("Wi-Fi " + self._ssid + " was not joined within %d s: %s" % (timeout_ms // 1000, status))
            await aio.sleep_ms(_POLL_MS)
        self._failures = 0

    def doubt(self):
        """It is joined and nothing comes through: the next ``up`` joins again, each third time after off and on."""
        if self._asked:
            self.down()
            self._doubts += 1
            if self._doubts % _RENEW_AFTER == 0:
                self._started = False
                self._radio.stop(False)

    def down(self):
        """Leaves, so that the next ``up`` joins afresh."""
        if self._asked:
            self._asked = False
            self._radio.leave()
