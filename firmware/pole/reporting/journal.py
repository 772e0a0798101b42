"""The journal: events of the pole, kept on flash until the city has them and longer; it is the queue of the outbox.

An event is on the flash before it is sent.  Its id is the journal's epoch (random, made when the journal was created)
and a sequence that only rises, so it comes neither from a clock nor from a counter that could be lost.
The release mark is written with every new record, and on its own with every ``MARK_EVERY``-th release: after a power
cut at most ``DUPLICATES`` acknowledged records are sent again, under the id they had.

Events are sent in the order of their sequence.  An event that could not be sent at once, from before a power cut or an
outage, has ``replayed`` and is paced.  Acks are in memory and are sent first: their sender waits for them.

Where the flash refuses a record it is sent from memory, under an epoch of its own: delivery matters more than storage.
Records that memory has no room for either are counted, and reported as ``eventsDropped`` when one can be stored again.
"""

from binascii import hexlify

from pole.link.outbox import NEVER, Queue
from pole.reporting import frame
from pole.reporting.losses import Losses
from pole.reporting.reader import Reader, record_of
from pole.reporting.segments import Segments
from pole.runtime.aio import ticks_diff
from pole.runtime.transient import unload
from pole.wire import contract

BUDGET = 262144  # bytes of flash
MARK_EVERY = 16  # releases
AHEAD = 8  # sequences out at once, from the oldest that is not released
DUPLICATES = MARK_EVERY - 1 + AHEAD - 1  # releases not written yet, and those behind one that is unacknowledged
REPLAY_MS = 500  # from one replayed record to the next
LIVE_MS = 30000  # an event that waited longer for the link is replayed
UPKEEP = ("pole.reporting.upkeep",)
RESENDING = ("pole.reporting.resends",)
_LIVE = 8  # events of a burst that all go out as live


def replay_wait(now, last):
    """Milliseconds until the next replayed record may go; *now* and when the *last* went (None: none did) are ticks."""
    if last is None:
        return 0
    gone = ticks_diff(now, last)
    return REPLAY_MS - gone if 0 <= gone < REPLAY_MS else 0


