"""What waits to be sent, in the order in which it goes out.

Kinds of which only the newest matters (presence, birth, state, meter, time) have a slot each; acks and events stand in
a queue.  A record of QoS 1 is released by its PUBACK and by nothing else: after a lost connection it is sent again,
with the same packet identifier, unless its slot holds a newer one.

The queue is a class of its own because the journal (reporting/journal.py) replaces it: both have ``put``, ``take``,
``release`` and ``waiting``, and keep a record until ``release``.

A record that one task puts here can be sent from the next millisecond on (see ``mailbox``): a record carries the
millisecond it was put in (``stamp``), and room that a PUBACK makes counts from the next one.  Stamps are compared for
equality only, so a record may wait for longer than ticks take to wrap.
"""

from pole import const
from pole.link.mailbox import Mailbox
from pole.runtime import aio
from pole.wire.contract import BIRTH, DELIVERY, METER, PRESENCE, STATE, TIME

_WINDOW = const(4)  # messages of QoS 1 that may be unacknowledged at once
NEVER = const(1 << 28)  # ms, three days: longer than any wait
QUEUE = 16  # acks and events kept in memory, about 300 bytes each

_LATEST = (PRESENCE, BIRTH, STATE, METER, TIME)  # kinds of which only the newest matters


class Record:
    """One message: ``kind`` (contract.DELIVERY), ``payload`` (JSON text), ``retain``, ``stamp`` (ticks).

    ``routine``: where there is no room for all it is dropped before others.
    """

    def __init__(self, kind, payload, stamp, routine=False):
        self.routine = routine
        self.sequence = 0  # in the journal; 0: not from there
        self.kind = kind
        self.payload = payload
        self.retain = DELIVERY[kind][1]
        self.stamp = stamp
        self.packet_id = 0  # 0 until it is sent with QoS 1
        self.written = 0  # ticks
        self.again = False  # the connection on which it was sent is gone
        self.dup = False  # it is being sent again
        self.older = None  # of the same kind: the one that counts in the millisecond of the stamp


class Queue(Mailbox):
    """Acks and events in memory, at most *limit*; ``lost`` counts those there was no room for.

    ``take(now)`` is the next record to be sent or None, ``waiting()`` whether there is one that was not taken yet.
    ``segments`` are those of a journal; ``span()`` is what it holds, None without one.
    """

    segments = None

    def __init__(self, limit=QUEUE):
        super().__init__(limit)
        self.lost = 0

    def put(self, item, now):
        """Adds the record *item*; False when the queue is full."""
        if super().put(item, now):
            return True
        self.lost += 1
        return False

    def release(self, record):
        """Releases *record*, which the broker has: a queue in memory need not do anything."""

    def knows(self, epoch):
        """Whether events of *epoch* are here: never, in memory."""
        return False

    def missing(self, now):
        """Events that were asked for and are missing: none, in memory."""
        return None

    def span(self):
        """What a journal holds: None, there is no journal."""
        return None

    def wait_ms(self, now):
        """Milliseconds until a record that ``take`` held back may go, at least 1; NEVER when it holds none back."""
        return NEVER


class Outbox:
    """All that waits.  *ticks* is a callable; *queue* holds acks and events.  ``wake`` is set when there is work."""

    def __init__(self, ticks, queue):
        self.wake = aio.Wake()
        self._ticks = ticks
        self.queue = queue
        self.slots = {}  # the newest record of each kind in _LATEST, as long as it waits
        self.flying = []
        self._freed = 0  # places that became free at _freed_at
        self._freed_at = -1
        self._last_id = 0

    def put(self, kind, payload, routine=False):
        """Leaves *payload* (JSON text) to be sent as *kind*; False when the queue has no room for it."""
        record = Record(kind, payload, self._ticks(), routine)
        if kind in _LATEST:
            older = self.slots.get(kind)
            if older:
                record.older = older.older if older.stamp == record.stamp else older
                older.older = None
            self.slots[kind] = record
        elif not self.queue.put(record, record.stamp):
            return False
        self.wake.set()
        return True

    def room(self):
        """Whether an ack or event would find room now."""
        return self.queue.room(self._ticks())

    def missing(self):
        """(epoch, first, last) of events that were asked for and are not there, once each, or None."""
        return self.queue.missing(self._ticks())

    def idle_ms(self, now):
        """Milliseconds until ``take`` may return a record although ``wake`` was not set: replayed events are paced."""
        return self.queue.wait_ms(now)

    def take(self):
        """The next record to be written to the stream, or None; sets its ``packet_id``, ``dup`` and ``written``."""
        now = self._ticks()
        record = self._next_again(now) or self._next_new(now)
        if record:
            record.written = now
        return record

    def acknowledge(self, packet_id):
        """A PUBACK came: its record is released.  An identifier that is not on its way is ignored."""
        for record in self.flying:
            if record.packet_id == packet_id and not record.again:
                self.flying.remove(record)
                now = self._ticks()
                self._freed = self._freed + 1 if self._freed_at == now else 1
                self._freed_at = now
                if record.kind not in _LATEST:
                    self.queue.release(record)
                if self.slots or self.queue.waiting():
                    self.wake.set()
                return

    def restart(self):
        """A new connection: all that is not acknowledged has to be sent again, before anything new."""
        for record in self.flying:
            record.again = True

    def holds(self, kind):
        """Whether a record of *kind*, of which only the newest matters, waits to be sent or for its PUBACK."""
        for record in self.flying:
            if record.kind == kind:
                return True
        return kind in self.slots

    def oldest(self):
        """The record that has waited longest for its PUBACK, or None."""
        return self.flying[0] if self.flying else None

    def next_id(self):
        """An unused packet identifier: 1 to 65535, then 1 again."""
        while True:
            self._last_id = self._last_id % 65535 + 1
            for record in self.flying:
                if record.packet_id == self._last_id:
                    break
            else:
                return self._last_id

    def _next_again(self, now):
        for record in list(self.flying):
            if record.again:
                if self._ready(record.kind, now):
                    self.flying.remove(record)  # a newer one replaces it
                    continue
                record.again = False
                record.dup = True
                return record
        return None

    def _next_new(self, now):
        if len(self.flying) + (self._freed if self._freed_at == now else 0) < _WINDOW:
            record = None
            if self.slots:
                record = self._latest(PRESENCE, now) or self._latest(TIME, now) or self._latest(BIRTH, now)
                record = record or self._latest(STATE, now)
            record = record or self.queue.take(now)
            if record:
                record.packet_id = self.next_id()
                self.flying.append(record)
                return record
        return self._latest(METER, now) if self.slots else None

    def _ready(self, kind, now):
        """The record of *kind* that may go out now, or None."""
        record = self.slots.get(kind)
        return record.older if record and record.stamp == now else record

    def _latest(self, kind, now):
        """Removes and returns that record."""
        record = self._ready(kind, now)
        if record:
            newest = self.slots[kind]
            newest.older = None
            if record is newest:
                del self.slots[kind]
        return record
