"""The Wi-Fi radio as a station.

It tries once when told to join, and says how that went; when to try again is the caller's decision, so that a thousand
poles do not all come back in the same second.
"""

import network

_WORDS = {
    network.STAT_IDLE: "idle",
    network.STAT_CONNECTING: "joining",
    network.STAT_GOT_IP: "joined",
    network.STAT_NO_AP_FOUND: "no access point found",
    network.STAT_WRONG_PASSWORD: "wrong password",
    network.STAT_BEACON_TIMEOUT: "access point lost",
    network.STAT_ASSOC_FAIL: "association failed",
    network.STAT_HANDSHAKE_TIMEOUT: "handshake timed out",
}


class Radio:
    """The chip's own radio.  Every method but ``leave`` raises OSError when the radio refuses."""

    def __init__(self):
        self._wlan = network.WLAN(network.STA_IF)

    def start(self):
        """Switches the radio on.  Harmless when it is on."""
        self._wlan.active(True)
        self._wlan.config(reconnects=0)

    def join(self, ssid, password):
        """Begins to join network *ssid*.  A second time without ``leave`` between is refused with OSError."""
        self._wlan.connect(ssid, password)

    def leave(self):
        """Leaves the network, or gives up joining it."""
        try:
            self._wlan.disconnect()
        except OSError:
            pass  # a radio that is off has nothing to leave

    def joined(self):
        """True while the pole is on the network and has an address."""
        return self._wlan.isconnected()

    def status(self):
        """How joining stands, in plain words."""
        code = self._wlan.status()
        return _WORDS.get(code, "failed (reason " + str(code) + ")")

    def strength(self):
        """Of the access point's signal in dBm; None while the pole is not on the network."""
        return self._wlan.status("rssi") if self._wlan.isconnected() else None

    def ip(self):
        """IPv4 address as text; 0.0.0.0 while there is none."""
        return self._wlan.ifconfig()[0]
