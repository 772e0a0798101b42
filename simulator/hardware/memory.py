"""The memories of a virtual ESP32: the key-value store in its flash, its own clock, and its RTC memory."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from simulator.device_modules import ops
from simulator.hardware.part import Answer, Operation

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH_UNIX = 946684800
_BLOB_MARK = b"\x01"


class Nvs:
    """Key-value store: survives everything, but what was not committed is lost with a reset."""

    def __init__(self) -> None:
        self._flash: dict[bytes, tuple[int, bytes]] = {}
        self._live: dict[bytes, tuple[int, bytes]] = {}

    def power_on(self, _cut: bool) -> None:
        self._live = dict(self._flash)

    def provision(self, namespace: str, key: str, blob: bytes) -> None:
        """Stores a *blob*, as flashing does."""
        self._flash[f"{namespace}\0{key}".encode()] = self._live[f"{namespace}\0{key}".encode()] = (
            1,
            _BLOB_MARK + blob,
        )

    def blob(self, namespace: str, key: str) -> bytes:
        """What is stored there; empty where nothing is."""
        return self._flash.get(f"{namespace}\0{key}".encode(), (1, b""))[1][1:]

    def operations(self) -> dict[int, Operation]:
        return {
            ops.NVS_GET: self._get,
            ops.NVS_SET: self._set,
            ops.NVS_ERASE: self._erase,
            ops.NVS_COMMIT: self._commit,
        }

    def _get(self, kind: int, _b: int, name: bytes) -> Answer:
        found = self._live.get(name)
        return 0, found[1] if found and found[0] == kind else b""

    def _set(self, kind: int, value: int, data: bytes) -> Answer:
        namespace, key, blob = data.split(b"\0", 2)
        stored = _BLOB_MARK + blob if kind else struct.pack("<i", value)
        self._live[namespace + b"\0" + key] = kind, stored
        return 0, b""

    def _erase(self, _a: int, _b: int, name: bytes) -> Answer:
        return (0 if self._live.pop(name, None) else -1), b""

    def _commit(self, _a: int, _b: int, _data: bytes) -> Answer:
        self._flash = dict(self._live)
        return 0, b""


class Rtc:
    """The chip's own clock, which starts in 2000, and 2 KB of memory.  Both survive a reset and no power cut."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._zero_us = 0  # microseconds since 2000 at the start of the run
        self._memory = b""

    def power_on(self, cut: bool) -> None:
        if cut:
            self._zero_us = -self._now_ms() * 1000
            self._memory = b""

    def operations(self) -> dict[int, Operation]:
        return {
            ops.RTC_GET: self._get,
            ops.RTC_SET: self._set,
            ops.RTC_MEMORY_GET: lambda _a, _b, _data: (len(self._memory), self._memory),
            ops.RTC_MEMORY_SET: self._memory_set,
        }

    def _get(self, _a: int, _b: int, _data: bytes) -> Answer:
        us = self._zero_us + self._now_ms() * 1000
        t = _EPOCH + timedelta(microseconds=us)
        fields = (t.year, t.month, t.day, t.weekday(), t.hour, t.minute, t.second, t.microsecond)
        return us // 1000000, struct.pack("<HBBBBBBI", *fields)

    def _set(self, seconds: int, _b: int, data: bytes) -> Answer:
        us = seconds * 1000000
        if data:
            year, month, day, _weekday, hour, minute, second, micro = struct.unpack("<HBBBBBBI", data)
            since = datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC) - _EPOCH
            us = since // timedelta(microseconds=1)
        self._zero_us = us - self._now_ms() * 1000
        return 0, b""

    def _memory_set(self, _a: int, _b: int, data: bytes) -> Answer:
        self._memory = data
        return 0, b""
