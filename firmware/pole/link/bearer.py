"""Wi-Fi: joined when the session needs it, and again whenever it is lost.

``radio`` (ports.radio) has ``start()``, ``join(ssid, password)``, ``leave()``, ``joined()`` -> bool and ``status()`` ->
str.  ``join`` is never called twice without ``leave`` between: the ESP32 answers that with an internal error.
"""

from pole import aio, const

_POLL_MS = const(250)


class Bearer:
    """The way to the network over *radio*; with *ssid* "" there is nothing to join (Ethernet, a desktop)."""

    def __init__(self, radio, ssid, password, ticks):
        self._radio = radio
        self._ssid = ssid
        self._password = password
        self._ticks = ticks
        self._started = False
        self._asked = False  # to join

    async def up(self, timeout_ms):
        """Returns once joined.  Raises OSError after *timeout_ms*, having left."""
        if not self._ssid or (self._asked and self._radio.joined()):
            return
        self.down()
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

    def down(self):
        """Leaves, so that the next ``up`` joins afresh."""
        if self._asked:
            self._asked = False
            self._radio.leave()