class Journal:
    """The queue of the outbox (``link/outbox.py``), on flash.

    *store*: drivers/flash/files.py.  *nonce(n)*: n random bytes.  *clock()*: Unix seconds or None, dates what the
    journal says of itself.  *budget*: bytes of flash.

    An event's text is a JSON object without ``id`` and ``replayed``: those two the journal adds as it goes out.
    ``lost`` counts records that neither flash nor memory took.
    """

    def __init__(self, store, nonce, clock, budget=BUDGET):
        self._store = store
        self._nonce = nonce
        self._clock = clock
        self._memory = Queue()
        self._spare = None  # [epoch, sequence] of events that are only in memory
        self._losses = Losses(clock)
        self.segments = Segments(store, nonce, budget)
        last, self._mark, damage, headless = self.segments.recover()
        self._next = last + 1
        self._sent = self._mark  # the last sequence that went out
        self._reader = Reader(self.segments, self._mark)
        self._flying = []  # sequences that were sent and are not released
        self._unwritten = 0  # releases since the mark was written
        self._stamps = []  # ticks of the last puts, since the flash refused one
        self._at = -1  # ticks: what this millisecond sees was fixed at its beginning, independent of the tasks' order
        self._older = last  # the last sequence from before this millisecond
        self._limit = 0  # the first sequence that must wait for a PUBACK; 0: none must
        self._replayed_at = None
        self._held_back = False
        self._resends = None  # until the city asks for events again
        from pole.reporting.upkeep import tidy

        tidy(self, store, self._losses, clock(), self._mark, self._next, damage, headless)
        del tidy
        unload(*UPKEEP)

    @property
    def lost(self):
        """How many records there was no room for, in memory or on flash."""
        return self._memory.lost

    def room(self, now):
        """Whether an ack would be taken."""
        return self._memory.room(now)

    def put(self, record, now):
        """Keeps *record*; False when it cannot be: an ack too many, or flash and memory that both refuse an event.

        ``record.routine`` is its class (``frame.CLASSES``).
        """
        if record.kind != contract.EVENT:
            return self._memory.put(record, now)
        self._begin(now)
        if self.keep(record.payload, int(record.routine)):
            return True
        epoch, sequence = self._spare
        self._losses.add(epoch, sequence, sequence)
        return False

    def take(self, now):
        """The next record to be sent, or None; see ``wait_ms``."""
        self._begin(now)
        self._held_back = False
        record = self._memory.take(now)
        if record:
            return record
        if self._sent < self._older:
            sequence = self._reader.peek()
            if sequence and sequence <= self._older:
                if self._limit and sequence >= self._limit:
                    return None
                live = self._live(sequence, now)
                if not live and not self._may_replay(now):
                    return None
                self._sent = sequence
                self._flying.append(sequence)
                return record_of(self._reader.pop(), sequence, not live, now)
            self._sent = self._older  # records that are missing here are lost
        return self._take_again(now) if self.asked() else None

    def waiting(self):
        """Whether a record has not been taken yet."""
        return self._memory.waiting() or self._sent < self._next - 1 or self.asked()

    def release(self, record):
        """The broker has *record*.  It stays on the flash until its space is needed."""
        if record.sequence not in self._flying:
            return
        self._flying.remove(record.sequence)
        self._unwritten += 1
        self._mark = min(self._flying) - 1 if self._flying else self._sent
        if self._unwritten >= MARK_EVERY:
            try:
                self._write(0, frame.MARK, b"", self._next)
            except (OSError, MemoryError):
                pass  # then more records are sent again after a power cut

    def wait_ms(self, now):
        """Milliseconds until a record that ``take`` held back may go, at least 1; NEVER when it holds none back."""
        return max(replay_wait(now, self._replayed_at), 1) if self._held_back else NEVER

    def knows(self, epoch):
        """Whether *epoch* (text) is the journal's, or that of older events still on the flash."""
        return epoch == self._epoch() or self.segments.oldest(epoch) is not None

    def span(self):
        """What ``birth`` says of the journal: its epoch, the oldest sequence held, the newest given out."""
        epoch = self._epoch()
        return {"epoch": epoch, "first": self.segments.oldest(epoch) or self._next, "last": self._next - 1}

    def _epoch(self):
        return hexlify(self.segments.epoch).decode()

    def resend(self, epoch, first, last):
        """Queues the events *first* to *last* of *epoch* once more; False when too much is asked for already.

        Those that are not there any more are returned by ``missing`` when the others have been taken.
        """
        if not self._resends:
            try:
                from pole.reporting.resends import Resends

                self._resends = Resends(self.segments)
            except MemoryError:
                unload(*RESENDING)
                return False
        return self._resends.ask(epoch, first, last)

    def missing(self, now):
        """(epoch, first, last) of events that were asked for and are not there, once each, or None."""
        if not self._resends:
            return None
        gone = self._resends.missing(now)
        if self._resends.done():
            self._resends = None
            unload(*RESENDING)
        return gone

    def asked(self):
        """Whether events that were asked for once more have not all been sent."""
        return self._resends is not None and self._resends.waiting()

    def _begin(self, now):
        if self._at != now:
            self._at = now
            self._older = self._next - 1
            self._limit = min(self._flying) + AHEAD if self._flying else 0
            self._stamps = self._stamps[-_LIVE:]
            if self._losses.untold and (self._stamps or self._memory.room(now)):  # else it would be refused again
                self._losses.tell(self.keep)
                unload(*UPKEEP)

    def _take_again(self, now):
        """The next record asked for again."""
        if self._resends.crowded() or not self._may_replay(now):
            return None
        found = self._resends.take(now, self._sent, self._epoch())
        if found:
            return record_of(found[1:], found[0], True, now)
        self._replayed_at = None  # nothing was sent
        self._held_back = self._resends.waiting()
        return None

    def _may_replay(self, now):
        self._held_back = replay_wait(now, self._replayed_at) > 0
        if not self._held_back:
            self._replayed_at = now
        return not self._held_back

    def _live(self, sequence, now):
        place = sequence - self._next + len(self._stamps)
        return place >= 0 and 0 <= ticks_diff(now, self._stamps[place]) < LIVE_MS

    def keep(self, text, routine=0):
        """Stores the event *text*, or keeps it in memory; whether either took it."""
        data = text.encode()
        if self.segments.fits(len(data)):
            try:
                self._write(routine, frame.EVENT, data, None)
                self._stamps.append(self._at)
                return True
            except (OSError, MemoryError) as error:
                print("diya: an event could not be stored:", error)
                self._stamps = []
        if not self._spare:
            self._spare = [hexlify(self._nonce(frame.EPOCH)).decode(), 0]
        self._spare[1] += 1
        record = record_of((self._spare[0], data), self._spare[1], False, self._at)
        record.sequence = 0
        return self._memory.put(record, self._at)

    def _write(self, routine, kind, data, sequence):
        while self.segments.crowded(routine, len(data)):
            try:
                from pole.reporting.upkeep import drop_segment, retire

                store = self._store
                drop_segment(self, store, self._losses, *retire(self.segments, store, self._mark, self._clock()))
            finally:
                unload(*UPKEEP)
        if sequence is None:
            sequence = self._next
            self._next += 1  # each sequence is used once, also when storing fails
        self.segments.write(routine, kind, sequence, self._mark, data)
        self._unwritten = 0
