"""The Wi-Fi radio as a station.

``join`` tries once, and ``status`` says how that went; when to try again is the caller's decision, so that a thousand
poles do not all join in the same second.
"""

import network

from pole.runtime.transient import unload


class Radio:
    """The chip's own radio.  Every method but ``leave`` and ``ip`` raises OSError when the radio refuses."""

    def __init__(self):
        self._wlan = None
        try:
            self._wlan = network.WLAN(network.STA_IF)
        except Exception as error:
            print("diya: Wi-Fi:", error)  # start() tries again

    def start(self):
        """Switches the radio on.  Harmless when it is on."""
        if not self._wlan:
            self._wlan = network.WLAN(network.STA_IF)
        self._wlan.active(True)
        self._wlan.config(reconnects=0)

    def stop(self, wholly):
        """Switches the radio off; *wholly*: its driver is deinitialised too, where the port can do that.

        ``start`` then initialises it.  A driver that joins no network any more often joins after that
        (micropython#14382, #17661).
        """
        wlan = self._wlan
        if wholly:
            self._wlan = None
        try:
            wlan.active(False)
            if wholly and hasattr(wlan, "deinit"):
                wlan.deinit()
        except Exception:
            pass  # it was never on, or cannot be switched off any more

    def join(self, ssid, password):
        """Begins to join network *ssid*.  A second time without ``leave`` between is refused with OSError."""
        self._wlan.connect(ssid, password)

    def leave(self):
        """Leaves the network, or gives up joining it."""
        try:
            self._wlan.disconnect()
        except Exception:
            pass  # a radio that is off has nothing to leave

    def joined(self):
        """True while the pole is on the network and has an address."""
        return self._wlan is not None and self._wlan.isconnected()

    def status(self):
        """How joining stands, in plain words."""
        try:
            from pole.drivers.network.wifi_text import said

            return said(self._wlan.status())
        finally:
            unload("pole.drivers.network.wifi_text")

    def strength(self):
        """Of the access point's signal in dBm; None while the pole is not on the network."""
        return self._wlan.status("rssi") if self.joined() else None

    def ip(self):
        """IPv4 address as text; 0.0.0.0 while there is none."""
        try:
            return self._wlan.ifconfig()[0]
        except Exception:
            return "0.0.0.0"
