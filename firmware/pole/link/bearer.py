"""Keeps Wi-Fi joined while the session needs it.

``radio`` (ports.radio) has ``start()``, ``stop(wholly)``, ``join(ssid, password)``, ``leave()``, ``joined()`` -> bool
and ``status()`` -> str.  ``join`` is never called twice without ``leave`` between: the ESP32 answers that with an
internal error.  A radio that does not join is switched off and on: sometimes nothing else helps.
"""

from pole.runtime.transient import unload

JOINING = ("pole.link.join",)


class Bearer:
    """The connection to the network over *radio*; with *ssid* "" there is nothing to join (Ethernet, a desktop).

    ``started``: the radio is on; ``asked``: joining has begun; ``failures`` in a row; ``doubts``: calls of ``doubt``.
    """

    def __init__(self, radio, ssid, password, ticks):
        self.radio = radio
        self.ssid = ssid
        self.password = password
        self.ticks = ticks
        self.started = False
        self.asked = False
        self.failures = 0
        self.doubts = 0

    async def up(self, timeout_ms):
        """Returns once joined.  Raises OSError after *timeout_ms*, having left."""
        if self.ssid and not (self.asked and self.radio.joined()):
            try:
                from pole.link.join import join

                await join(self, timeout_ms)
            finally:
                unload(*JOINING)

    def doubt(self):
        """Joined, but no data comes through: the next ``up`` joins again, each third time after off and on."""
        if self.asked:
            try:
                from pole.link.join import doubt

                doubt(self)
            finally:
                unload(*JOINING)

    def down(self):
        """Leaves, so that the next ``up`` joins once more."""
        if self.asked:
            self.asked = False
            self.radio.leave()
