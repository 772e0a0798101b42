"""The Wi-Fi radio of a virtual ESP32, and its access point, which may be out of reach.

The state of the radio is computed when it is read.  Delays come from a hash of the pole's key and the number of the
attempt, so a run can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.device_modules import ops
from simulator.hardware.part import Answer, Operation
from simulator.plant import noise

BEACON_TIMEOUT = 200
NO_AP_FOUND = 201
WRONG_PASSWORD = 202
IDLE = 1000
CONNECTING = 1001
GOT_IP = 1010
_NOT_STARTED = -1
_CONN = -2  # "Wifi Internal Error"

BEACON_MS = 6000  # without a beacon until the radio notices that the access point is gone
ASSOCIATE_MS = (2000, 4000)  # scan, association, DHCP
RSSI = (-71, -52)  # dBm, from the worst to the best place in a street
SCAN_MS = 3000  # until a station that finds nothing, or is refused, says so


class Radio:
    """Radio of one pole, in reach of an access point named *ssid* (empty: any name) with *password* (empty: any).

    *key* is the pole's own stream of noise.  ``rssi`` (dBm) is the signal strength of the access point.
    """

    def __init__(
        self, now_ms: Callable[[], int], key: int, *, ssid: str = "", password: str = "", ip: str = "10.0.0.2"
    ) -> None:
        self._now_ms = now_ms
        self._key = key
        self._ssid = ssid
        self._password = password
        self._ip = ip
        self._reachable = True
        self.rssi = RSSI[0] + noise.bits(key, 0) % (RSSI[1] - RSSI[0] + 1)
        self._attempts = 0
        self.power_on(True)

    def power_on(self, _cut: bool) -> None:
        self._active = False
        self._wanted = ("", "")  # ssid and password given to connect
        self._requested = False  # between connect and disconnect
        self._joined = False
        self._due_ms: int | None = None  # when the attempt under way ends
        self._lost_ms: int | None = None  # when the loss of the access point will be noticed
        self._reason = 0
        self._limit = -1
        self._tries = 0
        self._hostname = b"mpy-esp32"

    def reach(self, reachable: bool) -> None:
        """From now on the access point is in reach, or not."""
        self._advance()
        self._reachable = reachable
        self._lost_ms = self._now_ms() + BEACON_MS if self._joined and not reachable else None

    @property
    def active(self) -> bool:
        """True while the radio is on."""
        return self._active

    @property
    def joined(self) -> bool:
        """True while the radio has the state of being on the network with an address."""
        self._advance()
        return self._joined

    @property
    def carries(self) -> bool:
        """True while bytes really come through: joined, and the access point there."""
        return self.joined and self._reachable

    def operations(self) -> dict[int, Operation]:
        return {
            ops.WLAN_ACTIVE: self._activate,
            ops.WLAN_CONNECT: self._connect,
            ops.WLAN_DISCONNECT: self._disconnect,
            ops.WLAN_JOINED: lambda _a, _b, _data: (int(self.joined), b""),
            ops.WLAN_STATUS: lambda _a, _b, _data: (self.status(), b""),
            ops.WLAN_ADDRESS: self._address,
            ops.WLAN_RECONNECTS: self._reconnects,
            ops.WLAN_HOSTNAME: self._name,
            ops.WLAN_RSSI: lambda _a, _b, _data: (self.rssi if self.joined else 0, b""),
        }

    def status(self) -> int:
        """The STAT_ value ``WLAN.status()`` gives now."""
        self._advance()
        if self._joined:
            return GOT_IP
        if self._reason in (NO_AP_FOUND, WRONG_PASSWORD):
            return self._reason
        if self._due_ms is not None:
            return CONNECTING
        return self._reason or IDLE

    def _advance(self) -> None:
        now = self._now_ms()
        if self._lost_ms is not None and now >= self._lost_ms:
            self._joined = False
            self._reason = BEACON_TIMEOUT
            self._again(self._lost_ms)
            self._lost_ms = None
        while self._due_ms is not None and now >= self._due_ms:
            ended, self._due_ms = self._due_ms, None
            self._reason = self._refusal()
            if not self._reason:
                self._joined = True
                self._tries = 0
            else:
                if self._limit < 0:  # without limit: skip the attempts that end before now, all alike
                    ended += (now - ended) // SCAN_MS * SCAN_MS
                self._again(ended)

    def _refusal(self) -> int:
        ssid, password = self._wanted
        if not self._reachable or self._ssid not in ("", ssid):
            return NO_AP_FOUND
        return 0 if self._password in ("", password) else WRONG_PASSWORD

    def _again(self, at_ms: int) -> None:
        self._tries += 1
        if self._requested and (self._limit < 0 or self._tries <= self._limit):
            self._attempt(at_ms)

    def _attempt(self, at_ms: int) -> None:
        self._attempts += 1
        shortest, longest = ASSOCIATE_MS
        delay = shortest + noise.bits(self._key, self._attempts) % (longest - shortest + 1)
        self._due_ms = at_ms + (SCAN_MS if self._refusal() else delay)

    def _activate(self, active: int, _b: int, _data: bytes) -> Answer:
        self._advance()
        if active == 0:
            self._active = False
            self._drop()
        elif active == 1:
            self._active = True
        return int(self._active), b""

    def _drop(self) -> None:
        self._requested = self._joined = False
        self._due_ms = self._lost_ms = None
        self._reason = 0

    def _connect(self, _a: int, _b: int, data: bytes) -> Answer:
        self._advance()
        if not self._active:
            return _NOT_STARTED, b""
        if self._joined or self._due_ms is not None:
            return _CONN, b""
        ssid, password = data.split(b"\0", 1)
        self._wanted = ssid.decode(), password.decode()
        self._requested = True
        self._tries = 0
        self._reason = 0
        self._attempt(self._now_ms())
        return 0, b""

    def _disconnect(self, _a: int, _b: int, _data: bytes) -> Answer:
        if not self._active:
            return _NOT_STARTED, b""
        self._drop()
        return 0, b""

    def _address(self, _a: int, _b: int, _data: bytes) -> Answer:
        gateway = self._ip.rsplit(".", 1)[0] + ".1"
        fields = (self._ip, "255.255.255.0", gateway, gateway) if self.joined else ("0.0.0.0",) * 4
        return 0, "\0".join(fields).encode()

    def _reconnects(self, limit: int, _b: int, _data: bytes) -> Answer:
        self._limit = limit
        return 0, b""

    def _name(self, _a: int, _b: int, data: bytes) -> Answer:
        self._hostname = data or self._hostname
        return 0, self._hostname
