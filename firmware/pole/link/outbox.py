"""What waits to be sent, in the order in which it goes out.

Kinds of which only the newest matters (presence, birth, state, meter) have a slot each; acks and events stand in a
queue.  A record of QoS 1 is released by its PUBACK and by nothing else: after a lost connection it is sent again, with
the same packet identifier, unless its slot holds a newer one.

The queue is a part of its own because a persistent journal will take its place: it needs ``put``, ``take``, ``release``
and ``waiting``, and keeps a record until ``release``.

What one task leaves here the sending task sees from the next millisecond on (see ``mailbox``): a record carries the
millisecond it was put in (``stamp``), and room that a PUBACK makes counts from the next one.  Stamps are compared for
equality only, so a record may wait for longer than ticks take to wrap.
"""

from pole import aio
from pole.contract import BIRTH, DELIVERY, METER, PRESENCE, STATE
from pole.link.mailbox import Mailbox

WINDOW = 4  # messages of QoS 1 on their way at once
NEVER = 1 << 28  # ms, three days: longer than anybody waits
QUEUE = 16  # acks and events kept in memory, about 300 bytes each

_BEFORE_QUEUE = (PRESENCE, BIRTH, STATE)
_AFTER_QUEUE = (METER,)


class Record:
    """One message: ``kind`` (contract.DELIVERY), ``payload`` (JSON text), ``qos``, ``retain``, ``stamp`` (ticks).

    ``routine``: where there is no room for all it goes before others.
    """

    __slots__ = (
        "again", "dup", "kind", "packet_id", "payload", "qos", "retain", "routine", "sequence", "stamp", "written",
    )  # fmt: skip

    def __init__(self, kind, payload, stamp, routine=False):
        self.kind = kind
        self.routine = routine
        self.sequence = 0  # in the journal; 0: not from there
        self.payload = payload
        self.qos, self.retain = DELIVERY[kind]
        self.stamp = stamp
        self.packet_id = 0  # 0 until it is sent with QoS 1
        self.written = 0  # ticks
        self.again = False  # the connection on which it was sent is gone
        self.dup = False  # it is being sent again


class Queue:
    """Acks and events in memory, at most *limit*; ``lost`` counts those there was no room for."""

    def __init__(self, limit=QUEUE):
        self._box = Mailbox(limit)
        self.lost = 0

    def put(self, record):
        """Adds *record*; False when the queue is full."""
        if self._box.put(record, record.stamp):
            return True
        self.lost += 1
        return False

    def take(self, now):
        """The next record to be sent, or None."""
        return self._box.take(now)

    def waiting(self):
        """Whether a record has not been taken yet."""
        return self._box.waiting()

    def release(self, record):
        """The broker has *record*: in memory there is nothing more to do."""

    def wait_ms(self, now):
        """Milliseconds until a record that ``take`` held back may go, at least 1; NEVER when it holds none back."""
        return NEVER


class _Slot:
    """The newest record of a kind, and the one that counts while the newest is from this very millisecond."""

    def __init__(self):
        self.newest = None
        self._older = None

    def put(self, record):
        if self.newest is not None and self.newest.stamp != record.stamp:
            self._older = self.newest
        self.newest = record

    def ready(self, now):
        if self.newest is not None and self.newest.stamp != now:
            return self.newest
        return self._older

    def take(self, now):
        record = self.ready(now)
        self._older = None
        if record is self.newest:
            self.newest = None
        return record


class Outbox:
    """All that waits.  *ticks* is a callable; *queue* holds acks and events.  ``wake`` is set when there is work."""

    def __init__(self, ticks, queue):
        self.wake = aio.Event()
        self._ticks = ticks
        self._queue = queue
        self._slots = {}
        for kind in _BEFORE_QUEUE + _AFTER_QUEUE:
            self._slots[kind] = _Slot()
        self._in_flight = []
        self._freed = 0  # places that became free at _freed_at
        self._freed_at = -1
        self._last_id = 0

    def put(self, kind, payload, routine=False):
        """Leaves *payload* (JSON text) to be sent as *kind*; False when the queue has no room for it."""
        record = Record(kind, payload, self._ticks(), routine)
        slot = self._slots.get(kind)
        if slot:
            slot.put(record)
        elif not self._queue.put(record):
            return False
        self.wake.set()
        return True

    def take(self):
        """The next record to be written to the stream, or None; sets its ``packet_id``, ``dup`` and ``written``."""
        now = self._ticks()
        record = self._next_again(now) or self._next_new(now)
        if record:
            record.written = now
        return record

    def idle_ms(self, now):
        """Milliseconds until ``take`` is worth another try although nothing wakes: replayed events are paced."""
        return self._queue.wait_ms(now)

    def acknowledge(self, packet_id):
        """A PUBACK came: its record is released.  An identifier that is not on its way is ignored."""
        for record in self._in_flight:
            if record.packet_id == packet_id and not record.again:
                self._remove(record, self._ticks())
                if record.kind not in self._slots:
                    self._queue.release(record)
                if self._waiting():
                    self.wake.set()
                return

    def restart(self):
        """A new connection: all that is not acknowledged has to be sent again, before anything new."""
        for record in self._in_flight:
            record.again = True

    def oldest(self):
        """The record that has waited longest for its PUBACK, or None."""
        return self._in_flight[0] if self._in_flight else None

    def next_id(self):
        """An unused packet identifier: 1 to 65535, then 1 again."""
        used = [record.packet_id for record in self._in_flight]
        while True:
            self._last_id = self._last_id % 65535 + 1
            if self._last_id not in used:
                return self._last_id

    def _next_again(self, now):
        for record in list(self._in_flight):
            if record.again:
                slot = self._slots.get(record.kind)
                if slot and slot.ready(now):
                    self._in_flight.remove(record)  # a newer one says more
                    continue
                record.again = False
                record.dup = True
                return record
        return None

    def _next_new(self, now):
        if len(self._in_flight) + (self._freed if self._freed_at == now else 0) < WINDOW:
            record = self._first(_BEFORE_QUEUE, now) or self._queue.take(now)
            if record:
                record.packet_id = self.next_id()
                self._in_flight.append(record)
                return record
        return self._first(_AFTER_QUEUE, now)

    def _first(self, kinds, now):
        for kind in kinds:
            record = self._slots[kind].take(now)
            if record:
                return record
        return None

    def _remove(self, record, now):
        self._in_flight.remove(record)
        if self._freed_at != now:
            self._freed_at = now
            self._freed = 0
        self._freed += 1

    def _waiting(self):
        return self._queue.waiting() or any([slot.newest for slot in self._slots.values()])
