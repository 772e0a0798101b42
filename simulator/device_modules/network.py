"""``network`` as on an ESP32, as far as the pole uses it: one Wi-Fi station."""

from _chip import call, read
from ops import (
    UNIQUE_ID,
    WLAN_ACTIVE,
    WLAN_ADDRESS,
    WLAN_CONNECT,
    WLAN_DISCONNECT,
    WLAN_HOSTNAME,
    WLAN_JOINED,
    WLAN_RECONNECTS,
    WLAN_RSSI,
    WLAN_STATUS,
)

STA_IF = 0
STAT_BEACON_TIMEOUT = 200
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
STAT_ASSOC_FAIL = 203
STAT_HANDSHAKE_TIMEOUT = 204
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010

_WORDS = {-1: "Wifi Not Started", -2: "Wifi Internal Error"}  # answers of WLAN_CONNECT and WLAN_DISCONNECT


def hostname(name=None):
    return read(WLAN_HOSTNAME, 0, 0, b"" if name is None else name.encode()).decode()


def _checked(value):
    if value < 0:
        raise OSError(_WORDS[value])


class WLAN:
    IF_STA = STA_IF

    def __init__(self, interface_id=STA_IF):
        if interface_id != STA_IF:
            raise ValueError("invalid WLAN interface identifier")

    def active(self, is_active=None):
        return bool(call(WLAN_ACTIVE, -1 if is_active is None else int(bool(is_active))))

    def connect(self, ssid, key=None):
        _checked(call(WLAN_CONNECT, 0, 0, ssid.encode() + b"\0" + (key or "").encode()))

    def disconnect(self):
        _checked(call(WLAN_DISCONNECT))

    def isconnected(self):
        return bool(call(WLAN_JOINED))

    def status(self, param=None):
        if param is None:
            return call(WLAN_STATUS)
        if param != "rssi":
            raise ValueError("unknown status param")
        level = call(WLAN_RSSI)
        if not level:
            raise OSError("Wifi Not Connected")
        return level

    def ifconfig(self):
        return tuple(read(WLAN_ADDRESS).decode().split("\0"))

    def config(self, param=None, **values):
        if param == "mac":
            return read(UNIQUE_ID)
        if param is not None:
            raise ValueError("unknown config param")
        for name in values:
            if name != "reconnects":
                raise ValueError("unknown config param")
            call(WLAN_RECONNECTS, values[name])
        return None
