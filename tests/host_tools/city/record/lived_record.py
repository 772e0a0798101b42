"""A record of what a simulated street said: its own code takes every message that the modelled broker hears."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from host_tools.broker.connection import Message
from host_tools.city.record import failure_events, silence
from host_tools.city.record.record import Record
from simulator.street.street import Street
from tests.host_tools.city.record.hurried import hurried
from tests.simulator.streets import Lived, live

CHECK_MS = 5000


class _Desk:
    """Does with a record what the recorder does, in the street's time."""

    def __init__(self, record: Record, street: Street) -> None:
        self._record, self._street = record, street
        self._since = street.time.start_unix
        self._connected = True
        broker: Any = street.network.broker  # type: ignore[attr-defined]
        self._hear = broker._heard
        broker._heard = self.heard
        self._tell = street.recorder.broker
        street.recorder.broker = self.broker  # type: ignore[method-assign]
        street.kernel.every(CHECK_MS, self.check)

    @property
    def now(self) -> int:
        return self._street.time.unix(self._street.kernel.now_ms)

    def heard(self, topic: str, payload: bytes) -> None:
        self._hear(topic, payload)
        self._record.take([Message(topic, payload, False)], self.now, self.now)

    def broker(self, connected: bool) -> None:
        self._tell(connected)
        self._connected = connected
        self._since = self.now
        if not connected:
            self._street.kernel.after(silence.BROKER_S * 1000, self.miss)

    def miss(self) -> None:
        if not self._connected:
            with self._record.change() as book:
                failure_events.without_broker(book, self.now)

    def check(self) -> None:
        if self._connected:
            with self._record.change() as book:
                seen = {name: entry.known.seen for name, entry in book.entries.items()}
                heard = {name: at for name, at in seen.items() if at is not None}
                failure_events.check(book, self.now, self.now, heard, self._since, silence.SILENT_S)


def recorded(path: Path, hours: float, **street: Any) -> Lived:
    """Lives a street (see ``live``) and leaves its record at *path*."""
    record = hurried(Record(path, "diya/1", "sagar", {"timezone": "Asia/Kolkata", "title": "Sagar"}))
    try:
        return live(hours, begin=lambda one: _Desk(record, one), **street)
    finally:
        record.close()
